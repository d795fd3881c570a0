"""An emulator without its HTTP, in this process, with time and receivers in hand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

import orjson

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.query import first
from reachapi_emulator.services import Services
from reachapi_emulator.settings import Settings
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.page import EVERY
from reachapi_emulator.state.sqlite import SqliteStore
from reachapi_emulator.state.store import Row
from reachapi_emulator.testing.faults import FaultKind, FaultPhase, FaultRule
from reachapi_emulator.vendor.accounts import Opening
from reachapi_emulator.vendor.credits import Credit
from reachapi_emulator.vendor.job import DataRequest, Work, outline
from support.people import mixed
from support.scripted import RealTime, Receiver, ScriptedClient, answers

P = ParamSpec("P")
T = TypeVar("T")

CREDITS = 1_000
URL = "http://receiver.example/hook"


def memory_store() -> SqliteStore:
    """Open a store of one's own."""
    return SqliteStore(":memory:", journal_size=100)


async def steps(count: int) -> None:
    """Let others take some steps."""
    for _ in range(count):
        await asyncio.sleep(0)


class InProcess:
    """All the services of an emulator; the worker runs when it is started.

    Args:
        dataset: the contacts; left out, seven of which three have a good email.
        receiver: what the deliveries meet; left out, it acknowledges all.
        schedule: microseconds between attempts.
        delay: microseconds from acceptance to validation.
        real: real time; left out, it stands still until `real.now` is set.
        store: what is remembered; left out, nothing yet.
    """

    def __init__(
        self,
        dataset: Dataset | None = None,
        *,
        receiver: Receiver | None = None,
        schedule: Sequence[int] = (),
        delay: int = 0,
        real: Callable[[], int] | None = None,
        store: SqliteStore | None = None,
    ) -> None:
        self.dataset = dataset or mixed(7)
        self.real = RealTime()
        self.store = store or memory_store()
        self.client = ScriptedClient(receiver or answers(()))
        self.services = Services.build(
            Settings(
                credits=CREDITS,
                retry_schedule=tuple(wait / SECOND for wait in schedule),
                validation_delay=delay / SECOND,
            ),
            self.dataset,
            store=self.store,
            real=real or self.real,
            sender=self.client,
        )
        self.worker = self.services.worker
        for each in (self.services.clock, self.services.jobs):
            self.do(each.start)
        self.do(self.services.faults.load)

    def do(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit of work, at once."""
        result, announcements = self.store.transact(function, *args, **kwargs)
        for announce in announcements:
            announce()
        return result

    def open(
        self, account: str = "ann", balance: int = CREDITS, url: str = URL
    ) -> None:
        """Open an account."""
        opening = Opening(account, balance, webhook_url=url)
        self.do(self.services.accounts.open, opening)

    def ask(
        self,
        count: int,
        account: str = "ann",
        matches: int | None = None,
        *,
        polled: bool = False,
    ) -> int:
        """Submit a data request that matches the first contacts, or all."""
        everything = self.dataset.everything
        found = first(everything, len(everything) if matches is None else matches)
        request = DataRequest(count, {}, found, polled)
        return self.do(self.services.jobs.submit, account, request)

    def rule(self, kind: FaultKind, **values: object) -> int:
        """Add a fault rule for deliveries; return its id."""
        every = {"phase": FaultPhase.WEBHOOK, "kind": kind, **values}
        rule = FaultRule(**every)  # type: ignore[arg-type] # one of each field
        return self.do(self.services.faults.add, rule)

    def claim(self, kind: Work = "attempt", account: str = "ann") -> int | None:
        """Claim what is due, as the worker does."""
        self.do(self.services.jobs.due.line_up, self.real(), 100)
        return self.do(self.services.jobs.due.claim, account, kind)

    def redeliver(self, job: int) -> None:
        """Ask for one more attempt."""
        self.do(self.services.jobs.redeliver, job)

    def set_webhook(
        self, url: str | None = URL, account: str = "ann", *, active: bool = True
    ) -> None:
        """Configure where an account's deliveries go."""
        self.do(self.services.accounts.set_webhook, account, url, active=active)

    def advance(self, duration: int, account: str = "") -> None:
        """Let a clock jump ahead by microseconds."""
        self.do(self.services.clock.advance, duration, account)

    def now(self, account: str = "ann") -> int:
        """Return the instant that an account lives in."""
        return self.do(self.services.clock.now, account)

    def credit(self, account: str = "ann") -> Credit:
        """Return what an account has."""
        return self.do(self.services.ledger.credit, account)

    def jobs(self, account: str | None = None, state: str | None = None) -> list[int]:
        """Return the jobs of an account, in a state, oldest first."""
        return sorted(self.do(self.services.jobs.find, account, state, EVERY))

    def row(self, job: int) -> Row:
        """Return a job."""
        return self.do(self.services.jobs.row, job)

    def states(self) -> list[str]:
        """Return the states of all jobs, oldest first."""
        return [self.row(job)["state"] for job in self.jobs()]

    def attempts(self, job: int, column: str) -> list[object]:
        """Return one thing about each attempt of a job, oldest first."""
        return [row[column] for row in self.store.all("attempts_of", job=job)]

    def under_way(self) -> list[int]:
        """Return the jobs that are being worked on."""
        return [job for job in self.jobs() if self.row(job)["claimed"]]

    def _is_due(self) -> bool:
        real = self.services.clock.real()
        fallen_due = self.store.one("jobs_fallen_due", real=real, most=1)
        return fallen_due is not None or "lane" in self.waits()

    def waits(self) -> list[object]:
        """Return what each job waits for, oldest first."""
        return [outline(self.row(job))["waits_for"] for job in self.jobs()]

    async def rest(self) -> None:
        """Return when all that is due has been done."""
        while self._is_due() or self.under_way():
            await self.worker.run_due()
            if self.under_way():
                await self.services.clock.changed.wait()

    def posted(self) -> list[int]:
        """Return the jobs of the attempts that were made, oldest first."""
        bodies = (orjson.loads(post.body) for post in self.client.posts)
        return [body["unique_processing_id"] for body in bodies]
