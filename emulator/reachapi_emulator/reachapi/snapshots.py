"""The whole state as one document, and back, in this process or another."""

from contextlib import closing

import msgspec

from reachapi_emulator import __version__
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.errors import SnapshotError, SnapshotForeign
from reachapi_emulator.lab import pages
from reachapi_emulator.lab.faults import Faults
from reachapi_emulator.lab.holds import Holds
from reachapi_emulator.lab.journal import Journal
from reachapi_emulator.lab.pages import Number, Pages
from reachapi_emulator.reachapi.dispatch import Dispatcher
from reachapi_emulator.reachapi.inspection import inspect
from reachapi_emulator.reachapi.jobs import Jobs
from reachapi_emulator.state.clock import EVERYONE, VirtualClock
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.store import MEMORY, Store, open_store
from reachapi_emulator.state.tables import TableDump

VERSION = 1


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
    journal: Pages


def parse(document: bytes) -> Snapshot:
    """Read a document.

    Raises:
        SnapshotError: it is no snapshot.
        SnapshotForeign: it is one of another version.
    """
    try:
        version = msgspec.json.decode(document, type=_Head).version
        if version != VERSION:
            raise SnapshotForeign(
                f"it is of version {version}, and this emulator reads {VERSION}: "
                "restore it with the emulator that took it"
            )
        return msgspec.json.decode(document, type=Snapshot)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(str(error)) from None


class Snapshots:
    """Takes snapshots, and goes on from one as if nothing had been between.

    Args:
        store: what is dumped and replaced.
        clock: goes on from the instant of the snapshot.
        journal: is part of it.
        faults: are read anew.
        holds: of requests are dropped.
        jobs: that were under way are made due again.
        dispatcher: drops what is in flight.
        dataset: what record numbers mean.
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        journal: Journal,
        faults: Faults,
        holds: Holds,
        jobs: Jobs,
        dispatcher: Dispatcher,
        dataset: Dataset,
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._faults = faults
        self._holds = holds
        self._jobs = jobs
        self._dispatcher = dispatcher
        self._dataset = dataset

    def take(self) -> bytes:
        """Return the whole state as JSON; what is under way is so recorded."""
        snapshot = Snapshot(
            version=VERSION,
            emulator=__version__,
            dataset=self._dataset.fingerprint,
            real=self._clock.real(),
            tables=self._store.dump(),
            windows=self._store.windows.dump(),
            journal=pages.dump(self._journal),
        )
        return msgspec.json.encode(snapshot)

    async def restore(self, document: bytes) -> dict[str, int]:
        """Put a snapshot in place of everything; return how much it holds.

        What was under way when it was taken is made again. What is in flight now
        is dropped: nothing of it arrives afterwards.

        Raises:
            SnapshotError: it is no snapshot; nothing has changed.
            SnapshotForeign: it is of another version or data set; likewise.
        """
        snapshot = parse(document)
        self._check(snapshot)
        await self._dispatcher.drop()
        self._holds.drop()
        self._replace(snapshot)
        return {
            "accounts": len(snapshot.tables["accounts"].rows),
            "jobs": len(snapshot.tables["jobs"].rows),
            "requests": len(snapshot.journal.requests),
        }

    def _check(self, snapshot: Snapshot) -> None:
        """See that it can be restored, by restoring its tables elsewhere."""
        if snapshot.dataset != self._dataset.fingerprint:
            raise SnapshotForeign(
                "it belongs to another data set: start with the --dataset that the "
                "emulator served which took it"
            )
        with closing(open_store(MEMORY, journal_size=1)) as scratch:
            scratch.load(snapshot.tables)
            inspect(scratch.dump(), self._dataset)

    def _replace(self, snapshot: Snapshot) -> None:
        """Replace all or nothing; what was under way, here or there, is due again."""
        try:
            self._load(snapshot)
            self._store.windows.load(snapshot.windows)
            pages.load(self._journal, snapshot.journal)
            self._faults.load()
        finally:
            self._jobs.start()
            done = {"scope": "all", "account": None}
            self._store.feed.publish(EventType.RESET, EVERYONE, done)
            self._clock.changed.notify()

    def _load(self, snapshot: Snapshot) -> None:
        """Replace the tables; time goes on from where it was, a fact stays ours."""
        known = self._store.one("fact_get", name="dataset")
        own = known["value"] if known else ""
        with self._store.transaction():
            self._store.load(snapshot.tables)
            self._store.run("clocks_shift", shift=snapshot.real - self._clock.real())
            self._store.run("fact_set", name="dataset", value=own)
