"""However the clocks are turned, time goes on as it should."""

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reachapi_emulator.state.clock import EVERYONE, SECOND, ClockState
from support.house import House

ACCOUNTS = ("ann", "bob")
DAY = 86_400 * SECOND

durations = st.one_of(st.sampled_from([0, 1, SECOND]), st.integers(0, 30 * DAY))
clocks = st.sampled_from([EVERYONE, *ACCOUNTS])


class Clocks(RuleBasedStateMachine):
    """The global clock and two accounts', beside a model of them.

    Attributes:
        shown: what each clock ought to show; an account without an entry
            follows the global one.
        seen: the latest instant that each account has lived in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.house = House(delay=DAY)
        for account in ACCOUNTS:
            self.house.open(account)
        self.shown = {EVERYONE: ClockState(self.house.real.now, frozen=False)}
        self.seen: dict[str, int] = {}

    def teardown(self) -> None:
        """Close."""
        self.house.store.close()

    def model(self, account: str) -> ClockState:
        """Return what an account's clock ought to show."""
        return self.shown.get(account, self.shown[EVERYONE])

    def waits(self, account: str) -> list[int]:
        """Return how long an account's jobs still have to wait."""
        now = self.house.clock.now(account)
        jobs = self.house.jobs.find(account)
        return [self.house.jobs.row(job)["due_at"] - now for job in jobs]

    @rule(duration=durations)
    def time_passes(self, duration: int) -> None:
        """Every clock that is not frozen goes with it."""
        self.house.real.now += duration
        for account, reading in self.shown.items():
            if not reading.frozen:
                now = reading.now + duration
                self.shown[account] = reading._replace(now=now)

    @rule(account=clocks)
    def freeze(self, account: str) -> None:
        """It stands where it is."""
        self.house.clock.freeze(account)
        self.shown[account] = self.model(account)._replace(frozen=True)

    @rule(account=clocks)
    def resume(self, account: str) -> None:
        """It goes on from where it stands; one that is going is left as it is."""
        self.house.clock.resume(account)
        if self.model(account).frozen:
            self.shown[account] = self.model(account)._replace(frozen=False)

    @rule(account=clocks, duration=durations)
    def advance(self, account: str, duration: int) -> None:
        """It jumps ahead, frozen or not."""
        self.house.clock.advance(duration, account)
        reading = self.model(account)
        self.shown[account] = reading._replace(now=reading.now + duration)

    @rule(account=st.sampled_from(ACCOUNTS))
    def follow(self, account: str) -> None:
        """It is the global one again; what is waited for is as far away."""
        before = self.waits(account)
        self.house.clock.follow(account)
        self.shown.pop(account, None)
        self.seen.pop(account, None)
        assert before == self.waits(account)

    @precondition(lambda self: len(self.house.jobs.find()) < len(ACCOUNTS) * 2)
    @rule(account=st.sampled_from(ACCOUNTS))
    def submit(self, account: str) -> None:
        """Let an account wait for something."""
        self.house.ask(1, account)

    @invariant()
    def clocks_show_what_they_ought_to(self) -> None:
        """Each its own time, and nobody else's."""
        for account in (EVERYONE, *ACCOUNTS):
            assert self.model(account) == self.house.clock.read(account)

    @invariant()
    def time_never_goes_back(self) -> None:
        """Unless an account gives up its clock."""
        for account in (EVERYONE, *ACCOUNTS):
            now = self.house.clock.now(account)
            assert self.seen.get(account, 0) <= now
            self.seen[account] = now


TestClocks = Clocks.TestCase
TestClocks.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
