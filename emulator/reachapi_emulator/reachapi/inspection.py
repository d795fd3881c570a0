"""Whether rows of a snapshot make sense, beyond what the schema says of them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.lab.fault import KINDS, LONGEST_DELAY, STATUSES, Kind, Phase
from reachapi_emulator.lab.inbox import Step
from reachapi_emulator.reachapi.account import SLUG, Opening, check_url
from reachapi_emulator.reachapi.job import STATES
from reachapi_emulator.state.clock import EVERYONE
from reachapi_emulator.state.tables import Tables

Row: TypeAlias = Mapping[str, Any]
Checks: TypeAlias = Mapping[str, Callable[[Row], None]]

_SENSELESS = (ValueError, TypeError, IndexError, msgspec.MsgspecError)


def inspect(tables: Tables, dataset: Dataset) -> None:
    """Look at every row; blobs in them are bytes.

    Raises:
        SnapshotError: one makes no sense.
    """
    checks: Checks = {**_CHECKS, "jobs": partial(_job, dataset)}
    for table, check in checks.items():
        for number, row in enumerate(tables[table].records(), start=1):
            try:
                check(row)
            except _SENSELESS as error:
                raise SnapshotError(f"table {table}, row {number}: {error}") from None
    if EVERYONE not in {row["account"] for row in tables["clocks"].records()}:
        raise SnapshotError("the global clock is missing from table clocks")


def _account(row: Row) -> None:
    text = row["opening"]
    opening = msgspec.json.decode(text, type=Opening)
    _require(SLUG.fullmatch(row["id"]), "id is no account id")
    _require(opening.id == row["id"], "opening is another account's")
    _require(asdict(opening) == msgspec.json.decode(text), "opening does not fit")
    if row["webhook_url"] is not None:
        check_url(row["webhook_url"])
        _require(row["webhook_secret"], "webhook_secret is missing")


def _job(dataset: Dataset, row: Row) -> None:
    _require(row["state"] in STATES, f"state must be one of {', '.join(STATES)}")
    msgspec.json.decode(row["filter"])
    validated = row["state"] not in {"submitted", "validating"}
    _require((row["valid"] is not None) == validated, "valid and state contradict")
    records = BitMap.deserialize(row["records"])
    within = not records or records.max() < len(dataset)
    _require(within, "records are not within the data set")


def _attempt(row: Row) -> None:
    urlsplit(row["url"])


def _delivery(row: Row) -> None:
    msgspec.json.decode(row["headers"], type=dict[str, str])


def _script(row: Row) -> None:
    msgspec.json.decode(row["step"], type=Step)


def _fault(row: Row) -> None:
    kind = Kind(row["kind"])
    _require(kind in KINDS[Phase(row["phase"])], "kind is not of this phase")
    status, seconds = row["status"], row["seconds"]
    _require((status is not None) == (kind is Kind.STATUS), "status")
    _require((seconds is not None) == (kind is Kind.DELAY), "seconds")
    _require(status is None or status in STATUSES, "status is none of an error")
    _require(
        seconds is None or 0 < seconds <= LONGEST_DELAY, "seconds are not from 0 to 600"
    )


def _require(holds: object, text: str) -> None:
    if not holds:
        raise ValueError(text)


_CHECKS: Checks = {
    "accounts": _account,
    "attempts": _attempt,
    "deliveries": _delivery,
    "scripts": _script,
    "faults": _fault,
}
