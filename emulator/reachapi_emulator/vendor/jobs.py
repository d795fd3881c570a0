"""A data request's life.

    submitted -> validating -> delivering -> delivered | exhausted
                            -> ready, where it is polled for

A job is a row that is due at an instant of its account's clock: to be
validated, then for each attempt to deliver it. Nothing else schedules it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.query import first
from reachapi_emulator.logs import masked_url
from reachapi_emulator.state.clock import SECOND, VirtualClock, microseconds, seconds
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.testing.delivery_faults import Courier
from reachapi_emulator.testing.faults import FaultKind, FaultRule
from reachapi_emulator.vendor.accounts import Accounts
from reachapi_emulator.vendor.credits import Ledger
from reachapi_emulator.vendor.errors import (
    InsufficientCredit,
    StillProcessing,
    Unauthorized,
    WebhookInactive,
)
from reachapi_emulator.vendor.payload import Payload, Records, delivery

FIRST_ID = 1300
STATES = ("submitted", "validating", "delivering", "delivered", "exhausted", "ready")
FINAL = frozenset({"delivered", "exhausted", "ready"})
MAX_ATTEMPTS = 1_000


class JobBusy(Exception):
    """What was asked of a job does not fit where it stands."""


@dataclass(frozen=True, slots=True)
class DataRequest:
    """An accepted body: what was asked for, and the records that match it.

    A polled one is not delivered, so that it needs no webhook (ruling 32).
    """

    fetch_count: int
    filter: object
    matches: BitMap
    polled: bool = False


def to_json(row: Row, attempts: Sequence[Row]) -> dict[str, object]:
    """Return a job with its attempts, as the control API shows it."""
    return {
        **outline(row),
        "filter": orjson.loads(row["filter"]),
        "attempts": [attempt_to_json(attempt) for attempt in attempts],
    }


def outline(row: Row) -> dict[str, object]:
    """Return a job without what may be large."""
    return {
        "unique_processing_id": row["id"],
        "account": row["account"],
        "state": row["state"],
        "polled": bool(row["polled"]),
        "fetch_count": row["fetch_count"],
        "matched": row["matched"],
        "valid": row["valid"],
        "charged": row["charged"],
        "created_at": seconds(row["created_at"]),
        "due_at": None if row["claimed"] else seconds(row["due_at"]),
    }


def attempt_to_json(attempt: Row) -> dict[str, object]:
    """Return an attempt, as far as the row has it, as the control API shows it."""
    return {
        **{name: attempt[name] for name in attempt.keys() if name != "finished"},  # noqa: SIM118 # a Row is no mapping
        "started_at": seconds(attempt["started_at"]),
        "next_due_at": seconds(attempt["next_due_at"]),
    }


class Jobs:
    """Accepts data requests and tells how they stand.

    Args:
        store: keeps the jobs and their attempts.
        clock: tells when they were made and fall due.
        accounts: tell whether a webhook is active.
        ledger: tells whether the credits suffice.
        dataset: what the record numbers of a job mean.
        validation_delay: microseconds from acceptance to validation.
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        accounts: Accounts,
        ledger: Ledger,
        dataset: Dataset,
        *,
        validation_delay: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._ledger = ledger
        self._dataset = dataset
        self._delay = validation_delay
        self.changed = clock.changed

    def start(self) -> None:
        """Number from 1300 (ruling 24); make due again what was cut off."""
        with self._store.transaction():
            self._store.run("job_first_id", id=FIRST_ID - 1)
            self._store.run("jobs_recover_attempts")
            self._store.run("attempts_interrupt")
            self._store.run("jobs_recover")

    def submit(self, account: str, request: DataRequest) -> int:
        """Accept a data request and return its unique_processing_id.

        Raises:
            Unauthorized: the account has been deleted since its key was checked.
            WebhookInactive: it is to be delivered, and nowhere to (ruling 22).
            InsufficientCredit: fetchCount is over what is available (ruling 23).
        """
        with self._store.transaction():
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
        self.tell(job)
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

    def find(self, account: str | None = None, state: str | None = None) -> list[int]:
        """Return the ids of the jobs of an account, in a state, oldest first."""
        rows = self._store.all("jobs_find", account=account, state=state)
        return [row["id"] for row in rows]

    def row(self, job: int) -> Row:
        """Return a job's row, its account's webhook_url and webhook_secret with it.

        Raises:
            LookupError: there is no job with this id.
        """
        row = self._store.one("job_get", id=job) if job < 2**63 else None
        if row is None:
            raise LookupError(f"there is no job {job}")
        return row

    def records(self, job: int) -> BitMap:
        """Return the record numbers of a job: to validate, then to deliver."""
        return BitMap.deserialize(self.row(job)["records"])

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
        return Records(self._dataset, BitMap.deserialize(row["records"]))

    def payload(self, job: int) -> Payload:
        """Return the body of a job's delivery.

        Raises:
            LookupError: there is no job with this id.
            JobBusy: its validation has not ended, or it has no delivery.
        """
        _check_delivers(self.row(job))
        return delivery(job, Records(self._dataset, self.records(job)))

    def redeliver(self, job: int) -> None:
        """Make one more attempt due now, in place of a scheduled one.

        Raises:
            LookupError: there is no job with this id.
            JobBusy: it is being validated, has no delivery, an attempt is
                under way, or it has had 1,000.
        """
        row = self.row(job)
        _check_delivers(row)
        if row["claimed"]:
            raise JobBusy(f"an attempt of job {job} is under way: wait for its end")
        if self.attempts(job)[0] >= MAX_ATTEMPTS:
            raise JobBusy(f"job {job} has had {MAX_ATTEMPTS} attempts: submit anew")
        now = self._clock.now(row["account"])
        self._store.run("job_redeliver", id=job, now=now)
        self.tell(job)

    def attempts(self, job: int) -> tuple[int, int]:
        """Return how many attempts of a job were made, and how many have ended."""
        row = self._store.one("attempts_finished", job=job)
        return (row["made"], row["finished"]) if row else (0, 0)

    def shown(self, job: int) -> dict[str, object]:
        """Return a job with its attempts, as the control API shows it.

        Raises:
            LookupError: there is no job with this id.
        """
        return to_json(self.row(job), self._store.all("attempts_of", job=job))

    def tell(self, job: int, attempt: int | None = None) -> None:
        """Wake who waits for a change of a job, or of one of its attempts."""
        feed = self._store.feed
        if feed.heard:
            row = self.row(job)
            if attempt is not None:
                made = self._store.one("attempt_get", job=job, number=attempt)
                data = {"unique_processing_id": job, "account": row["account"]}
                data |= attempt_to_json(made) if made else {}
                feed.publish(EventType.ATTEMPT, row["account"], data)
            feed.publish(EventType.JOB, row["account"], outline(row))
        self.changed.notify()


def _check_delivers(row: Row) -> None:
    job = row["id"]
    if row["polled"]:
        raise JobBusy(
            f"job {job} is polled for and has no delivery: its records are at "
            f"/api/v2/records/batch-process?batch_process_id={job}"
        )
    if row["valid"] is None:
        raise JobBusy(f"job {job} is being validated: wait until it delivers")


PUTTING_OFF = (FaultKind.DELAY, FaultKind.REORDER)
MAX_REORDER = 60 * SECOND
"""Microseconds after which a delivery no longer waits to be overtaken."""

log = logging.getLogger("reachapi_emulator.attempts")


class Attempts:
    """Records attempts as they begin, or that a fault puts them off.

    Args:
        store: keeps jobs and attempts.
        clock: tells when an attempt begins, or falls due instead.
        courier: knows what strikes it.
    """

    def __init__(self, store: Store, clock: VirtualClock, courier: Courier) -> None:
        self._store = store
        self._clock = clock
        self._courier = courier

    def begin(self, row: Row, url: str) -> tuple[int, FaultKind | None] | None:
        """Ask once what strikes the attempt, and record either it or its delay.

        Returns:
            Its number, and what strikes it on its way; None when it is put off.
        """
        with self._store.transaction():
            if row["fault"] is not None:
                self._store.run("job_put_off_no_more", id=row["id"])
                return self._start(row, url, row["fault"]), None
            fault = self._courier.strike(row["account"])
            if fault is None:
                return self._start(row, url, None), None
            if fault.kind in PUTTING_OFF:
                self._put_off(row, fault)
                return None
            return self._start(row, url, fault.id), fault.kind

    def _start(self, row: Row, url: str, fault: int | None) -> int:
        made = self._store.one(
            "attempt_start",
            job=row["id"],
            trigger=row["trigger"],
            started_at=self._clock.now(row["account"]),
            url=masked_url(url),
            fault=fault,
        )
        return int(made["number"]) if made else 0

    def _put_off(self, row: Row, fault: FaultRule) -> None:
        reordered = fault.kind is FaultKind.REORDER
        wait = MAX_REORDER if reordered else microseconds(fault.seconds or 0)
        self._store.run(
            "job_put_off",
            id=row["id"],
            due_at=self._clock.now(row["account"]) + wait,
            fault=fault.id,
            reordered=reordered,
        )
        log.info(
            "job %d put off by fault %d (%s)",
            row["id"],
            fault.id,
            fault.kind,
            extra={"fields": {"unique_processing_id": row["id"], "fault": fault.id}},
        )
