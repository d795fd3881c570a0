"""Whatever happens in whatever order, every credit is accounted for."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reachapi_emulator.services import Services
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.page import EVERY
from reachapi_emulator.state.sqlite import SqliteStore
from reachapi_emulator.vendor.errors import InsufficientCredit, WebhookInactive
from reachapi_emulator.vendor.job import JobBusy
from support.in_process import InProcess, steps
from support.people import good_of, mixed
from support.scripted import (
    ACKNOWLEDGED,
    REFUSED,
    SERVER_ERROR,
    Hanging,
    Outcome,
    Post,
)

CONTACTS = 100
OPENED = 200
MAX_CRASHES = 2
ACCOUNTS = ("ann", "bob")
PEOPLE = mixed(CONTACTS)
IN_VALIDATION = ("submitted", "validating")

accounts = st.sampled_from(ACCOUNTS)
numbers = st.integers(0, 1_000)
counts = st.one_of(st.integers(1, CONTACTS // 2), st.integers(1, OPENED + 1))


def audit(services: Services, valid: Mapping[int, int]) -> None:
    """See that ledgers add up, and that each job was charged once for what is valid.

    Args:
        services: whose; called in a unit.
        valid: how many records of each job have a valid email.
    """
    jobs = services.jobs
    assert list(valid) == sorted(jobs.find(None, None, EVERY))
    for account in ACCOUNTS:
        entries: list[dict[str, Any]] = services.ledger.entries(account)[::-1]
        rows = [jobs.row(job) for job in sorted(jobs.find(account, None, EVERY))]
        pending = [row for row in rows if row["state"] in IN_VALIDATION]
        settled = [row for row in rows if row not in pending]
        credit = services.ledger.credit(account)
        deltas = [entry["delta"] for entry in entries]
        charges = [entry for entry in entries if entry["reason"] == "charge"]

        assert list(accumulate(deltas)) == [entry["balance"] for entry in entries]
        assert sum(deltas) == credit.balance >= 0
        assert sum(row["fetch_count"] for row in pending) == credit.reserved
        assert credit.available >= 0
        assert {(row["valid"], row["charged"]) for row in pending} <= {(None, None)}
        for row in settled:
            assert [valid[row["id"]]] * 2 == [row["valid"], row["charged"]]
        expected = {row["id"]: -row["charged"] for row in settled if row["charged"]}
        assert len(charges) == len(expected)
        assert expected == {
            each["unique_processing_id"]: each["delta"] for each in charges
        }


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
        self.emulator.do(self.emulator.services.clock.freeze)
        for account in ACCOUNTS:
            self.emulator.open(account, OPENED)

    def begin(self, store: SqliteStore | None) -> None:
        """Start an emulator on what is remembered."""
        self.receiver = Hanging()
        self.emulator = InProcess(
            PEOPLE,
            receiver=self.receiver,
            schedule=[SECOND, 5 * SECOND],
            delay=SECOND,
            store=store,
        )
        self.run(self.start())

    async def start(self) -> None:
        """Start the worker, on the running loop."""
        self.emulator.worker.start()

    def run(self, coroutine: Coroutine[object, object, None]) -> None:
        """Run a coroutine, and what is under way beside it."""
        self.runner.run(coroutine)

    def teardown(self) -> None:
        """Stop."""
        self.run(self.emulator.worker.stop(0))
        self.runner.close()
        self.emulator.store.close()

    @rule(account=accounts, count=counts, matches=numbers, polled=st.booleans())
    def submit(self, account: str, count: int, matches: int, *, polled: bool) -> None:
        """Ask for records: accepted if the credit suffices, and only then."""
        available = self.emulator.credit(account).available
        find = self.emulator.services.accounts.get
        accepts = polled or self.emulator.do(find, account).webhook_active
        matches %= CONTACTS + 1
        try:
            job = self.emulator.ask(count, account, matches, polled=polled)
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
        self.run(steps(cycles))

    @precondition(lambda self: self.valid)
    @rule(account=st.sampled_from([*ACCOUNTS, ""]), seconds=st.sampled_from([1, 5]))
    def advance(self, account: str, seconds: int) -> None:
        """Let something fall due, to be started later."""
        self.emulator.advance(seconds * SECOND, account)

    @precondition(lambda self: self.valid)
    @rule(seconds=st.sampled_from([1, 5]))
    def advance_all(self, seconds: int) -> None:
        """Let something fall due everywhere, and be started."""
        for account in ("", *ACCOUNTS):
            self.emulator.advance(seconds * SECOND, account)
        self.run(self.emulator.worker.run_due())

    @precondition(lambda self: self.receiver.waiting())
    @rule(outcome=st.sampled_from([ACKNOWLEDGED, REFUSED, SERVER_ERROR]), which=numbers)
    def answer(self, outcome: Outcome, which: int) -> None:
        """Let an attempt that is in flight come to something."""
        self.receiver.tell(outcome, which % len(self.receiver.waiting()))
        self.run(steps(5))

    @precondition(lambda self: self.valid)
    @rule(which=numbers)
    def redeliver(self, which: int) -> None:
        """Ask for another attempt; refused before one, during one, or if polled."""
        job = list(self.valid)[which % len(self.valid)]
        row = self.emulator.row(job)
        busy = row["claimed"] or row["valid"] is None or row["polled"]
        try:
            self.emulator.redeliver(job)
        except JobBusy:
            assert busy
        else:
            assert not busy

    @rule(account=accounts, balance=st.integers(0, 2 * OPENED))
    def set_balance(self, account: str, balance: int) -> None:
        """Set a balance; refused below what is reserved."""
        reserved = self.emulator.credit(account).reserved
        try:
            self.emulator.do(self.emulator.services.ledger.set, account, balance)
        except ValueError:
            assert balance < reserved
        else:
            assert balance == self.emulator.credit(account).balance

    @rule(account=accounts, active=st.booleans())
    def switch_webhook(self, account: str, *, active: bool) -> None:
        """Let deliveries wait, or go on."""
        self.emulator.set_webhook(account=account, active=active)

    @precondition(lambda self: len(self.valid) > 2)
    @rule(account=accounts)
    def reset(self, account: str) -> None:
        """Bring an account back to what it was."""
        for job in self.emulator.jobs(account):
            del self.valid[job]
        self.run(self.emulator.services.reset(account))

    @precondition(lambda self: self.crashes < MAX_CRASHES and self.emulator.under_way())
    @rule()
    def crash(self) -> None:
        """End in the middle of everything, and start again."""
        self.crashes += 1
        self.run(self.emulator.worker.stop(0))
        self.begin(self.emulator.store)

    @invariant()
    def every_credit_is_accounted_for(self) -> None:
        """The books balance, and every job has cost what it should."""
        self.emulator.do(audit, self.emulator.services, self.valid)


TestCredits = Credits.TestCase
TestCredits.settings = settings(max_examples=50, stateful_step_count=40)


Asked = Sequence[tuple[int, int]]
"""Steps of the event loop that a client waits before each; how much it wants."""


async def ask(
    emulator: InProcess, valid: dict[int, int], account: str, wanted: Asked
) -> None:
    """Submit requests, one after the other."""
    for pause, count in wanted:
        await steps(pause)
        with suppress(InsufficientCredit):
            job = emulator.ask(count, account)
            valid[job] = good_of(PEOPLE, min(count, CONTACTS))


async def set_balances(emulator: InProcess, wanted: Asked) -> None:
    """Set a balance now and then, where that is allowed."""
    for pause, balance in wanted:
        await steps(pause)
        with suppress(ValueError):
            emulator.do(emulator.services.ledger.set, "ann", balance)


@given(
    asked=st.lists(
        st.tuples(
            accounts,
            st.lists(st.tuples(st.integers(0, 6), st.integers(1, OPENED)), max_size=6),
        ),
        max_size=5,
    ),
    wanted=st.lists(st.tuples(st.integers(0, 6), st.integers(0, OPENED)), max_size=4),
    outcomes=st.lists(st.sampled_from([ACKNOWLEDGED, REFUSED]), max_size=20),
)
@settings(max_examples=40)
async def test_clients_at_once_lose_no_credit(
    asked: list[tuple[str, Asked]], wanted: Asked, outcomes: list[Outcome]
) -> None:
    """At every step, and when all has been delivered or given up."""
    given_outcomes = iter(outcomes)

    async def answer(post: Post) -> Outcome:
        await steps(len(post.body) % 5)
        return next(given_outcomes, ACKNOWLEDGED)

    emulator = InProcess(PEOPLE, receiver=answer, schedule=[0, 0])
    valid: dict[int, int] = {}
    for account in ACCOUNTS:
        emulator.open(account, OPENED)

    async def watch() -> None:
        while True:
            emulator.do(audit, emulator.services, valid)
            await asyncio.sleep(0)

    auditor = asyncio.create_task(watch())
    emulator.worker.start()
    await asyncio.gather(
        set_balances(emulator, wanted),
        *(ask(emulator, valid, *client) for client in asked),
    )
    await emulator.rest()
    await emulator.worker.stop(0)
    auditor.cancel()
    with suppress(asyncio.CancelledError):
        await auditor

    assert {"delivered", "exhausted"} >= set(emulator.states())
    emulator.store.close()
