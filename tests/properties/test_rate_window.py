"""In no second are more requests of a key admitted than the limit (ruling 9)."""

from collections import defaultdict
from collections.abc import Iterable

from hypothesis import given, settings, strategies as st

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.errors import TooManyRequests
from reachapi_emulator.vendor.rate_limit import Limiter
from support.house import House, memory_store

KEYS = ("test-a", "test-b")
EDGES = [0, 1, 100_000, 333_333, 500_000, SECOND - 1, SECOND, SECOND + 1]

pauses = st.one_of(st.sampled_from(EDGES), st.integers(0, 2 * SECOND))
limits = st.integers(1, 11)
keys = st.sampled_from(KEYS)


def is_admitted(limiter: Limiter, key: str, now: int) -> bool:
    """Make a request."""
    try:
        limiter.admit(key, now)
    except TooManyRequests:
        return False
    return True


def in_window(instants: Iterable[int], now: int) -> int:
    """Count what happened within the second before an instant, by a plain loop."""
    return sum(now - SECOND < instant <= now for instant in instants)


@given(limit=limits, asked=st.lists(st.tuples(keys, pauses), max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_second_holds_more_than_the_limit(
    limit: int, asked: list[tuple[str, int]]
) -> None:
    """And none is refused while there is room: one that was does not count."""
    limiter = Limiter(memory_store(), limit)
    admitted: defaultdict[str, list[int]] = defaultdict(list)
    now = 0
    for key, pause in asked:
        now += pause
        if is_admitted(limiter, key, now):
            admitted[key].append(now)
            assert limit >= in_window(admitted[key], now)
        else:
            assert limit == in_window(admitted[key], now)


class Callers:
    """Two keys, each on its account's clock, that ask and turn their clocks.

    Attributes:
        admitted: the instants of each key's requests since its clock was last
            set back.
        before: those before.
    """

    def __init__(self, limit: int) -> None:
        self.house = House()
        self.limit = limit
        self.limiter = Limiter(self.house.store, limit)
        self.admitted: defaultdict[str, list[int]] = defaultdict(list)
        self.before: defaultdict[str, list[int]] = defaultdict(list)
        for key in KEYS:
            self.house.accounts.identify(key)

    def act(self, what: str, key: str, pause: int) -> None:
        """Do one thing."""
        clock = self.house.clock
        match what:
            case "pass":
                self.house.real.now += pause
            case "advance":
                clock.advance(pause, key)
            case "advance all":
                clock.advance(pause)
            case "freeze":
                clock.freeze(key)
            case "resume":
                clock.resume(key)
            case "follow":
                self.follow(key)
            case _:
                self.ask(key)

    def follow(self, key: str) -> None:
        """Set a clock to the global one, which may be back in time."""
        before = self.house.clock.now(key)
        self.house.clock.follow(key)
        if self.house.clock.now(key) < before:
            self.before[key] += self.admitted.pop(key, [])

    def ask(self, key: str) -> None:
        """Make a request, and judge what became of it."""
        now = self.house.accounts.identify(key).now
        if is_admitted(self.limiter, key, now):
            self.admitted[key].append(now)
            assert self.limit >= in_window(self.admitted[key], now)
        else:
            held = self.admitted[key] + self.before[key]
            assert self.limit <= in_window(held, now)


ACTS = ["pass", "advance", "advance all", "freeze", "resume", "follow", *["ask"] * 12]


@given(
    limit=st.integers(1, 5),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), keys, pauses), max_size=60),
)
@settings(max_examples=150, deadline=None)
def test_the_limit_holds_on_a_clock_that_jumps(
    limit: int, acts: list[tuple[str, str, int]]
) -> None:
    """Whoever turns it; and set back, it keeps out nobody for what is to come."""
    callers = Callers(limit)
    for act in acts:
        callers.act(*act)

    callers.house.store.close()
