"""However the clocks are turned, time goes on as it should."""

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reachapi_emulator.state.clock import EVERYONE, SECOND, ClockState
from support.in_process import InProcess

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
        self.emulator = InProcess(delay=DAY)
        self.clock = self.emulator.services.clock
        for account in ACCOUNTS:
            self.emulator.open(account)
        self.shown = {EVERYONE: ClockState(self.emulator.real.now, frozen=False)}
        self.seen: dict[str, int] = {}

    def teardown(self) -> None:
        """Close."""
        self.emulator.store.close()

    def model(self, account: str) -> ClockState:
        """Return what an account's clock ought to show."""
        return self.shown.get(account, self.shown[EVERYONE])

    def waits(self, account: str) -> list[int]:
        """Return how long an account's jobs still have to wait."""
        now = self.emulator.now(account)
        jobs = self.emulator.jobs(account)
        return [self.emulator.row(job)["due_at"] - now for job in jobs]

    @rule(duration=durations)
    def time_passes(self, duration: int) -> None:
        """Every clock that is not frozen goes with it."""
        self.emulator.real.now += duration
        for account, state in self.shown.items():
            if not state.frozen:
                self.shown[account] = state._replace(now=state.now + duration)

    @rule(account=clocks)
    def freeze(self, account: str) -> None:
        """It stands where it is."""
        self.emulator.do(self.clock.freeze, account)
        self.shown[account] = self.model(account)._replace(frozen=True)

    @rule(account=clocks)
    def resume(self, account: str) -> None:
        """It goes on from where it stands; one that is going is left as it is."""
        self.emulator.do(self.clock.resume, account)
        if self.model(account).frozen:
            self.shown[account] = self.model(account)._replace(frozen=False)

    @rule(account=clocks, duration=durations)
    def advance(self, account: str, duration: int) -> None:
        """It jumps ahead, frozen or not."""
        self.emulator.advance(duration, account)
        state = self.model(account)
        self.shown[account] = state._replace(now=state.now + duration)

    @rule(account=st.sampled_from(ACCOUNTS))
    def follow(self, account: str) -> None:
        """It is the global one again; what is waited for is as far away."""
        before = self.waits(account)
        self.emulator.do(self.emulator.services.clock.follow, account)
        self.shown.pop(account, None)
        self.seen.pop(account, None)
        assert before == self.waits(account)

    @precondition(lambda self: len(self.emulator.jobs()) < len(ACCOUNTS) * 2)
    @rule(account=st.sampled_from(ACCOUNTS))
    def submit(self, account: str) -> None:
        """Let an account wait for something."""
        self.emulator.ask(1, account)

    @invariant()
    def clocks_show_what_they_ought_to(self) -> None:
        """Each its own time, which never goes back unless a clock is given up."""
        for account in (EVERYONE, *ACCOUNTS):
            state = self.emulator.do(self.clock.read, account)
            assert self.model(account) == state
            assert self.seen.get(account, 0) <= state.now
            self.seen[account] = state.now


TestClocks = Clocks.TestCase
TestClocks.settings = settings(max_examples=60, stateful_step_count=30)
