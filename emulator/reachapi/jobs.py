"""A data request's life.

    submitted -> validating -> delivering -> delivered | exhausted

A job is a row that is due at an instant of its account's clock: to be
validated, then for each attempt to deliver it. Nothing else schedules it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from pyroaring import BitMap

from emulator.contacts.dataset import Dataset
from emulator.contacts.query import first
from emulator.lab.clock import Clock, seconds
from emulator.reachapi.accounts import Accounts
from emulator.reachapi.errors import InsufficientCredit, Unauthorized, WebhookInactive
from emulator.reachapi.ledger import Ledger
from emulator.reachapi.payload import Payload
from emulator.store import Row, Store

FIRST_ID = 1300
STATES = ("submitted", "validating", "delivering", "delivered", "exhausted")
FINAL = frozenset({"delivered", "exhausted"})
MOST_ATTEMPTS = 1_000


class JobBusy(Exception):
    """What was asked of a job does not fit where it stands."""


@dataclass(frozen=True, slots=True)
class Request:
    """An accepted body: what was asked for, and the records that match it."""

    fetch_count: int
    filter: object
    matches: BitMap


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
        clock: Clock,
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
            WebhookInactive: there is nowhere to deliver to (ruling 22).
            InsufficientCredit: fetchCount is over what is available (ruling 23).
        """
        with self._store.transaction():
            self._check(account, request.fetch_count)
            now = self._clock.now(account)
            count = min(request.fetch_count, len(request.matches))
            row = self._store.one(
                "job_add",
                account=account,
                fetch_count=request.fetch_count,
                filter=orjson.dumps(request.filter).decode(),
                matched=len(request.matches),
                records=first(request.matches, count).serialize(),
                created_at=now,
                due_at=now + self._delay,
            )
        self.changed.notify()
        return int(row["id"]) if row else 0

    def _check(self, account: str, fetch_count: int) -> None:
        holder = self._accounts.find(account)
        if holder is None:  # deleted while its request was on its way
            raise Unauthorized
        if holder.webhook_url is None or not holder.webhook_active:
            raise WebhookInactive
        available = self._ledger.credit(account).available
        if fetch_count > available:
            raise InsufficientCredit(available, fetch_count)

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

    def payload(self, job: int) -> Payload:
        """Return the body of a job's delivery.

        Raises:
            LookupError: there is no job with this id.
            JobBusy: its validation has not ended.
        """
        if self.row(job)["valid"] is None:
            raise JobBusy(f"job {job} is being validated: wait until it delivers")
        return Payload(job, self._dataset, self.records(job))

    def redeliver(self, job: int) -> None:
        """Make one more attempt due now, in place of a scheduled one.

        Raises:
            LookupError: there is no job with this id.
            JobBusy: it is being validated, an attempt is under way, or it has
                had 1,000.
        """
        row = self.row(job)
        if row["valid"] is None:
            raise JobBusy(f"job {job} is being validated: wait until it delivers")
        if row["claimed"]:
            raise JobBusy(f"an attempt of job {job} is under way: wait for its end")
        if self.attempts(job)[0] >= MOST_ATTEMPTS:
            raise JobBusy(f"job {job} has had {MOST_ATTEMPTS} attempts: submit anew")
        now = self._clock.now(row["account"])
        self._store.run("job_redeliver", id=job, now=now)
        self.changed.notify()

    def attempts(self, job: int) -> tuple[int, int]:
        """Return how many attempts of a job were made, and how many have ended."""
        row = self._store.one("attempts_finished", job=job)
        return (row["made"], row["finished"]) if row else (0, 0)

    def shown(self, job: int) -> dict[str, object]:
        """Return a job with its attempts, as the control API shows it.

        Raises:
            LookupError: there is no job with this id.
        """
        row = self.row(job)
        return {
            "unique_processing_id": job,
            "account": row["account"],
            "state": row["state"],
            "fetch_count": row["fetch_count"],
            "filter": orjson.loads(row["filter"]),
            "matched": row["matched"],
            "valid": row["valid"],
            "charged": row["charged"],
            "created_at": seconds(row["created_at"]),
            "due_at": None if row["claimed"] else seconds(row["due_at"]),
            "attempts": _shown(self._store.all("attempts_of", job=job)),
        }


def _shown(attempts: Sequence[Row]) -> list[dict[str, object]]:
    return [
        {
            **{name: row[name] for name in row.keys() if name != "finished"},  # noqa: SIM118 # a Row is no mapping
            "started_at": seconds(row["started_at"]),
            "next_due_at": seconds(row["next_due_at"]),
        }
        for row in attempts
    ]
