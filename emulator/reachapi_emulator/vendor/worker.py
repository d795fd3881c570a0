"""The worker: claims what is due and runs it, within limits.

Validation and every attempt are one thing to it: a row that is due. What is under
way is a task of its own; a row tells of it in the store, so that nothing is lost
when the process ends.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Protocol

from reachapi_emulator.delivery.outcome import Outcome, hint, in_container
from reachapi_emulator.logs import masked_url
from reachapi_emulator.state.clock import SECOND, VirtualClock, seconds
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.job import BegunAttempt, Interference
from reachapi_emulator.vendor.jobs import Jobs
from reachapi_emulator.vendor.payload import Payload
from reachapi_emulator.vendor.retry_policy import Decision

MAX_VALIDATIONS = 16
MAX_ATTEMPTS_UNDER_WAY = 256
MAX_AT_ENDPOINT = 8
MAX_SLEEP = 3_600.0
PAUSE = 1.0
"""Real seconds after which a turn that failed is taken again."""

log = logging.getLogger("reachapi_emulator.worker")
attempts_log = logging.getLogger("reachapi_emulator.attempts")

Task = asyncio.Task[Any]


class Carrier(Protocol):
    """Takes a delivery to its receiver; who tests may interfere."""

    def address(self, url: str) -> str:
        """Return where a webhook URL leads now."""
        ...

    def interfere(self, account: str) -> Interference | None:
        """Return what is ordered for the next attempt; called inside its unit."""
        ...

    async def deliver(self, attempt: BegunAttempt, payload: Payload) -> Outcome:
        """Make an attempt; nothing but a cancellation is raised."""
        ...


@dataclass(eq=False)
class Lane:
    """Work of one kind that is under way, within its limit.

    Attributes:
        due: finds, inside a unit, what is due: so many at most, none at endpoints
            that are busy.
        run: does the work of one job; tells when it has begun.
        limit: how many may be under way.
        running: those that are, with the rows that were found.
        begun: told of each once its first unit is committed.
        ended: how many have been under way and are no more.
    """

    due: Callable[[int, list[str]], Sequence[Row]]
    run: Callable[[int, asyncio.Event], Awaitable[None]]
    limit: int
    running: dict[Task, Row] = field(default_factory=dict)
    begun: dict[Task, asyncio.Event] = field(default_factory=dict)
    ended: int = 0

    @property
    def free(self) -> int:
        """How many more may be started."""
        return self.limit - len(self.running)

    def endpoints(self) -> Counter[str]:
        """Count what is under way at each endpoint."""
        every = (row["endpoint"] for row in self.running.values())
        return Counter(url for url in every if url is not None)

    def of(self, account: str | None) -> Iterator[Task]:
        """Yield the tasks of one account, or all."""
        for task, row in self.running.items():
            if account in {None, row["account"]}:
                yield task


class Worker:
    """Starts validations and attempts when they fall due, and owns their tasks.

    At most 256 attempts are under way, 8 at one endpoint, so that a slow
    receiver holds up nobody else; and 16 validations.

    Args:
        store: runs the units.
        clock: wakes the worker when it jumps or something new is due.
        jobs: know what is due and where it stands.
        email_check: judges emails.
        carrier: makes the attempts.
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        jobs: Jobs,
        email_check: EmailCheck,
        carrier: Carrier,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs
        self._email_check = email_check
        self._carrier = carrier
        self._validations = Lane(self._to_validate, self._validate, MAX_VALIDATIONS)
        self._attempts = Lane(self._to_deliver, self._deliver, MAX_ATTEMPTS_UNDER_WAY)
        self._claiming = asyncio.Lock()
        self._loop: Task | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to work off what is due."""
        self._loop = asyncio.create_task(self._run(), name="worker")

    async def stop(self, grace: float) -> None:
        """Start nothing more; let what is under way end within `grace` seconds.

        What has not ended then is cut off; the store knows of it, and the next
        start makes it due again.
        """
        self._stopping = True
        if self._loop is not None:
            await _cancel([self._loop])
        if under_way := list(self._under_way()):
            await asyncio.wait(under_way, timeout=grace)
        await self._cut_off()

    @asynccontextmanager
    async def paused(self, account: str | None = None) -> AsyncIterator[None]:
        """Cut off what is under way, of one account or all, and begin nothing.

        Inside the block nothing of it is under way, and nothing of it arrives
        afterwards. If the block fails, it is made again.
        """
        async with self._claiming:
            try:
                await self._cut_off(account)
                yield
            except BaseException:
                await self._store.unit(self._jobs.recover, account)
                raise

    async def run_due(self) -> None:
        """Return when all that is due has been started and validations have ended."""
        validations, seen = self._validations, -1
        while validations.running or seen != validations.ended:
            if validations.running:
                await asyncio.wait(list(validations.running))
            seen = validations.ended  # one that ends from here on may be overlooked
            await self._launch()
        for begun in list(self._attempts.begun.values()):
            await begun.wait()
        await asyncio.sleep(0)  # an attempt that has begun now is on its way

    async def _cut_off(self, account: str | None = None) -> None:
        while tasks := list(self._under_way(account)):
            await _cancel(tasks)

    def _under_way(self, account: str | None = None) -> Iterator[Task]:
        return chain(self._validations.of(account), self._attempts.of(account))

    async def _run(self) -> None:
        while True:
            seen = self._clock.changed.changes
            await self._clock.changed.wait(await self._turn(), seen)

    async def _turn(self) -> float:
        """Start what is due; return the real seconds until the next turn."""
        looked = self._clock.real()  # what falls due from here on is yet to come
        try:
            await self._launch()
            wait = await self._store.unit(self._jobs.next_due, looked)
        except Exception:
            log.exception("what is due could not be started: tried again in a second")
            return PAUSE
        return MAX_SLEEP if wait is None else min(MAX_SLEEP, wait / SECOND)

    async def _launch(self) -> None:
        async with self._claiming:
            for lane in (self._validations, self._attempts):
                while lane.free and await self._start_due(lane):
                    pass

    async def _start_due(self, lane: Lane) -> int:
        """Start what is due as far as there is room; return how many."""
        if self._stopping:
            return 0
        under_way = lane.endpoints()
        return await self._store.unit(self._claim, lane, lane.free, under_way)

    def _claim(self, lane: Lane, limit: int, under_way: Counter[str]) -> int:
        """Claim what is due and finds room, at its endpoint too; return how many.

        Each begins once it is committed, even if who has asked is cancelled: what
        is claimed and not begun would be due no more.
        """
        taken, claimed = under_way.copy(), 0
        busy = [url for url, count in taken.items() if count >= MAX_AT_ENDPOINT]
        for row in lane.due(limit, busy):
            endpoint = row["endpoint"]
            if endpoint and taken[endpoint] >= MAX_AT_ENDPOINT:
                continue
            if self._jobs.claim(row["id"]):
                taken[endpoint] += 1
                claimed += 1
                self._store.after_commit(partial(self._start, lane, row))
        return claimed

    def _to_validate(self, limit: int, busy: list[str]) -> Sequence[Row]:
        del busy  # a validation calls nobody
        return self._jobs.to_validate(self._clock.real(), limit)

    def _to_deliver(self, limit: int, busy: list[str]) -> Sequence[Row]:
        return self._jobs.to_deliver(self._clock.real(), limit, busy)

    def _start(self, lane: Lane, row: Row) -> None:
        begun = asyncio.Event()
        work = self._work(lane, row["id"], begun)
        task = asyncio.create_task(work, name=f"job {row['id']}")
        lane.running[task] = row
        lane.begun[task] = begun
        task.add_done_callback(lambda task: self._ended(lane, task))

    def _ended(self, lane: Lane, task: Task) -> None:
        del lane.running[task]
        lane.begun.pop(task).set()
        lane.ended += 1
        self._clock.changed.notify()

    async def _work(self, lane: Lane, job: int, begun: asyncio.Event) -> None:
        """Do the work of a claimed job; one that comes to grief is due again."""
        try:
            await lane.run(job, begun)
        except Exception:
            log.exception("job %d failed", job)
            begun.set()
            await self._give_back(job)

    async def _give_back(self, job: int) -> None:
        """Make a job due again, as soon as the store can."""
        while True:
            try:
                return await self._store.unit(self._jobs.give_back, job)
            except Exception:
                log.exception("job %d is under way: tried again in a second", job)
                await asyncio.sleep(PAUSE)

    async def _validate(self, job: int, begun: asyncio.Event) -> None:
        """Judge the emails of a job, charge the valid ones, make it deliver."""
        records = await self._store.unit(self._jobs.begin_validation, job)
        begun.set()
        valid = await self._email_check.valid(records)
        await self._store.unit(self._jobs.settle, job, valid)

    async def _deliver(self, job: int, begun: asyncio.Event) -> None:
        """Make one attempt, recorded before it is made and completed after.

        A fault may postpone it instead.
        """
        attempt = await self._store.unit(
            self._jobs.begin, job, self._carrier.interfere, self._carrier.address
        )
        begun.set()
        if attempt is None:
            return
        payload = self._jobs.payload_of(job, attempt.records)
        outcome = await self._carrier.deliver(attempt, payload)
        decision = await self._store.unit(self._jobs.finish, attempt, outcome)
        _log_attempt(attempt, outcome, decision, self._jobs.retry_schedule)


async def _cancel(tasks: list[Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _log_attempt(
    attempt: BegunAttempt, outcome: Outcome, decision: Decision, schedule: Sequence[int]
) -> None:
    url = masked_url(attempt.url)
    advice = hint(outcome, url, in_container=in_container())
    follows: str = decision.state
    if decision.due_at is not None:
        follows = f"next in {schedule[attempt.retries] / SECOND:g} s"
    attempts_log.log(
        logging.INFO if outcome.acknowledged else logging.WARNING,
        "job %d attempt %d %s -> %s, %d ms, %s%s",
        attempt.job,
        attempt.number,
        url,
        outcome.error if outcome.status is None else outcome.status,
        outcome.duration_ms,
        follows,
        f" ({advice})" if advice else "",
        extra={
            "fields": {
                "unique_processing_id": attempt.job,
                "attempt": attempt.number,
                "url": url,
                "status": outcome.status,
                "error": outcome.error,
                "duration_ms": outcome.duration_ms,
                "state": decision.state,
                "next_due_at": seconds(decision.due_at),
                "hint": advice,
            }
        },
    )
