"""What falls due: the validation of a job, and each attempt to deliver it."""

import logging
from collections.abc import Sequence

from reachapi_emulator.lab.urls import remembered_url
from reachapi_emulator.reachapi.attempts import Attempts
from reachapi_emulator.reachapi.courier import Courier
from reachapi_emulator.reachapi.hints import hint, in_container
from reachapi_emulator.reachapi.jobs import Jobs
from reachapi_emulator.reachapi.ledger import Ledger
from reachapi_emulator.reachapi.retries import Step, decide
from reachapi_emulator.reachapi.validation import Validator
from reachapi_emulator.reachapi.webhooks import Outcome
from reachapi_emulator.state.clock import SECOND, VirtualClock, seconds
from reachapi_emulator.state.store import Row, Store

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
        _report(
            job, number, remembered_url(url), outcome, step, self._follows(row, step)
        )

    def give_back(self, job: int) -> None:
        """Make a job due again, in a second, whose work came to grief."""
        row = self._jobs.row(job)
        due_at = self._clock.now(row["account"]) + SECOND
        with self._store.transaction():
            self._store.run("attempts_fail", job=job, next_due_at=due_at)
            self._store.run("job_give_back", id=job, due_at=due_at)
        self._jobs.tell(job)

    def _follows(self, row: Row, step: Step) -> str:
        """Say in words where a delivery stands."""
        if step.due_at is None:
            return step.state
        return f"next in {self._schedule[row['retries']] / SECOND:g} s"

    def _finish(self, row: Row, number: int, outcome: Outcome) -> Step:
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
            step = Step(row["state"], None)
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
    job: int, number: int, url: str, outcome: Outcome, step: Step, follows: str
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
