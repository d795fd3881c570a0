"""The embedded store: SQLite in memory or in a file, called on the event loop."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, ParamSpec, TypeVar

from reachapi_emulator.budget import DEFAULT_BUDGET, Budget
from reachapi_emulator.errors import StoreError
from reachapi_emulator.state import migrations, tables
from reachapi_emulator.state.events import EventType, Feed
from reachapi_emulator.state.memory import Ring, Windows
from reachapi_emulator.state.migrations import SCHEMA_VERSION, sql
from reachapi_emulator.state.tables import TableDump, Tables

P = ParamSpec("P")
T = TypeVar("T")

MEMORY = ":memory:"
"""The URL of a store that is gone with the process."""

DURABILITY = {"process": "NORMAL", "power": "FULL"}
"""When SQLite waits for the disk: at a checkpoint, or at every commit."""

MAX_WAL = 4 * 1024 * 1024
"""Bytes that the file of what is yet to be merged keeps once it is merged."""

MAX_FREED = 25_000
"""Pages of 4 KiB that are given back at an end, so that it does not take long."""

MAX_RECALLED = 10_000
_QUERY = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def named_queries(text: str) -> dict[str, str]:
    """Split the text of queries.sql into its statements, by name."""
    _, *parts = _QUERY.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


class Statement(NamedTuple):
    """A named statement, and whether it changes nothing."""

    sql: str
    reads: bool

    @classmethod
    def of(cls, text: str) -> "Statement":
        """Make it of its text, comments included."""
        sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        return cls(sql, sql.lstrip().upper().startswith("SELECT"))


class SqliteStore:
    """A store in one SQLite database, used by one process.

    Args:
        path: `:memory:` or a file's path, made when it is not there.
        journal_size: how many requests the journal keeps.
        budget: bytes for what lies in memory beside the database.
        durability: a key of DURABILITY.

    Raises:
        StoreError: the file cannot be opened, is no store or damaged, is in use by
            another process, or was made by a newer version.
    """

    failures: tuple[type[Exception], ...] = (sqlite3.OperationalError,)

    def __init__(
        self,
        path: str,
        *,
        journal_size: int,
        budget: Budget = DEFAULT_BUDGET,
        durability: str = "process",
    ) -> None:
        self._queries = {
            name: Statement.of(text)
            for name, text in named_queries(sql("queries.sql")).items()
        }
        self._announcements: dict[Callable[[], None], None] | None = None
        self._memory: dict[tuple[object, ...], dict[str, Any] | None] = {}
        self._changes = 0
        self._long: asyncio.Event | None = None
        self._in_thread = Lock()
        self._securing = self._emptied = self._is_open = False
        self.windows = Windows()
        self.journal = Ring(journal_size, budget.journal)
        self.feed = Feed(max_bytes=budget.events)
        try:
            if path != MEMORY:
                migrations.make_private(path)
            self._db = sqlite3.connect(
                path,
                isolation_level=None,
                timeout=0.5,
                check_same_thread=False,  # a long unit has a thread to itself
            )
            self._db.row_factory = sqlite3.Row
            with ExitStack() as unless_ready:
                unless_ready.callback(self._db.close)
                self._prepare(path, DURABILITY[durability])
                unless_ready.pop_all()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(_advice(path, error)) from error

    def _prepare(self, path: str, synchronous: str) -> None:
        if path != MEMORY:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute(f"PRAGMA synchronous = {synchronous}")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._create()
        else:
            migrations.check(self._db, path, version)
        self._check_pages()
        if 0 < version < SCHEMA_VERSION:
            migrations.update(self._db, path, version)
        if self._db.execute("PRAGMA auto_vacuum").fetchone()[0] == 0:
            migrations.shrink(self._db, path)
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA journal_mode = WAL")  # no foreign file gets here
        self._db.execute(f"PRAGMA journal_size_limit = {MAX_WAL}")

    def _check_pages(self) -> None:
        """See that every page can be read: what is damaged is not gone on with."""
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"malformed: {found}")

    def _create(self) -> None:
        if tables.names(self._db):
            raise sqlite3.DatabaseError("it holds somebody else's tables")
        self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        self._db.executescript(
            f"BEGIN; {sql('schema.sql')} PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
        )

    async def unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in one transaction, at once: there is no one to wait for.

        Raises:
            Exception: what the function raises; nothing of it has happened then.
        """
        if self._long is not None:
            await self._no_long_unit()
        result, announcements = self.transact(function, *args, **kwargs)
        for announce in announcements:
            announce()
        return result

    async def long_unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in one transaction, in a thread: other units wait for it.

        Who is cancelled meanwhile learns of it at the end, as of any commit.

        Raises:
            Exception: what the function raises; nothing of it has happened then.
        """
        await self._no_long_unit()
        self._long = asyncio.Event()
        try:
            work = partial(function, *args, **kwargs)
            loop = asyncio.get_running_loop()
            done = loop.run_in_executor(None, self._transact_in_thread, work)
            cancelled = await _end(done)
            result, announcements = done.result()
            for announce in announcements:
                announce()
        finally:
            self._long.set()
            self._long = None
        if cancelled is not None:
            raise cancelled
        return result

    def _transact_in_thread(
        self, work: Callable[[], T]
    ) -> tuple[T, Iterable[Callable[[], None]]]:
        with self._in_thread:
            return self.transact(work)

    async def _no_long_unit(self) -> None:
        while self._long is not None:
            await self._long.wait()

    def transact(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> tuple[T, Iterable[Callable[[], None]]]:
        """Run a unit and return its result, and what is to be announced of it."""
        announcements = self._open()
        try:
            result = function(*args, **kwargs)
            self._commit()
        finally:
            self._leave()
        return result, announcements

    def _open(self) -> dict[Callable[[], None], None]:
        """Begin a unit: its transaction begins with the first statement that writes."""
        if self._announcements is not None:
            raise RuntimeError("a unit of work inside another: call the function")
        announcements = self._announcements = {}
        return announcements

    def _commit(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")
            self._is_open = False
        if self._securing or self._emptied:
            self._tidy()

    def _tidy(self) -> None:
        with suppress(sqlite3.Error):  # what is committed has happened
            if self._securing:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            if self._emptied:
                self._compact()

    def _compact(self, pages: int = 0) -> None:
        """Give back to the system what is free in the file, and beside it.

        Args:
            pages: how many at most; 0 for all.
        """
        self._db.executescript(  # execute would free a single page
            f"PRAGMA incremental_vacuum({pages}); PRAGMA wal_checkpoint(TRUNCATE);"
        )

    def _leave(self) -> None:
        """End a unit, without a trace unless it has been committed."""
        self._announcements = None
        self._securing = self._emptied = False
        if self._is_open:  # though SQLite may have rolled it back itself
            self._is_open = False
            self._memory.clear()  # it may hold what has now never been
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def secure(self) -> None:
        """Let this unit survive a power failure: a checkpoint waits for the disk."""
        self._inside()
        self._securing = True

    def publish(self, name: EventType, account: str | None, data: object) -> None:
        """Let followers know of an event, once the unit is committed."""
        if self.feed.heard:
            self.after_commit(partial(self.feed.publish, name, account, data))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call something, once, when the unit is committed."""
        self._inside()[callback] = None

    def one(self, query: str, /, **values: object) -> sqlite3.Row | None:
        """Return the first row of the answer, or None."""
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, /, **values: object) -> list[sqlite3.Row]:
        """Return every row of the answer."""
        return self._execute(query, values).fetchall()

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement and return how many rows it changed."""
        return self._execute(query, values).rowcount

    def _execute(self, query: str, values: dict[str, object]) -> sqlite3.Cursor:
        statement = self._queries[query]
        if not statement.reads:
            self._begin()
        return self._db.execute(statement.sql, values)

    def _begin(self) -> None:
        self._inside()
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            self._is_open = True

    def _inside(self) -> dict[Callable[[], None], None]:
        if self._announcements is None:
            raise RuntimeError("outside of a unit of work: await store.unit(...)")
        return self._announcements

    def recall(self, query: str, /, **values: object) -> dict[str, Any] | None:
        """Return what `one` would, from memory while nothing has changed.

        A query between two reads of a socket runs with cold caches and takes
        four times as long as in a loop: what every request asks is worth it.
        """
        changes = self._db.total_changes
        if changes != self._changes or len(self._memory) > MAX_RECALLED:
            self._changes = changes
            self._memory.clear()
        key = (query, *values.values())
        try:
            return self._memory[key]
        except KeyError:
            row = self.one(query, **values)
            return self._memory.setdefault(key, None if row is None else dict(row))

    def wipe(self) -> None:
        """Forget everything, counters included."""
        self._empty()

    def dump(self) -> dict[str, TableDump]:
        """Return every table."""
        return tables.dump(self._db)

    def load(self, kept: Tables) -> None:
        """Put tables in place of what there is.

        Raises:
            SnapshotError: they are none of this schema.
        """
        self._empty()
        tables.fill(self._db, kept)

    def _empty(self) -> None:
        self._begin()
        self._emptied = True
        tables.clear(self._db)

    def close(self) -> None:
        """Write what is open and let go, once a long unit has ended."""
        with self._in_thread, closing(self._db), suppress(sqlite3.Error):
            self._compact(MAX_FREED)


async def _end(work: asyncio.Future[Any]) -> asyncio.CancelledError | None:
    """Wait for the end of work that nobody can stop; return who wanted to."""
    cancelled = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    return cancelled


def _advice(path: str, error: Exception) -> str:
    if "locked" in str(error):
        return (
            f"{path} is in use by another emulator: stop it, or name another "
            "--state file"
        )
    if "malformed" in str(error):
        return (
            f"{path} is damaged ({' '.join(str(error).split())}): put a copy of it in "
            "its place, or name another --state file; `sqlite3 FILE .recover` shows "
            "what is left of it"
        )
    if not Path(path).absolute().parent.is_dir():
        return f"{path} cannot be made: there is no such folder"
    return (
        f"{path} cannot be used as state: {error}; name a file that the emulator "
        "made, or a new one in a folder that can be written"
    )
