"""The whole state as one document, and back, in this process or another."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import asdict
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec
from pyroaring import BitMap

from reachapi_emulator import __version__
from reachapi_emulator.contacts.editions import Editions
from reachapi_emulator.contacts.file import EDITION
from reachapi_emulator.errors import SnapshotError, SnapshotForeign
from reachapi_emulator.state import migrations
from reachapi_emulator.state.clock import EVERYONE, VirtualClock
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.page import MAX_NUMBER
from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import Store, open_store
from reachapi_emulator.state.tables import COUNTERS, TableDump, Tables, is_json
from reachapi_emulator.testing.faults import (
    KINDS,
    MAX_DELAY,
    STATUSES,
    FaultKind,
    FaultPhase,
)
from reachapi_emulator.testing.inbox import ScriptedAnswer
from reachapi_emulator.testing.journal import (
    Journal,
    JournalDump,
    Number,
    dump_journal,
    load_journal,
)
from reachapi_emulator.vendor.accounts import SLUG, Opening, Receivers, check_kept_url
from reachapi_emulator.vendor.job import STATES
from reachapi_emulator.vendor.jobs import Jobs

DumpedRow: TypeAlias = Mapping[str, Any]
Checks: TypeAlias = Mapping[str, Callable[[DumpedRow], None]]

_SENSELESS = (ValueError, TypeError, IndexError, msgspec.MsgspecError)

VERSION = 2
_SCHEMAS = {1: 2}
"""The schema of the tables in a snapshot of an older version."""


def inspect(tables: Tables, editions: Editions, receivers: Receivers) -> None:
    """Look at every row; blobs in them are bytes.

    Raises:
        SnapshotError: one makes no sense.
    """
    checks: Checks = {
        "accounts": partial(_account, receivers),
        **_CHECKS,
        "jobs": partial(_job, editions),
    }
    for table, check in checks.items():
        for number, row in enumerate(tables[table].records(), start=1):
            try:
                check(row)
            except _SENSELESS as error:
                raise SnapshotError(f"table {table}, row {number}: {error}") from None
    if EVERYONE not in {row["account"] for row in tables["clocks"].records()}:
        raise SnapshotError("the global clock is missing from table clocks")


def _account(receivers: Receivers, row: DumpedRow) -> None:
    text = row["opening"]
    opening = msgspec.json.decode(text, type=Opening)
    _require(SLUG.fullmatch(row["id"]), "id is no account id")
    _require(opening.id == row["id"], "opening is another account's")
    _require(asdict(opening) == msgspec.json.decode(text), "opening does not fit")
    for url in {row["webhook_url"], opening.webhook_url} - {None}:
        check_kept_url(url, receivers)
    if row["webhook_url"] is not None:
        _require(row["webhook_secret"], "webhook_secret is missing")


def _job(editions: Editions, row: DumpedRow) -> None:
    _require(row["state"] in STATES, f"state must be one of {', '.join(STATES)}")
    msgspec.json.decode(row["filter"])
    validated = row["state"] not in {"submitted", "validating"}
    _require((row["valid"] is not None) == validated, "valid and state contradict")
    records = BitMap.deserialize(row["records"])
    _require(row["edition"] in {None, *range(1, EDITION)}, "there is no such edition")
    within = not records or records.max() < len(editions.served)
    _require(within, "records are not within the data set")


def _attempt(row: DumpedRow) -> None:
    urlsplit(row["url"])


def _delivery(row: DumpedRow) -> None:
    msgspec.json.decode(row["headers"], type=dict[str, str])
    _require(not row["is_json"] or is_json(row["body"]), "body is no JSON")
    size = len(row["headers"].encode()) + len(row["body"])
    _require(row["size"] == size, "size is not that of headers and body")


def _script(row: DumpedRow) -> None:
    msgspec.json.decode(row["step"], type=ScriptedAnswer)


def _fault(row: DumpedRow) -> None:
    kind = FaultKind(row["kind"])
    _require(kind in KINDS[FaultPhase(row["phase"])], "kind is not of this phase")
    status, seconds = row["status"], row["seconds"]
    _require((status is not None) == (kind is FaultKind.STATUS), "status")
    _require((seconds is not None) == (kind is FaultKind.DELAY), "seconds")
    _require(status is None or status in STATUSES, "status is none of an error")
    _require(
        seconds is None or 0 < seconds <= MAX_DELAY, "seconds are not from 0 to 600"
    )


def _fact(row: DumpedRow) -> None:
    if row["name"] == "jobs_gone":
        _require(0 <= int(row["value"]) <= MAX_NUMBER, "jobs_gone is no count")


def _counter(row: DumpedRow) -> None:
    _require(type(row["seq"]) is int, "seq is no number")


def _require(holds: object, text: str) -> None:
    if not holds:
        raise ValueError(text)


_CHECKS: Checks = {
    "attempts": _attempt,
    "deliveries": _delivery,
    "scripts": _script,
    "faults": _fault,
    "facts": _fact,
    COUNTERS: _counter,
}

_FEWER_JOBS = (
    "jobs and their attempts: start with a smaller --keep-jobs, or delete accounts, "
    "DELETE /_emulator/accounts/{id}"
)
_FEWER_ACCOUNTS = "accounts: delete some, DELETE /_emulator/accounts/{id}"
_SMALLER = {
    "deliveries": "deliveries in inboxes: empty them, DELETE /_emulator/inbox/{name}",
    "jobs": _FEWER_JOBS,
    "attempts": _FEWER_JOBS,
    "journal": "the journal: empty it, DELETE /_emulator/requests",
}
"""What a part of a snapshot is, and what to do about it."""


class _Head(msgspec.Struct):
    version: Number


class Snapshot(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The whole state; instants are microseconds, blobs base64.

    Attributes:
        version: of this shape.
        emulator: the version of the emulator that took it.
        dataset: the fingerprint of the data set that it belongs to.
        real: real time when it was taken.
        tables: what the store keeps, by name.
        windows: instants of what the rate limit admitted, by key.
        journal: the requests.
    """

    version: int
    emulator: str
    dataset: str
    real: Number
    tables: dict[str, TableDump]
    windows: dict[str, list[Number]]
    journal: JournalDump


def parse(document: bytes) -> Snapshot:
    """Read a document.

    Raises:
        SnapshotError: it is no snapshot.
        SnapshotForeign: it is one of a newer version.
    """
    try:
        version = msgspec.json.decode(document, type=_Head).version
        if not 1 <= version <= VERSION:
            raise SnapshotForeign(
                f"it is of version {version}, and this emulator reads 1 to {VERSION}: "
                "restore it with the emulator that took it"
            )
        return _updated(msgspec.json.decode(document, type=Snapshot))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(str(error)) from None


def _updated(snapshot: Snapshot) -> Snapshot:
    schema = _SCHEMAS.get(snapshot.version)
    if schema is not None:
        snapshot.tables = migrations.updated(snapshot.tables, schema)
    return snapshot


class _Weights(msgspec.Struct):
    """The parts of a snapshot, unread."""

    tables: dict[str, msgspec.Raw]
    journal: msgspec.Raw


def too_many_deliveries(size: int) -> str:
    """Say that so many bytes would be deliveries alone."""
    return f"{size:,} bytes are {_SMALLER['deliveries']}"


def heaviest(document: bytes) -> str:
    """Say of a snapshot what most of it is, and what would make that smaller."""
    weights = msgspec.json.decode(document, type=_Weights)
    parts = {"journal": weights.journal, **weights.tables}
    sizes: Counter[str] = Counter()
    for name, part in parts.items():
        sizes[_SMALLER.get(name, _FEWER_ACCOUNTS)] += len(part)
    ((advice, size),) = sizes.most_common(1)
    return f"{size:,} bytes are {advice}"


class Snapshots:
    """Takes snapshots, and goes on from one as if nothing had been between.

    Args:
        store: what is dumped and replaced.
        clock: goes on from the instant of the snapshot.
        journal: is part of it.
        jobs: that were under way are made due again.
        receivers: those that the emulator has itself.
        editions: what record numbers mean.
        replaced: called inside the unit in which everything is another's.
        halted: what is under way is dropped before its block, and nothing begins
            inside it.
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        journal: Journal,
        jobs: Jobs,
        receivers: Receivers,
        editions: Editions,
        *,
        replaced: Sequence[Callable[[], None]],
        halted: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._replaced = replaced
        self._jobs = jobs
        self._receivers = receivers
        self._editions = editions
        self._halted = halted

    def least(self) -> int:
        """Return how many bytes a snapshot has at least; called inside a unit."""
        row = self._store.one("deliveries_size")
        return row["bytes"] if row else 0

    async def take(self) -> bytes:
        """Return the whole state as JSON; what is under way is so recorded."""
        real, tables = await self._store.long_unit(self._dump)
        snapshot = Snapshot(
            version=VERSION,
            emulator=__version__,
            dataset=self._editions.served.fingerprint,
            real=real,
            tables=tables,
            windows=self._store.windows.dump(),
            journal=dump_journal(self._journal),
        )
        return msgspec.json.encode(snapshot)

    def _dump(self) -> tuple[int, dict[str, TableDump]]:
        return self._clock.real(), self._store.dump()

    async def restore(self, document: bytes) -> dict[str, int]:
        """Put a snapshot in place of everything; return how much it holds.

        What was under way when it was taken is made again. What is in flight now
        is dropped: nothing of it arrives afterwards.

        Raises:
            SnapshotError: it is no snapshot; nothing has changed.
            SnapshotForeign: it is of a newer version or another data set; likewise.
        """
        snapshot = parse(document)
        await self._check(snapshot)
        async with self._halted():
            await self._store.long_unit(self._replace, snapshot)
        return {
            "accounts": len(snapshot.tables["accounts"].rows),
            "jobs": len(snapshot.tables["jobs"].rows),
            "requests": len(snapshot.journal.requests),
        }

    async def _check(self, snapshot: Snapshot) -> None:
        """See that it can be restored, by restoring its tables elsewhere."""
        known, own = snapshot.dataset, self._editions.served.fingerprint
        if known != own and self._editions.former(known) is None:
            raise SnapshotForeign(
                "it belongs to another data set: start with the --dataset that the "
                "emulator served which took it"
            )
        with closing(open_store(MEMORY, journal_size=1)) as scratch:
            await scratch.long_unit(scratch.load, snapshot.tables)
            restored = await scratch.long_unit(scratch.dump)
        inspect(restored, self._editions, self._receivers)

    def _replace(self, snapshot: Snapshot) -> None:
        """Replace the tables; time goes on from where it was, a fact stays ours."""
        known = self._store.one("fact_get", name="dataset")
        own = known["value"] if known else ""
        self._store.load(snapshot.tables)
        self._store.run("clocks_shift", shift=snapshot.real - self._clock.real())
        self._store.run("fact_set", name="dataset", value=own)
        former = self._editions.former(snapshot.dataset)
        if former is not None:
            self._jobs.keep_edition(former)
        self._jobs.start()
        for each in self._replaced:
            each()
        self._store.after_commit(partial(self._replace_memory, snapshot))
        done = {"scope": "all", "account": None}
        self._store.publish(EventType.RESET, EVERYONE, done)

    def _replace_memory(self, snapshot: Snapshot) -> None:
        self._store.windows.load(snapshot.windows)
        load_journal(self._journal, snapshot.journal)
