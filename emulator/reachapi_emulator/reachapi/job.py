"""A job as a value: what was asked for, where it may stand, how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from pyroaring import BitMap

from reachapi_emulator.state.clock import seconds
from reachapi_emulator.state.store import Row

FIRST_ID = 1300
STATES = ("submitted", "validating", "delivering", "delivered", "exhausted", "ready")
FINAL = frozenset({"delivered", "exhausted", "ready"})
MOST_ATTEMPTS = 1_000


class JobBusy(Exception):
    """What was asked of a job does not fit where it stands."""


@dataclass(frozen=True, slots=True)
class Request:
    """An accepted body: what was asked for, and the records that match it.

    A polled one is not delivered, so that it needs no webhook (ruling 32).
    """

    fetch_count: int
    filter: object
    matches: BitMap
    polled: bool = False


def shown(row: Row, attempts: Sequence[Row]) -> dict[str, object]:
    """Return a job with its attempts, as the control API shows it."""
    return {
        **outline(row),
        "filter": orjson.loads(row["filter"]),
        "attempts": [attempt_shown(attempt) for attempt in attempts],
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


def attempt_shown(attempt: Row) -> dict[str, object]:
    """Return an attempt, as far as the row has it, as the control API shows it."""
    return {
        **{name: attempt[name] for name in attempt.keys() if name != "finished"},  # noqa: SIM118 # a Row is no mapping
        "started_at": seconds(attempt["started_at"]),
        "next_due_at": seconds(attempt["next_due_at"]),
    }
