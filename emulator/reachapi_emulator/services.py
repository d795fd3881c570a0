"""All that one emulator is made of, put together once, for server and tests alike."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from reachapi_emulator.budget import Budget, Quotas
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.editions import Editions
from reachapi_emulator.delivery.sender import Sender
from reachapi_emulator.errors import StartError
from reachapi_emulator.settings import Settings
from reachapi_emulator.state.clock import EVERYONE, VirtualClock, microseconds
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.page import Page
from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import Store, open_store
from reachapi_emulator.testing.activity import AccountFilter, Activity
from reachapi_emulator.testing.client_report import Bounds, ClientReport
from reachapi_emulator.testing.delays import Delays
from reachapi_emulator.testing.delivery_faults import FaultyCarrier
from reachapi_emulator.testing.faults import FaultRules
from reachapi_emulator.testing.inbox import Inboxes
from reachapi_emulator.testing.journal import Journal
from reachapi_emulator.testing.snapshots import Snapshots
from reachapi_emulator.vendor.accounts import Accounts, Opening
from reachapi_emulator.vendor.credits import Ledger
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.jobs import Jobs
from reachapi_emulator.vendor.rate_limit import Limiter
from reachapi_emulator.vendor.worker import Worker

MAX_PROBE = 0.1
"""Real seconds for which the answer about the store's health is waited for."""

log = logging.getLogger("reachapi_emulator.services")

DEMO = "demo"
DEMO_KEY = "demo-api-key"
DEMO_SECRET = "demo-webhook-secret"  # noqa: S105 # documented in ruling 8

MAX_TIDIED = 1_000
"""How many accounts one call deletes."""


class Resettable(Protocol):
    """What remembers something; its methods are called inside a unit of work."""

    def forget(self, account: str) -> None:
        """Forget what belongs to an account that is deleted."""
        ...

    def reset(self) -> None:
        """Be as just started; the tables are empty already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything behind the routes.

    Attributes:
        settings: as they were given.
        budget: bytes for each buffer.
        quotas: count what comes and goes against it.
        dataset: the contacts.
        editions: the same, and what they were to jobs that are older.
        store: all that is remembered; runs the units of work.
        sender: posts deliveries.
        remembering: what a reset, or the deletion of an account, has to tell; the
            tables that hang on the account's row go with it.
    """

    settings: Settings
    budget: Budget
    quotas: Quotas
    dataset: Dataset
    editions: Editions
    store: Store
    clock: VirtualClock
    accounts: Accounts
    ledger: Ledger
    limiter: Limiter
    jobs: Jobs
    worker: Worker
    sender: Sender
    journal: Journal
    client_report: ClientReport
    faults: FaultRules
    delays: Delays
    activity: Activity
    inboxes: Inboxes
    snapshots: Snapshots
    remembering: tuple[Resettable, ...]
    _watching: list[asyncio.Task[None]] = field(default_factory=list, repr=False)

    @classmethod
    def build(
        cls,
        settings: Settings,
        dataset: Dataset,
        *,
        store: Store | None = None,
        real: Callable[[], int] | None = None,
        sender: Sender | None = None,
    ) -> "Services":
        """Put an emulator together; nothing runs yet.

        Args:
            settings: how it behaves.
            dataset: the contacts.
            store: what it remembers; left out, what the settings name.
            real: microseconds since the epoch, never going back.
            sender: posts deliveries; left out, as the settings say.

        Raises:
            StoreError: the state file cannot be used.
        """
        budget, editions = Budget.of(settings.memory_budget), Editions(dataset)
        store = store or _open(settings, budget)
        sender = sender or _sender(settings)
        clock = VirtualClock(store, real)
        inboxes, journal = Inboxes(store, clock, budget.inboxes), Journal(store)
        faults, delays = FaultRules(store), Delays(store, clock)
        activity = Activity(store, clock)
        limiter = Limiter(store, settings.rate_limit)
        ledger = Ledger(store, clock, settings.keep_jobs)
        accounts = _accounts(settings, store, clock, ledger, inboxes)
        jobs = _jobs(settings, store, clock, accounts, ledger, editions)
        carrier = FaultyCarrier(sender, inboxes, faults)
        worker = Worker(store, clock, jobs, EmailCheck(dataset), carrier)
        bounds = Bounds(settings.rate_limit, settings.webhook_timeout)
        return cls(
            settings=settings,
            budget=budget,
            quotas=Quotas.of(budget),
            dataset=dataset,
            editions=editions,
            store=store,
            clock=clock,
            accounts=accounts,
            ledger=ledger,
            limiter=limiter,
            jobs=jobs,
            worker=worker,
            sender=sender,
            journal=journal,
            client_report=ClientReport(store, journal, jobs, inboxes, bounds),
            faults=faults,
            delays=delays,
            activity=activity,
            inboxes=inboxes,
            snapshots=Snapshots(
                *(store, clock, journal, jobs, inboxes, editions),
                replaced=(faults.load, activity.reset),
                halted=partial(_halted, worker, delays),
            ),
            remembering=(
                *(clock, accounts, jobs, limiter, inboxes, faults, journal, activity),
            ),
        )

    async def check(self) -> None:
        """See that the state can be gone on with; nothing is changed.

        Raises:
            StartError: it belongs to another data set.
        """
        known = await self.store.unit(self._known_fingerprint)
        own = self._fingerprint()
        if known != own and self.editions.former(known) is None:
            raise StartError(
                f"{self.settings.state} belongs to another data set: start with the "
                "--dataset that made it, or name a new --state file"
            )

    async def start(self) -> None:
        """Make what is there from the start, and work off what is due."""
        for each in (self.clock, self.jobs.ids):
            await self.store.unit(each.take_up)
        await self.store.unit(self._seed)
        self.activity.start()
        self.worker.start()
        self._watching.append(asyncio.create_task(self.clock.watch(), name="clock"))

    async def store_failure(self) -> str | None:
        """Return why nothing can be written to the store now; None: it can.

        Who asks does not wait for a long unit, which is writing.
        """
        with suppress(asyncio.TimeoutError):
            try:
                await asyncio.wait_for(self.store.unit(self._touch), MAX_PROBE)
            except self.store.failures as error:
                return str(error)
        return None

    def _touch(self) -> None:
        self.store.run("fact_touch")

    async def stop(self, grace: float) -> None:
        """Let what is under way end within `grace` real seconds, and let go of all."""
        for task in self._watching:
            task.cancel()
        await self.worker.stop(grace)
        for each in (self.clock, self.jobs.ids):
            try:
                await self.store.unit(each.leave)
            except self.store.failures as error:
                log.warning("what is known at a stop could not be written: %s", error)

    async def reset(self, account: str | None = None) -> None:
        """Bring everything, or one account, back to what it was at the start.

        Deliveries in flight are dropped: nothing of them arrives afterwards.

        Raises:
            LookupError: there is no such account.
        """
        async with _halted(self.worker, self.delays, account):
            if account is None:
                await self.store.long_unit(self._start_afresh)
            else:
                await self.store.long_unit(self._reopen, account)

    async def forget(self, account: str) -> None:
        """Delete an account with all that belongs to it, deliveries in flight too."""
        async with _halted(self.worker, self.delays, account):
            await self.store.long_unit(self._forget, account)

    async def tidy(self, wanted: AccountFilter) -> tuple[list[str], bool]:
        """Delete accounts that are meant, one after another, letting others run.

        The demo account stays, and so does who has been used meanwhile.

        Returns:
            The ids of those deleted, and whether there are more than `MAX_TIDIED`.
        """
        numbered = await self.store.unit(self.accounts.numbered, Page(after=0))
        others = (account for _, account in numbered if account != DEMO)
        chosen = self.activity.select(wanted, others)
        deleted = []
        for account in chosen[:MAX_TIDIED]:
            await asyncio.sleep(0)
            if await self._forget_idle(account, wanted):
                deleted.append(account)
        return deleted, len(chosen) > MAX_TIDIED

    async def _forget_idle(self, account: str, wanted: AccountFilter) -> bool:
        """Delete an account if it is still meant, and there; return whether it was."""
        async with _halted(self.worker, self.delays, account):
            known = await self.store.unit(self.accounts.find, account)
            is_meant = known is not None and self.activity.matches(wanted, account)
            if is_meant:
                await self.store.long_unit(self._forget, account)
        return is_meant

    def _forget(self, account: str) -> None:
        for each in self.remembering:
            each.forget(account)

    def _reopen(self, account: str) -> None:
        opening = self.accounts.opening(account)
        self._forget(account)
        self.accounts.reopen(opening)
        self.activity.reopen(account)
        self._publish_reset(account)

    def _start_afresh(self) -> None:
        self.store.wipe()
        for each in self.remembering:
            each.reset()
        self._seed()
        self._publish_reset(None)

    def _publish_reset(self, account: str | None) -> None:
        done = {"scope": "all", "account": account}
        self.store.publish(EventType.RESET, account or EVERYONE, done)

    def _seed(self) -> None:
        """Make what is there from the start, unless the store has it already."""
        self.clock.start()
        self.jobs.start()
        self.faults.load()
        former = self.editions.former(self._known_fingerprint())
        if former is not None:
            self.jobs.keep_edition(former)
        self.store.run("fact_set", name="dataset", value=self._fingerprint())
        if self.accounts.find(DEMO) is None:
            self.accounts.open(
                Opening(
                    id=DEMO,
                    credits=self.settings.credits,
                    name="Demo",
                    api_key=DEMO_KEY,
                    webhook_url=self.inboxes.url_of(DEMO),
                    webhook_secret=DEMO_SECRET,
                )
            )

    def _known_fingerprint(self) -> str:
        """Return that of the state; of a new one, what will be its own."""
        known = self.store.one("fact_get", name="dataset")
        return self._fingerprint() if known is None else known["value"]

    def _fingerprint(self) -> str:
        """Only a file outlives its data set, so only it needs to know its own."""
        return "" if self.settings.state is None else self.dataset.fingerprint


def _open(settings: Settings, budget: Budget) -> Store:
    url = MEMORY if settings.state is None else str(settings.state)
    return open_store(
        url,
        journal_size=settings.journal_size,
        budget=budget,
        durability=settings.durability,
    )


def _sender(settings: Settings) -> Sender:
    return Sender(
        connect_timeout=settings.connect_timeout,
        total_timeout=settings.webhook_timeout,
    )


def _accounts(
    settings: Settings,
    store: Store,
    clock: VirtualClock,
    ledger: Ledger,
    inboxes: Inboxes,
) -> Accounts:
    return Accounts(
        *(store, clock, ledger, inboxes),
        opening_credits=settings.credits,
        auto_accounts=not settings.no_auto_accounts,
    )


def _jobs(
    settings: Settings,
    store: Store,
    clock: VirtualClock,
    accounts: Accounts,
    ledger: Ledger,
    editions: Editions,
) -> Jobs:
    return Jobs(
        *(store, clock, accounts, ledger, editions),
        validation_delay=microseconds(settings.validation_delay),
        retry_schedule=[microseconds(wait) for wait in settings.retry_schedule],
        keep=settings.keep_jobs,
    )


@asynccontextmanager
async def _halted(
    worker: Worker, delays: Delays, account: str | None = None
) -> AsyncIterator[None]:
    """Drop what is under way, of one account or all; begin nothing inside the block."""
    async with worker.paused(account):
        delays.cancel(account)
        yield
