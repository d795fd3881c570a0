"""A data request's life: the statements on jobs and attempts are called from here.

    submitted -> validating -> delivering -> delivered | exhausted
                            -> ready, where it is polled for

A job is a row that is due at an instant of its account's clock: to be validated,
then for each attempt to deliver it. The worker looks at what has fallen due once,
lets it wait in line for a lane, and *claims* what gets one; that is not due until
it is settled, finished, postponed, released, given back or recovered:

    line_up   it is due, and waits for a lane or for its webhook to be active
    claim     submitted -> validating; an attempt is about to begin
    settle    validating -> delivering | ready, charged once
    begin     an attempt is recorded before it is made, or postponed
    finish    delivering -> delivered | delivering, due again | exhausted
    release   as it was: its webhook is switched off now
    give_back due again in a second: its work came to grief on our side
    recover   what was claimed and is under way no more is due again
"""

from collections.abc import Callable, Sequence
from functools import partial

import orjson
from pyroaring import BitMap

from reachapi_emulator.contacts.editions import Editions
from reachapi_emulator.contacts.query import first
from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.logs import masked_url
from reachapi_emulator.state.clock import SECOND, VirtualClock
from reachapi_emulator.state.events import EventType, Topics
from reachapi_emulator.state.page import Page, rows_of
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.vendor.accounts import Accounts
from reachapi_emulator.vendor.credits import Ledger
from reachapi_emulator.vendor.due_jobs import DueJobs
from reachapi_emulator.vendor.errors import (
    InsufficientCredit,
    StillProcessing,
    Unauthorized,
    WebhookInactive,
)
from reachapi_emulator.vendor.job import (
    BegunAttempt,
    DataRequest,
    Interference,
    JobBusy,
    absence,
    attempt_to_json,
    check_delivers,
    endpoint_of,
    outline,
    to_json,
    waits_for,
)
from reachapi_emulator.vendor.job_ids import JobIds
from reachapi_emulator.vendor.payload import Payload, Records, delivery
from reachapi_emulator.vendor.retry_policy import Decision, decide

MAX_ATTEMPTS = 1_000

MAX_BODIES = 64 * 1024 * 1024
"""Bytes that the answers of receivers have together; the oldest are let go."""


class Jobs:
    """Accepts data requests, moves them from state to state, tells how they stand.

    Its methods are called inside a unit of work.

    Attributes:
        changed: wakes the worker when something may be due.
        moved: wakes who waits for one job, by its id.
        ids: those that are issued.

    Args:
        store: keeps the jobs and their attempts.
        clock: tells when they were made and fall due.
        accounts: tell whether a webhook is active.
        ledger: tells whether the credits suffice, and is charged.
        editions: what the record numbers of a job mean.
        validation_delay: microseconds from acceptance to validation.
        retry_schedule: microseconds between attempts (ruling 29).
        keep: a job is let go when so many others have ended after it.
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        accounts: Accounts,
        ledger: Ledger,
        editions: Editions,
        *,
        validation_delay: int,
        retry_schedule: Sequence[int],
        keep: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._ledger = ledger
        self._editions = editions
        self._delay = validation_delay
        self.retry_schedule = retry_schedule
        self._keep = keep
        self.changed = clock.changed
        self.moved = Topics()
        self.ids = JobIds(store)
        clock.switched.append(self._switch_clock)
        self.due = DueJobs(store, clock)
        accounts.webhook_changed.append(self.due.look_again)

    def start(self) -> None:
        """Number from 1300 (ruling 24); make due again what was cut off."""
        self.ids.start()
        self._store.run("jobs_check_clocks")
        self._store.run("jobs_check_reserved")
        self.recover()
        self._let_go()

    def recover(self, account: str | None = None) -> None:
        """Make due again what was cut off, of an account or all (ruling 31).

        Whatever waits is looked at again.
        """
        self._store.run("jobs_recover_attempts", account=account)
        self._store.run("attempts_interrupt", account=account)
        self._store.run("jobs_recover", account=account)
        self.due.look_again_at_all()
        self._store.after_commit(self.moved.notify_all)

    def forget(self, account: str) -> None:
        """Let go who waits for the jobs of an account: they go with its row."""
        del account
        self._store.after_commit(self.moved.notify_all)

    def reset(self) -> None:
        """Do nothing: a start follows, which tells everyone."""

    def keep_edition(self, edition: int) -> None:
        """Let jobs so far deliver the records of a former edition still (ruling 30)."""
        self._store.run("jobs_keep_edition", edition=edition)

    def submit(self, account: str, request: DataRequest) -> int:
        """Accept a data request and return its unique_processing_id.

        Raises:
            Unauthorized: the account has been deleted since its key was checked.
            WebhookInactive: it is to be delivered, and nowhere to (ruling 22).
            InsufficientCredit: fetchCount is over what is available (ruling 23).
        """
        self._check(account, request)
        now = self._clock.now(account)
        count = min(request.fetch_count, len(request.matches))
        row = self._store.one(
            "job_add",
            account=account,
            polled=request.polled,
            fetch_count=request.fetch_count,
            filter=orjson.dumps(request.filter).decode(),
            matched=len(request.matches),
            records=first(request.matches, count).serialize(),
            created_at=now,
            due_at=now + self._delay,
        )
        job = int(row["id"]) if row else 0
        self.ids.issue(job)
        self._ledger.reserve(account, request.fetch_count)
        self._clock.falls_due(now + self._delay, account)
        self.publish(job)
        return job

    def _check(self, account: str, request: DataRequest) -> None:
        holder = self._accounts.find(account)
        if holder is None:  # deleted while its request was on its way
            raise Unauthorized
        delivers = holder.webhook_url is not None and holder.webhook_active
        if not (delivers or request.polled):
            raise WebhookInactive
        available = self._ledger.credit(account).available
        if request.fetch_count > available:
            raise InsufficientCredit(available, request.fetch_count)

    def publish_waiting(self, rows: Sequence[Row]) -> None:
        """Let who follows know of those jobs that have been lined up and still wait."""
        for job in (row["id"] for row in rows):
            row = self._store.one("job_get", id=job)
            if row is not None and row["waits_for"] is not None:
                self.publish(job)

    def begin_validation(self, job: int) -> BitMap:
        """Return the record numbers of a claimed job whose emails are to be judged."""
        self.publish(job)
        return BitMap.deserialize(self.row(job)["records"])

    def settle(self, job: int, valid: BitMap) -> None:
        """End the validation: charge the valid records, then deliver them."""
        row = self.row(job)
        account, now = row["account"], self._clock.now(row["account"])
        self._ledger.charge(account, len(valid), job)
        records = valid.serialize()
        values = {"records": records, "valid": len(valid), "now": now}
        if self._store.run("job_settle", id=job, **values):
            self._ledger.release(account, row["fetch_count"])
        self._clock.falls_due(now, account)
        self.publish(job)
        self._let_go()

    def begin(
        self,
        job: int,
        interfere: Callable[[str], Interference | None],
        address: Callable[[str], str],
    ) -> BegunAttempt | None:
        """Record the attempt that a claimed job is due for, unless it is postponed.

        Args:
            job: its id.
            interfere: says, of an account, what is ordered for its next attempt.
            address: says where a webhook URL leads now.

        Returns:
            None where it is postponed, or the webhook is switched off.
        """
        row = self.row(job)
        if waits_for(row) == "webhook":  # switched off since the job was claimed
            self._store.run("job_release", id=job)
            return None
        ordered = None if row["fault"] is not None else interfere(row["account"])
        if ordered is not None and ordered.postponed is not None:
            self._postpone(row, ordered, ordered.postponed)
            return None
        return self._start(row, address(row["webhook_url"]), ordered)

    def _start(self, row: Row, url: str, ordered: Interference | None) -> BegunAttempt:
        job, rule = row["id"], row["fault"]
        if rule is not None:
            self._store.run("job_postponed_begins", id=job)
        made = self._store.one(
            "attempt_start",
            job=job,
            trigger=row["trigger"],
            started_at=self._clock.now(row["account"]),
            url=masked_url(url),
            fault=ordered.rule if ordered else rule,
        )
        number = int(made["number"]) if made else 0
        self.publish(job, number)
        waiting = self._store.all("jobs_reordered", account=row["account"], job=job)
        overtakes = tuple((each["id"], each["attempts"]) for each in waiting)
        return BegunAttempt(
            *(job, row["account"], number, url, row["webhook_secret"]),
            Records.of(self._editions, row),
            *(row["state"], row["retries"], ordered, endpoint_of(row), overtakes),
        )

    def _postpone(self, row: Row, ordered: Interference, wait: int) -> None:
        due_at = self._clock.now(row["account"]) + wait
        self._store.run(
            "job_postpone",
            id=row["id"],
            due_at=due_at,
            fault=ordered.rule,
            reordered=ordered.until_overtaken,
        )
        self._clock.falls_due(due_at, row["account"])
        self.publish(row["id"])
        self._store.after_commit(partial(ordered.log, row["id"]))

    def finish(self, attempt: BegunAttempt, outcome: Outcome) -> Decision:
        """Complete an attempt and decide what follows.

        An attempt after the delivery has ended, asked for by a tester, leaves
        no retry behind: it acknowledges the delivery or changes nothing.
        """
        now = self._clock.now(attempt.account)
        decision = decide(
            acknowledged=outcome.acknowledged,
            retries=attempt.retries,
            schedule=self.retry_schedule,
            now=now,
        )
        if attempt.state != "delivering" and not outcome.acknowledged:
            decision = Decision(attempt.state, None)
        self._complete(attempt, outcome, decision)
        self._overtake(attempt, now)
        self.publish(attempt.job, attempt.number)
        self._let_go()
        return decision

    def _let_go(self) -> None:
        """Let go of the oldest that have ended, as far as there are too many."""
        gone = self._store.run("jobs_let_go", keep=self._keep)
        if gone:
            self._store.run("jobs_gone", count=gone)
            self._store.after_commit(self.moved.notify_all)

    def gone(self) -> int:
        """Return how many jobs have been let go for want of room."""
        row = self._store.one("fact_get", name="jobs_gone")
        return 0 if row is None else int(row["value"])

    def _overtake(self, attempt: BegunAttempt, now: int) -> None:
        """Make due what waited for another attempt before this one began."""
        for job, attempts in attempt.overtakes:
            self._store.run("job_overtaken", id=job, attempts=attempts, now=now)
            self._clock.falls_due(now, attempt.account)

    def _complete(
        self, attempt: BegunAttempt, outcome: Outcome, decision: Decision
    ) -> None:
        self._store.run(
            "attempt_finish",
            job=attempt.job,
            number=attempt.number,
            duration_ms=outcome.duration_ms,
            status=outcome.status,
            error=outcome.error,
            response_body=outcome.response_body,
            next_due_at=decision.due_at,
        )
        if outcome.response_body:
            self._store.run("bodies_let_go", most=MAX_BODIES)
        self._store.run(
            "job_step",
            id=attempt.job,
            state=decision.state,
            due_at=decision.due_at,
            retries=attempt.retries + (decision.due_at is not None),
        )
        if decision.due_at is not None:
            self._clock.falls_due(decision.due_at, attempt.account)

    def give_back(self, job: int) -> None:
        """Make a job due again, in a second, whose work came to grief."""
        account = self.row(job)["account"]
        due_at = self._clock.now(account) + SECOND
        self._store.run("attempts_fail", job=job, next_due_at=due_at)
        self._store.run("job_give_back", id=job, due_at=due_at)
        self._clock.falls_due(due_at, account)
        self.publish(job)

    def _switch_clock(self, account: str, leap: int) -> None:
        """Keep what an account waits for as far away: it has changed clocks."""
        self._store.run("jobs_switch_clock", account=account, shift=leap)
        self._store.run("attempts_shift", account=account, shift=leap)

    def redeliver(self, job: int) -> None:
        """Make one more attempt due now, in place of a scheduled one.

        Raises:
            LookupError: there is no job with this id.
            JobBusy: it is being validated, has no delivery, an attempt is
                under way, or it has had 1,000.
        """
        row = self.row(job)
        check_delivers(row)
        if row["claimed"]:
            raise JobBusy(f"an attempt of job {job} is under way: wait for its end")
        if self.attempts(job)[0] >= MAX_ATTEMPTS:
            raise JobBusy(f"job {job} has had {MAX_ATTEMPTS} attempts: submit anew")
        now = self._clock.now(row["account"])
        self._store.run("job_redeliver", id=job, now=now)
        self._clock.falls_due(now, row["account"])
        self.publish(job)

    def find(self, account: str | None, state: str | None, page: Page) -> list[int]:
        """Return a page of jobs of an account, in a state, and one more: their ids."""
        store, given = self._store, {"account": account, "state": state}
        if account is None:
            rows = rows_of(store, page, "jobs_before", "jobs_after", **given)
        else:
            rows = rows_of(store, page, "jobs_of_before", "jobs_of_after", **given)
        return [row["id"] for row in rows]

    def row(self, job: int) -> Row:
        """Return a job's row, its account's webhook_url and webhook_secret with it.

        Raises:
            LookupError: there is no job with this id.
        """
        row = self._store.one("job_get", id=job) if job < 2**63 else None
        if row is None:
            raise LookupError(absence(job, self.gone()))
        return row

    def batch(self, account: str, job: int) -> Records:
        """Return the valid records of a job, whether it is delivered or polled for.

        Raises:
            LookupError: the account has no job with this id.
            StillProcessing: its validation has not ended.
        """
        row = self.row(job)
        if row["account"] != account:
            raise LookupError(f"job {job} is another account's")
        if row["valid"] is None:
            raise StillProcessing
        return Records.of(self._editions, row)

    def payload(self, job: int) -> Payload:
        """Return the body of a job's delivery.

        Raises:
            LookupError: there is no job with this id.
            JobBusy: its validation has not ended, or it has no delivery.
        """
        row = self.row(job)
        check_delivers(row)
        return delivery(job, Records.of(self._editions, row))

    def attempts(self, job: int) -> tuple[int, int]:
        """Return how many attempts of a job were made, and how many have ended."""
        row = self._store.one("attempts_finished", job=job)
        return (row["made"], row["finished"]) if row else (0, 0)

    def judged_attempts(self, account: str | None, slow_ms: float) -> Sequence[Row]:
        """Return the attempts that a receiver did not acknowledge or was slow to.

        Args:
            account: whose; None for all.
            slow_ms: milliseconds that it should not exceed.
        """
        if account is None:
            return self._store.all("attempts_judged", slow_ms=slow_ms)
        return self._store.all("attempts_judged_of", account=account, slow_ms=slow_ms)

    def to_json(self, job: int) -> dict[str, object]:
        """Return a job with its attempts, as the control API shows it.

        Raises:
            LookupError: there is no job with this id.
        """
        return to_json(self.row(job), self._store.all("attempts_of", job=job))

    def publish(self, job: int, attempt: int | None = None) -> None:
        """Let who waits know of a change of a job, or of one of its attempts."""
        self._store.after_commit(self.changed.notify)
        self._store.after_commit(partial(self.moved.notify, job))
        if not self._store.feed.heard:
            return
        row = self.row(job)
        if attempt is not None:
            made = self._store.one("attempt_get", job=job, number=attempt)
            data = {"unique_processing_id": job, "account": row["account"]}
            data |= attempt_to_json(made) if made else {}
            self._store.publish(EventType.ATTEMPT, row["account"], data)
        self._store.publish(EventType.JOB, row["account"], outline(row))
