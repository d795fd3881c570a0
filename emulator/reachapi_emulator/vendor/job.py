"""A job as a value: what was asked for, where it may stand, how it is shown."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from os import urandom
from typing import Literal, TypeAlias, get_args

import orjson
from pyroaring import BitMap

from reachapi_emulator.logs import masked_url
from reachapi_emulator.state.clock import seconds
from reachapi_emulator.state.store import Row
from reachapi_emulator.vendor.payload import Records
from reachapi_emulator.vendor.retry_policy import DeliveryState

JobState: TypeAlias = Literal[
    "submitted", "validating", "delivering", "delivered", "exhausted", "ready"
]
STATES: tuple[JobState, ...] = get_args(JobState)
Work: TypeAlias = Literal["validation", "attempt"]
"""What is done about a job that is due, once there is a lane for it."""

FINAL: frozenset[JobState] = frozenset({"delivered", "exhausted", "ready"})


WAITS_FOR = {"validation": "lane", "attempt": "lane", "webhook": "webhook"}
"""What a job that is due is shown to wait for."""

log = logging.getLogger("reachapi_emulator.attempts")

_KEY = urandom(16)
"""Of this process: a mark cannot be tried out elsewhere."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Interference:
    """What is ordered for one attempt by who tests: nothing of the vendor's.

    Attributes:
        rule: the number that the attempt is recorded with.
        reason: in a word, for the log.
        postponed: microseconds until it begins after all; None: it begins now.
        until_overtaken: an attempt of another job of its account, once ended,
            lets it begin earlier.
    """

    rule: int
    reason: str
    postponed: int | None = None
    until_overtaken: bool = False

    def log(self, job: int) -> None:
        """Tell that it has postponed an attempt of a job."""
        log.info(
            "job %d postponed by fault %d (%s)",
            *(job, self.rule, self.reason),
            extra={"fields": {"unique_processing_id": job, "fault": self.rule}},
        )


@dataclass(frozen=True, slots=True)
class BegunAttempt:
    """An attempt that is recorded and about to be made.

    Attributes:
        number: counted up from 1 for each job.
        url: where the account's webhook leads now.
        secret: the account's, as it is now.
        records: those to deliver.
        state: the job's, when it began.
        retries: how many retries have been scheduled so far.
        interference: what is ordered for it on its way.
        endpoint: the webhook's URL, as it is shown.
        overtakes: jobs that waited, when it began, for an attempt of another one,
            and how many attempts each had had.
    """

    job: int
    account: str
    number: int
    url: str
    secret: str
    records: Records
    state: DeliveryState
    retries: int
    interference: Interference | None
    endpoint: str
    overtakes: tuple[tuple[int, int], ...]


def endpoint_of(row: Row) -> str:
    """Return the URL of a webhook as it is shown, secrets masked, and no other's.

    One that differs in what is masked has another mark at its end, which tells
    nothing of it.
    """
    url = row["webhook_url"] or ""
    shown = masked_url(url)
    if shown == url:
        return url
    return f"{shown}#{blake2b(url.encode(), digest_size=4, key=_KEY).hexdigest()}"


def waits_for(row: Row) -> str:
    """Return what a job that is due waits for: a lane for work, or its webhook."""
    if row["state"] == "submitted":
        return "validation"
    delivers = row["webhook_active"] and row["webhook_url"] is not None
    return "attempt" if delivers else "webhook"


def check_delivers(row: Row) -> None:
    """Refuse a job that has no delivery, or none yet.

    Raises:
        JobBusy: it is polled for, or its validation has not ended.
    """
    job = row["id"]
    if row["polled"]:
        raise JobBusy(
            f"job {job} is polled for and has no delivery: its records are at "
            f"/api/v2/records/batch-process?batch_process_id={job}"
        )
    if row["valid"] is None:
        raise JobBusy(f"job {job} is being validated: wait until it delivers")


def absence(job: int, gone: int) -> str:
    """Say that a job is not there, and why that may be: how many were let go."""
    why = f": {gone} that had ended were let go, --keep-jobs keeps more"
    return f"there is no job {job}{why if gone else ''}"


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
        "waits_for": WAITS_FOR.get(row["waits_for"]),
        "endpoint": None if row["polled"] else endpoint_of(row) or None,
    }


def attempt_to_json(attempt: Row) -> dict[str, object]:
    """Return an attempt, as far as the row has it, as the control API shows it."""
    return {
        **{name: attempt[name] for name in attempt.keys() if name != "finished"},  # noqa: SIM118 # a Row is no mapping
        "started_at": seconds(attempt["started_at"]),
        "next_due_at": seconds(attempt["next_due_at"]),
    }
