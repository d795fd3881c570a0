"""The rooms behind the routes, over one store, with time and receivers in hand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.query import first
from reachapi_emulator.services import Services
from reachapi_emulator.settings import Settings
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.events import Signal
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore
from reachapi_emulator.vendor.accounts import AccountRecord, Opening
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.job import DataRequest
from support.people import mixed
from support.scripted import RealTime, Receiver, ScriptedClient, answers

CREDITS = 1_000
URL = "http://receiver.example/hook"


def memory_store() -> SqliteStore:
    """Open a store of one's own."""
    return SqliteStore(MEMORY, journal_size=100)


async def asleep(signal: Signal) -> "asyncio.Task[None]":
    """Return somebody who waits for a change already."""
    sleeper = asyncio.create_task(signal.wait())
    await asyncio.sleep(0)
    return sleeper


async def is_woken(sleeper: "asyncio.Task[None]") -> bool:
    """Tell whether they were woken; else they sleep no more all the same."""
    for _ in range(3):
        await asyncio.sleep(0)
    return not sleeper.cancel()


class InUnits:
    """Something of the emulator, each of whose methods is a unit of work.

    Args:
        store: runs them.
        wrapped: whose methods; an attribute that is none is handed on.
    """

    def __init__(self, store: SqliteStore, wrapped: object) -> None:
        self._store = store
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # whatever there is
        found = getattr(self._wrapped, name)
        if not callable(found) or isinstance(found, Signal):
            return found

        def call(*args: object, **kwargs: object) -> object:
            result, announcements = self._store.transact(found, *args, **kwargs)
            for announce in announcements:
                announce()
            return result

        return call


class House:
    """An emulator without its HTTP.

    Args:
        dataset: the contacts.
        receiver: what the deliveries meet; left out, it acknowledges all.
        schedule: microseconds between attempts.
        delay: microseconds from acceptance to validation.
        real: real time; left out, it stands still until `real.now` is set.
        store: what is remembered; left out, nothing yet.
        validator: judges emails; left out, as the emulator does.
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
        email_check: EmailCheck | None = None,
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
        if email_check is not None:
            self.services.worker._email_check = email_check  # noqa: SLF001
        self.worker = self.dispatcher = self.services.worker
        for name in ("clock", "ledger", "accounts", "jobs", "inboxes", "faults"):
            setattr(self, name, InUnits(self.store, getattr(self.services, name)))
        self.clock.start()
        self.jobs.start()

    if TYPE_CHECKING:
        clock: Any
        ledger: Any
        accounts: Any
        jobs: Any
        inboxes: Any
        faults: Any

    def open(
        self, account: str = "ann", balance: int = CREDITS, url: str = URL
    ) -> AccountRecord:
        """Open an account."""
        return self.accounts.open(Opening(account, balance, webhook_url=url))

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
        return self.jobs.submit(account, DataRequest(count, {}, found, polled))

    def advance(self, seconds: float, account: str = "") -> None:
        """Let a clock jump ahead."""
        self.clock.advance(round(seconds * SECOND), account)

    def under_way(self) -> list[int]:
        """Return the jobs that are being worked on."""
        return [job for job in self.jobs.find() if self.jobs.row(job)["claimed"]]

    def is_due(self) -> bool:
        """Tell whether there is work that could begin and has not."""
        return any(
            self.store.one(query, real=self.services.clock.real(), busy="[]", most=1)
            for query in ("jobs_to_validate", "jobs_to_deliver")
        )

    async def rest(self) -> None:
        """Return when all that is due has been done."""
        while self.under_way() or self.is_due():
            await self.dispatcher.settle()
            if self.under_way():
                await self.clock.changed.wait()

    def attempts(self, job: int) -> list[dict[str, object]]:
        """Return the attempts of a job, oldest first."""
        shown = self.jobs.to_json(job)["attempts"]
        assert isinstance(shown, list)  # tells the type checker
        return shown

    def bodies(self) -> list[bytes]:
        """Return what was posted, oldest first."""
        return [post.body for post in self.client.posts]

    def posted(self) -> list[int]:
        """Return the jobs of the attempts that were made, oldest first."""
        return [orjson.loads(body)["unique_processing_id"] for body in self.bodies()]
