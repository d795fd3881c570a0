"""A data request's life.

    submitted -> validating -> delivering -> delivered | exhausted
                            -> ready, where it is polled for

A job is a row that is due at an instant of its account's clock: to be
validated, then for each attempt to deliver it. Nothing else schedules it.
"""

import orjson
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.query import first
from reachapi_emulator.reachapi.accounts import Accounts
from reachapi_emulator.reachapi.errors import (
    InsufficientCredit,
    StillProcessing,
    Unauthorized,
    WebhookInactive,
)
from reachapi_emulator.reachapi.job import (
    FIRST_ID,
    MOST_ATTEMPTS,
    JobBusy,
    Request,
    attempt_shown,
    outline,
    shown,
)
from reachapi_emulator.reachapi.ledger import Ledger
from reachapi_emulator.reachapi.payload import Payload, Records, delivery
from reachapi_emulator.state.clock import VirtualClock
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.store import Row, Store


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

    def submit(self, account: str, request: Request) -> int:
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

    def _check(self, account: str, request: Request) -> None:
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
        if self.attempts(job)[0] >= MOST_ATTEMPTS:
            raise JobBusy(f"job {job} has had {MOST_ATTEMPTS} attempts: submit anew")
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
        return shown(self.row(job), self._store.all("attempts_of", job=job))

    def tell(self, job: int, attempt: int | None = None) -> None:
        """Wake who waits for a change of a job, or of one of its attempts."""
        feed = self._store.feed
        if feed.heard:
            row = self.row(job)
            if attempt is not None:
                made = self._store.one("attempt_get", job=job, number=attempt)
                data = {"unique_processing_id": job, "account": row["account"]}
                data |= attempt_shown(made) if made else {}
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
