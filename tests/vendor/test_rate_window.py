"""In no second are more requests of a key admitted than the limit (ruling 9)."""

from collections import defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import given, settings, strategies as st

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.errors import TooManyRequests
from reachapi_emulator.vendor.rate_limit import Limiter, Usage
from support.in_process import InProcess, memory_store

KEYS = ("test-a", "test-b")
EDGES = [0, 1, 100_000, 333_333, 500_000, SECOND - 1, SECOND, SECOND + 1]
ACTS = ["pass", "advance", "advance all", "freeze", "resume", "follow", *["ask"] * 12]

pauses = st.one_of(st.sampled_from(EDGES), st.integers(0, 2 * SECOND))
keys = st.sampled_from(KEYS)


def in_window(instants: Iterable[int], now: int) -> int:
    """Count what happened within the second before an instant, by a plain loop."""
    return sum(now - SECOND < instant <= now for instant in instants)


class Callers:
    """Two keys, each on its account's clock, that ask and turn their clocks.

    Attributes:
        admitted: the instants of each key's requests since its clock was last
            set back.
        before: those before.
    """

    def __init__(self, limit: int) -> None:
        self.emulator = InProcess()
        self.limit = limit
        self.limiter = Limiter(self.emulator.store, limit)
        self.admitted: defaultdict[str, list[int]] = defaultdict(list)
        self.before: defaultdict[str, list[int]] = defaultdict(list)
        for key in KEYS:
            self.emulator.do(self.emulator.services.accounts.identify, key)

    def act(self, what: str, key: str, pause: int) -> None:
        """Do one thing."""
        emulator, clock = self.emulator, self.emulator.services.clock
        match what:
            case "pass":
                emulator.real.now += pause
            case "advance":
                emulator.advance(pause, key)
            case "advance all":
                emulator.advance(pause)
            case "freeze":
                emulator.do(clock.freeze, key)
            case "resume":
                emulator.do(clock.resume, key)
            case "follow":
                self.follow(key)
            case _:
                self.ask(key)

    def follow(self, key: str) -> None:
        """Set a clock to the global one, which may be back in time."""
        before = self.emulator.now(key)
        self.emulator.do(self.emulator.services.clock.follow, key)
        if self.emulator.now(key) < before:
            self.before[key] += self.admitted.pop(key, [])

    def ask(self, key: str) -> None:
        """Make a request, and judge what became of it."""
        identify = self.emulator.services.accounts.identify
        now = self.emulator.do(identify, key).now
        try:
            self.limiter.admit(key, now)
        except TooManyRequests:
            held = self.admitted[key] + self.before[key]
            assert self.limit <= in_window(held, now)
        else:
            self.admitted[key].append(now)
            assert self.limit >= in_window(self.admitted[key], now)


@given(
    limit=st.integers(1, 11),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), keys, pauses), max_size=60),
)
@settings(max_examples=150)
def test_the_limit_holds_on_a_clock_that_jumps(
    limit: int, acts: list[tuple[str, str, int]]
) -> None:
    """None is refused while there is room; set back, it keeps out nobody for long."""
    callers = Callers(limit)
    for act in acts:
        callers.act(*act)

    callers.emulator.store.close()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (500_000, Usage(limit=10, remaining=7, reset=1)),
        (SECOND - 1, Usage(limit=10, remaining=7, reset=1)),
        (SECOND, Usage(limit=10, remaining=9, reset=1)),
        (SECOND + 500_000, Usage(limit=10, remaining=10, reset=0)),
    ],
)
def test_usage_tells_what_is_left_and_uses_nothing(now: int, expected: Usage) -> None:
    """Whole seconds, rounded up."""
    limiter = Limiter(memory_store(), 10)
    for instant in (0, 0, 500_000):
        limiter.admit("ann", instant)

    assert [expected] * 2 == [limiter.usage("ann", now) for _ in range(2)]
