"""The worker: claims what is due and runs it, within limits.

Validation and every attempt are one thing to it: a row that is due. What is under
way is a task of its own; a row tells of it in the store, so that nothing is lost
when the process ends.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, ParamSpec, Protocol, TypeVar

from reachapi_emulator.delivery.outcome import ErrorCode, Outcome
from reachapi_emulator.state.clock import SECOND, VirtualClock
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.vendor.attempt_log import log_attempt
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.job import (
    BegunAttempt,
    Interference,
    Work,
    endpoint_of,
    waits_for,
)
from reachapi_emulator.vendor.jobs import Jobs
from reachapi_emulator.vendor.lanes import Circuit, Lane, Lanes, Limits
from reachapi_emulator.vendor.payload import Payload, delivery

MAX_VALIDATIONS = 16
MAX_ATTEMPTS = 384
MAX_ATTEMPTS_SHARED = 256
MAX_AT_HOST = 128
MAX_AT_HOST_SHARED = 64
MAX_AT_ENDPOINT = 8
MAX_PROBES = 64
MAX_PROBES_AT_HOST = 16
MAX_BATCH = 256
"""Jobs that one unit looks at or claims."""

MAX_SLEEP = 3_600.0
PAUSE = 1.0
"""Real seconds after which a turn that failed is taken again."""

UNWRITTEN = "what it came to could not be written: tried every second until it is"
LOST = "what they came to was never written: it is made again at the next start"

log = logging.getLogger("reachapi_emulator.worker")

P = ParamSpec("P")
T = TypeVar("T")
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
class Department:
    """One kind of work, and what of it is under way.

    Attributes:
        kind: what a job waits for a lane for.
        run: does the work of one job; tells when it has begun.
        lanes: who may begin.
        running: what is under way.
        begun: told of each once its first unit is committed.
        ended: how many have been under way and are no more.
    """

    kind: Work
    run: Callable[[int, asyncio.Event], Awaitable[None]]
    lanes: Lanes
    running: dict[Task, Lane] = field(default_factory=dict)
    begun: dict[Task, asyncio.Event] = field(default_factory=dict)
    ended: int = 0

    def of(self, account: str | None) -> Iterator[Task]:
        """Yield the tasks of one account, or all."""
        for task, lane in self.running.items():
            if account in {None, lane.account}:
                yield task


def _lanes_for_validations() -> Lanes:
    limits = Limits(*[MAX_VALIDATIONS] * 5)
    return Lanes(limits, limits)


def _lanes_for_attempts() -> Lanes:
    return Lanes(
        Limits(
            in_all=MAX_ATTEMPTS,
            shared=MAX_ATTEMPTS_SHARED,
            at_host=MAX_AT_HOST,
            shared_at_host=MAX_AT_HOST_SHARED,
            at_endpoint=MAX_AT_ENDPOINT,
        ),
        Limits(MAX_PROBES, MAX_PROBES, MAX_PROBES_AT_HOST, MAX_PROBES_AT_HOST, 1),
    )


class Worker:
    """Starts validations and attempts when they fall due, and owns their tasks.

    At most 16 validations are under way, and so many attempts that a slow receiver
    holds up nobody else: 256, of them 64 at one host and 8 at one endpoint; beyond
    that the first at an endpoint, up to 384 and 128 at one host. Endpoints whose last
    attempt timed out have 64 lanes of their own, one each until they answer.

    Attributes:
        unwritten: of how many jobs it is kept here what they came to, because the
            store could not write it yet.

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
        self._validations = Department(
            "validation", self._validate, _lanes_for_validations()
        )
        self._attempts = Department("attempt", self._deliver, _lanes_for_attempts())
        self._claiming = asyncio.Lock()
        self._loop: Task | None = None
        self._stopping = False
        self._cut: list[str | None] = []
        self.unwritten = 0

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
        if self.unwritten:
            log.error("%d jobs: %s", self.unwritten, LOST)
        await self._cut_off()

    @asynccontextmanager
    async def paused(self, account: str | None = None) -> AsyncIterator[None]:
        """Cut off what is under way, of one account or all, and begin nothing.

        Inside the block nothing of it is under way, and nothing of it arrives
        afterwards. If the block fails, it is made again, as soon as the store can.
        """
        async with self._claiming:
            try:
                await self._cut_off(account)
                yield
            except BaseException:
                self._cut.append(account)
                self._clock.alarm.ring()  # a turn tries again, should this not do
                with suppress(*self._store.failures):
                    await self._recover()
                raise
            finally:
                if account is None:
                    self._validations.lanes.clear()
                    self._attempts.lanes.clear()

    def circuit(self, endpoint: str) -> Circuit:
        """Return the state of the circuit of an endpoint, its URL as it is shown."""
        return self._attempts.lanes.circuit(endpoint)

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
        alarm = self._clock.alarm
        while True:
            heard = alarm.listen()
            await alarm.sleep(await self._turn(), heard)

    async def _turn(self) -> float:
        """Start what is due; return the real seconds until the next turn."""
        looked = self._clock.real()  # what falls due from here on is yet to come
        try:
            await self._launch()
            wait = await self._store.unit(self._jobs.due.next_due, looked)
        except Exception:
            log.exception("what is due could not be started: tried again in a second")
            return PAUSE
        return MAX_SLEEP if wait is None else min(MAX_SLEEP, wait / SECOND)

    async def _launch(self) -> None:
        async with self._claiming:
            await self._recover()
            looked_at = MAX_BATCH
            while looked_at == MAX_BATCH and not self._stopping:
                looked_at = len(await self._start_due())
                await asyncio.sleep(0)  # others want to go on too

    async def _recover(self) -> None:
        """Make due again what was cut off in vain, before anything else is begun."""
        while self._cut:
            await self._store.unit(self._jobs.recover, self._cut[-1])
            self._cut.pop()

    async def _start_due(self) -> Sequence[Row]:
        """Look at what has fallen due, and start what has a lane; return the former."""
        rows = await self._store.unit(self._line_up)
        for department in (self._validations, self._attempts):
            await self._serve(department)
        if self._store.feed.heard:
            await self._store.unit(self._jobs.publish_waiting, rows)
        return rows

    def _line_up(self) -> Sequence[Row]:
        """Let what has fallen due wait for a lane; return it."""
        rows = self._jobs.due.line_up(self._clock.real(), MAX_BATCH)
        self._store.after_commit(partial(self._wait, rows))
        return rows

    def _wait(self, rows: Sequence[Row]) -> None:
        for row in rows:
            waiting = waits_for(row)
            if waiting == "validation":
                self._validations.lanes.wait(row["account"])
            elif waiting == "attempt":
                self._attempts.lanes.wait(row["account"], endpoint_of(row))

    async def _serve(self, department: Department) -> None:
        """Start what waits and has a lane now."""
        while given := department.lanes.take(MAX_BATCH):
            claim = _Claim(department, given)
            try:
                await self._store.unit(self._claim, claim)
            finally:
                if not claim.committed:
                    claim.undo()

    def _claim(self, claim: "_Claim") -> None:
        """Claim a job for each lane.

        Each begins once it is committed, even if who has asked is cancelled: what
        is claimed and not begun would be due no more.
        """
        kind = claim.department.kind
        jobs = [self._jobs.due.claim(lane.account, kind) for lane in claim.given]
        self._store.after_commit(partial(self._claimed, claim, jobs))

    def _claimed(self, claim: "_Claim", jobs: Sequence[int | None]) -> None:
        claim.committed = True
        lanes = claim.department.lanes
        for lane, job in zip(claim.given, jobs, strict=True):
            if job is None:  # it waits no more: a reset, or another webhook
                lanes.end(lane)
                lanes.leave(lane.account)
            else:
                self._start(claim.department, lane, job)

    def _start(self, department: Department, lane: Lane, job: int) -> None:
        begun = asyncio.Event()
        work = self._work(department, job, begun)
        task = asyncio.create_task(work, name=f"job {job}")
        department.running[task] = lane
        department.begun[task] = begun
        task.add_done_callback(partial(self._ended, department))

    def _ended(self, department: Department, task: Task) -> None:
        department.lanes.end(department.running.pop(task))
        department.begun.pop(task).set()
        department.ended += 1
        self._clock.alarm.ring()

    async def _work(
        self, department: Department, job: int, begun: asyncio.Event
    ) -> None:
        """Do the work of a claimed job; one that comes to grief is due again."""
        try:
            await department.run(job, begun)
        except Exception:
            log.exception("job %d failed", job)
            begun.set()
            await self._give_back(job)

    async def _give_back(self, job: int) -> None:
        """Make a job due again, as soon as the store can."""
        await self._written(job, (Exception,), self._jobs.give_back, job)

    async def _written(
        self,
        job: int,
        failures: tuple[type[Exception], ...],
        function: Callable[P, T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run the unit that keeps what a job came to; tried again until it is kept."""
        kept_back = False
        try:
            while True:
                try:
                    return await self._store.unit(function, *args, **kwargs)
                except failures:
                    if not kept_back:
                        log.exception("job %d: %s", job, UNWRITTEN)
                        kept_back = True
                        self.unwritten += 1
                await asyncio.sleep(PAUSE)
        finally:
            self.unwritten -= kept_back

    async def _validate(self, job: int, begun: asyncio.Event) -> None:
        """Judge the emails of a job, charge the valid ones, make it deliver."""
        records = await self._store.unit(self._jobs.begin_validation, job)
        begun.set()
        valid = await self._email_check.valid(records)
        await self._written(job, self._store.failures, self._jobs.settle, job, valid)

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
        payload = delivery(job, attempt.records)
        outcome = await self._carrier.deliver(attempt, payload)
        self._judge(attempt.endpoint, outcome)
        decision = await self._written(
            job, self._store.failures, self._jobs.finish, attempt, outcome
        )
        log_attempt(attempt, outcome, decision, self._jobs.retry_schedule)

    def _judge(self, endpoint: str, outcome: Outcome) -> None:
        """Open or close the circuit of an endpoint by what an attempt came to."""
        if outcome.error in {ErrorCode.TIMEOUT, ErrorCode.CONNECT_TIMEOUT}:
            self._attempts.lanes.timed_out(endpoint)
        elif outcome.status is not None:
            self._attempts.lanes.answered(endpoint)


@dataclass(eq=False, slots=True)
class _Claim:
    """Lanes that are taken while jobs are claimed for them."""

    department: Department
    given: Sequence[Lane]
    committed: bool = False

    def undo(self) -> None:
        """Free the lanes; who was to have them waits on."""
        for lane in self.given:
            self.department.lanes.end(lane)
            self.department.lanes.wait(lane.account, lane.endpoint)


async def _cancel(tasks: list[Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
