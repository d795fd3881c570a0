"""Whatever happens in whatever order, every credit is accounted for."""

import asyncio
from collections.abc import Coroutine

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.store import Store
from reachapi_emulator.vendor.errors import InsufficientCredit, WebhookInactive
from reachapi_emulator.vendor.job import JobBusy
from support.books import check_balances, check_charges
from support.house import URL, House
from support.people import good_of, mixed
from support.scripted import ACKNOWLEDGED, REFUSED, SERVER_ERROR, Hanging

CONTACTS = 100
OPENED = 200
MAX_CRASHES = 2
ACCOUNTS = ("ann", "bob")
PEOPLE = mixed(CONTACTS)

accounts = st.sampled_from(ACCOUNTS)
numbers = st.integers(0, 1_000)
counts = st.one_of(st.integers(1, CONTACTS // 2), st.integers(1, OPENED + 1))


class Credits(RuleBasedStateMachine):
    """Two accounts whose requests, validations and deliveries interleave.

    Attributes:
        crashes: how often it has crashed.
        valid: how many records of each job have a valid email.
    """

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.crashes = 0
        self.valid: dict[int, int] = {}
        self.begin(None)
        self.house.clock.freeze()
        for account in ACCOUNTS:
            self.house.open(account, OPENED)

    def begin(self, store: Store | None) -> None:
        """Start an emulator on what is remembered."""
        self.receiver = Hanging()
        self.house = House(
            PEOPLE,
            receiver=self.receiver,
            schedule=[SECOND, 5 * SECOND],
            delay=SECOND,
            store=store,
        )
        self.run(self.start())

    async def start(self) -> None:
        """Start the dispatcher, on the running loop."""
        self.house.dispatcher.start()

    def run(self, coroutine: Coroutine[object, object, None]) -> None:
        """Run a coroutine, and what is under way beside it."""
        self.runner.run(coroutine)

    def teardown(self) -> None:
        """Stop."""
        self.run(self.house.dispatcher.stop(0))
        self.runner.close()
        self.house.store.close()

    @rule(account=accounts, count=counts, matches=numbers, polled=st.booleans())
    def submit(self, account: str, count: int, matches: int, *, polled: bool) -> None:
        """Ask for records: accepted if the credit suffices, and only then."""
        available = self.house.ledger.credit(account).available
        accepts = polled or self.house.accounts.get(account).webhook_active
        matches %= CONTACTS + 1
        try:
            job = self.house.ask(count, account, matches, polled=polled)
        except InsufficientCredit:
            assert accepts
            assert count > available
        except WebhookInactive:
            assert not accepts
        else:
            assert count <= available
            self.valid[job] = good_of(PEOPLE, min(count, matches))

    @precondition(lambda self: self.valid)
    @rule(cycles=st.integers(1, 5))
    def let_others_work(self, cycles: int) -> None:
        """Let some steps of what is under way be taken."""

        async def wait() -> None:
            for _ in range(cycles):
                await asyncio.sleep(0)

        self.run(wait())

    @precondition(lambda self: self.valid)
    @rule(account=st.sampled_from([*ACCOUNTS, ""]), seconds=st.sampled_from([1, 5]))
    def advance(self, account: str, seconds: int) -> None:
        """Let something fall due, to be started later."""
        self.house.advance(seconds, account)

    @precondition(lambda self: self.valid)
    @rule(seconds=st.sampled_from([1, 5]))
    def advance_all(self, seconds: int) -> None:
        """Let something fall due everywhere, and be started."""
        for account in ("", *ACCOUNTS):
            self.house.advance(seconds, account)
        self.run(self.house.dispatcher.settle())

    @precondition(lambda self: self.receiver.waiting())
    @rule(outcome=st.sampled_from([ACKNOWLEDGED, REFUSED, SERVER_ERROR]), which=numbers)
    def answer(self, outcome: Outcome, which: int) -> None:
        """Let an attempt that is in flight come to something."""
        self.receiver.tell(outcome, which % len(self.receiver.waiting()))
        self.let_others_work(5)

    @precondition(lambda self: self.valid)
    @rule(which=numbers)
    def redeliver(self, which: int) -> None:
        """Ask for another attempt; refused before one, during one, or if polled."""
        job = list(self.valid)[which % len(self.valid)]
        row = self.house.jobs.row(job)
        busy = row["claimed"] or row["valid"] is None or row["polled"]
        try:
            self.house.jobs.redeliver(job)
        except JobBusy:
            assert busy
        else:
            assert not busy

    @rule(account=accounts, balance=st.integers(0, 2 * OPENED))
    def set_balance(self, account: str, balance: int) -> None:
        """Set a balance; refused below what is reserved."""
        reserved = self.house.ledger.credit(account).reserved
        try:
            self.house.ledger.set(account, balance)
        except ValueError:
            assert balance < reserved
        else:
            assert balance == self.house.ledger.credit(account).balance

    @rule(account=accounts, active=st.booleans())
    def switch_webhook(self, account: str, *, active: bool) -> None:
        """Let deliveries wait, or go on."""
        self.house.accounts.set_webhook(account, URL, active=active)

    @precondition(lambda self: len(self.valid) > 2)
    @rule(account=accounts)
    def reset(self, account: str) -> None:
        """Bring an account back to what it was."""

        async def reset() -> None:
            await self.house.dispatcher.drop(account)
            self.house.accounts.reset(account)

        for job in self.house.jobs.find(account):
            del self.valid[job]
        self.run(reset())

    @precondition(lambda self: self.crashes < MAX_CRASHES and self.house.under_way())
    @rule()
    def crash(self) -> None:
        """End in the middle of everything, and start again."""
        self.crashes += 1
        self.run(self.house.dispatcher.stop(0))
        self.begin(self.house.store)

    @invariant()
    def every_credit_is_accounted_for(self) -> None:
        """The books balance, and every job has cost what it should."""
        check_balances(self.house)
        check_charges(self.house, self.valid)


TestCredits = Credits.TestCase
TestCredits.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
