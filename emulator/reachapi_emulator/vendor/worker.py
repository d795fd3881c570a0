"""The worker: claims what is due and runs it, within limits."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from itertools import chain
from typing import Any

import orjson

from reachapi_emulator.delivery.hints import hint, in_container
from reachapi_emulator.delivery.outcomes import Outcome
from reachapi_emulator.logs import masked_url
from reachapi_emulator.state.clock import SECOND, VirtualClock, seconds
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.testing.delivery_faults import Courier
from reachapi_emulator.vendor.credits import Ledger
from reachapi_emulator.vendor.email_check import Validator
from reachapi_emulator.vendor.jobs import Attempts, Jobs
from reachapi_emulator.vendor.retry_policy import Decision, decide

log = logging.getLogger("reachapi_emulator.attempts")


class Work:
    """Does the work of a claimed job and writes down what became of it.

    Args:
        store: keeps jobs and attempts.
        clock: tells when an attempt began and when the next is due.
        ledger: charges a job when its validation has ended.
        jobs: wakes who waits for a job.
        validator: judges emails.
        courier: makes the attempts.
        schedule: microseconds between attempts (ruling 29).
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        ledger: Ledger,
        jobs: Jobs,
        validator: Validator,
        courier: Courier,
        schedule: Sequence[int],
    ) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._jobs = jobs
        self._validator = validator
        self._courier = courier
        self._attempts = Attempts(store, clock, courier)
        self._schedule = schedule

    async def validate(self, job: int) -> None:
        """Judge the emails of a job, charge the valid ones, make it deliver."""
        self._jobs.tell(job)  # it is validating now
        valid = await self._validator.valid(self._jobs.records(job))
        account = self._jobs.row(job)["account"]
        with self._store.transaction():
            self._ledger.charge(account, len(valid), job)
            self._store.run(
                "job_settle",
                id=job,
                records=valid.serialize(),
                valid=len(valid),
                now=self._clock.now(account),
            )
        self._jobs.tell(job)

    async def deliver(self, job: int) -> None:
        """Make one attempt, recorded before it is made and completed after.

        A fault may put it off instead.
        """
        row = self._jobs.row(job)
        if row["webhook_url"] is None:  # taken away since the job was claimed
            self._store.run("job_release", id=job)
            return
        url = self._courier.address(row["webhook_url"])
        payload = self._jobs.payload(job)
        begun = self._attempts.begin(row, url)
        if begun is None:
            self._jobs.tell(job)
            return
        number, kind = begun
        self._jobs.tell(job, number)
        outcome = await self._courier.carry(url, row["webhook_secret"], payload, kind)
        step = self._finish(row, number, outcome)
        self._jobs.tell(job, number)
        _report(job, number, masked_url(url), outcome, step, self._follows(row, step))

    def give_back(self, job: int) -> None:
        """Make a job due again, in a second, whose work came to grief."""
        row = self._jobs.row(job)
        due_at = self._clock.now(row["account"]) + SECOND
        with self._store.transaction():
            self._store.run("attempts_fail", job=job, next_due_at=due_at)
            self._store.run("job_give_back", id=job, due_at=due_at)
        self._jobs.tell(job)

    def _follows(self, row: Row, step: Decision) -> str:
        """Say in words where a delivery stands."""
        if step.due_at is None:
            return step.state
        return f"next in {self._schedule[row['retries']] / SECOND:g} s"

    def _finish(self, row: Row, number: int, outcome: Outcome) -> Decision:
        """Complete the attempt and decide what follows.

        An attempt after the delivery has ended, asked for by a tester, leaves
        no retry behind: it acknowledges the delivery or changes nothing.
        """
        now = self._clock.now(row["account"])
        step = decide(
            acknowledged=outcome.acknowledged,
            retries=row["retries"],
            schedule=self._schedule,
            now=now,
        )
        if row["state"] != "delivering" and not outcome.acknowledged:
            step = Decision(row["state"], None)
        with self._store.transaction():
            self._store.run(
                "attempt_finish",
                job=row["id"],
                number=number,
                duration_ms=outcome.duration_ms,
                status=outcome.status,
                error=outcome.error,
                response_body=outcome.response_body,
                next_due_at=step.due_at,
            )
            self._store.run(
                "job_step",
                id=row["id"],
                state=step.state,
                due_at=step.due_at,
                retries=row["retries"] + (step.due_at is not None),
            )
            self._store.run(
                "jobs_overtaken", account=row["account"], job=row["id"], now=now
            )
        return step


def _report(
    job: int, number: int, url: str, outcome: Outcome, step: Decision, follows: str
) -> None:
    advice = hint(outcome, url, in_container=in_container())
    log.log(
        logging.INFO if outcome.acknowledged else logging.WARNING,
        "job %d attempt %d %s -> %s, %d ms, %s%s",
        job,
        number,
        url,
        outcome.error if outcome.status is None else outcome.status,
        outcome.duration_ms,
        follows,
        f" ({advice})" if advice else "",
        extra={
            "fields": {
                "unique_processing_id": job,
                "attempt": number,
                "url": url,
                "status": outcome.status,
                "error": outcome.error,
                "duration_ms": outcome.duration_ms,
                "state": step.state,
                "next_due_at": seconds(step.due_at),
                "hint": advice,
            }
        },
    )


MAX_VALIDATIONS = 16
MAX_ATTEMPTS = 256
MAX_AT_ENDPOINT = 8
MAX_SLEEP = 3_600.0
PAUSE = 1.0


Task = asyncio.Task[Any]


class Lane:
    """Work of one kind that is under way, within its limits.

    Args:
        query: names the statement that finds what is due.
        run: does the work of one job.
        most: how many may be under way.
    """

    def __init__(
        self, query: str, run: Callable[[int], Coroutine[Any, Any, None]], most: int
    ) -> None:
        self.query = query
        self.run = run
        self.most = most
        self.running: dict[Task, Row] = {}

    @property
    def free(self) -> int:
        """How many more may be started."""
        return self.most - len(self.running)

    def busy(self) -> list[str]:
        """Return the endpoints that take no further attempt now."""
        endpoints = Counter(row["endpoint"] for row in self.running.values())
        return [url for url, n in endpoints.items() if url and n >= MAX_AT_ENDPOINT]

    def of(self, account: str | None) -> Iterator[Task]:
        """Yield the tasks of one account, or all."""
        for task, row in self.running.items():
            if account in {None, row["account"]}:
                yield task


class Worker:
    """Starts validations and attempts when they fall due, and owns their tasks.

    At most 256 attempts are in flight, 8 at one endpoint, so that a slow
    receiver holds up nobody else; and 16 validations.

    Args:
        store: is asked for what is due.
        clock: wakes the dispatcher when it jumps or something new is due.
        work: is done.
    """

    def __init__(self, store: Store, clock: VirtualClock, work: Work) -> None:
        self._store = store
        self._clock = clock
        self._work = work
        self._validations = Lane("jobs_to_validate", work.validate, MAX_VALIDATIONS)
        self._attempts = Lane("jobs_to_deliver", work.deliver, MAX_ATTEMPTS)
        self._loop: Task | None = None

    def start(self) -> None:
        """Begin to work off what is due."""
        self._loop = asyncio.create_task(self._run(), name="dispatcher")

    async def stop(self, grace: float) -> None:
        """Start nothing more; let what is under way end within `grace` seconds.

        What has not ended then is cut off; the store knows of it, and the next
        start makes it due again.
        """
        if self._loop is not None:
            await _cancel([self._loop])
        if under_way := list(self._under_way()):
            await asyncio.wait(under_way, timeout=grace)
        await self.drop()

    async def drop(self, account: str | None = None) -> None:
        """Cut off what is under way, of one account or all, and see it ended.

        Nothing of it is under way when this returns, and until the caller
        awaits something.
        """
        while tasks := list(self._under_way(account)):
            await _cancel(tasks)

    async def settle(self) -> None:
        """Return when all that is due has been started and validations have ended."""
        self._launch()
        while self._validations.running:
            await asyncio.wait(list(self._validations.running))
            self._launch()
        await asyncio.sleep(0)  # a task that was made now has taken its first step

    def _under_way(self, account: str | None = None) -> Iterator[Task]:
        return chain(self._validations.of(account), self._attempts.of(account))

    async def _run(self) -> None:
        while True:
            await self._clock.changed.wait(self._turn())

    def _turn(self) -> float:
        """Start what is due; return the real seconds until the next turn."""
        looked = self._clock.real()  # what falls due from here on is yet to come
        try:
            self._launch()
            return self._sleep(looked)
        except Exception:
            log.exception("what is due could not be started: tried again in a second")
            return PAUSE

    def _sleep(self, looked: int) -> float:
        """Return the real seconds from an instant until something falls due."""
        row = self._store.one("jobs_next_due", real=looked)
        if row is None or row["wait"] is None:
            return MAX_SLEEP
        wait: int = row["wait"]
        return min(MAX_SLEEP, wait / SECOND)

    def _launch(self) -> None:
        for lane in (self._validations, self._attempts):
            while lane.free and self._claim(lane):
                pass

    def _claim(self, lane: Lane) -> int:
        """Start what is due as far as there is room; return how many."""
        due = self._store.all(
            lane.query,
            real=self._clock.real(),
            busy=orjson.dumps(lane.busy()).decode(),
            most=lane.free,
        )
        return sum(self._start(lane, row) for row in due)

    def _start(self, lane: Lane, row: Row) -> bool:
        if row["endpoint"] in lane.busy():
            return False
        if not self._store.run("job_claim", id=row["id"]):
            return False
        task = asyncio.create_task(lane.run(row["id"]), name=f"job {row['id']}")
        lane.running[task] = row
        task.add_done_callback(lambda task: self._ended(lane, task))
        return True

    def _ended(self, lane: Lane, task: Task) -> None:
        row = lane.running.pop(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("%s failed", task.get_name(), exc_info=fault)
            self._work.give_back(row["id"])
        self._clock.changed.notify()


async def _cancel(tasks: list[Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
