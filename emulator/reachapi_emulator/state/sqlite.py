"""The embedded store: SQLite in memory or in a file, called directly."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from reachapi_emulator.errors import StoreError
from reachapi_emulator.state import tables
from reachapi_emulator.state.events import Feed
from reachapi_emulator.state.memory import Ring, Windows
from reachapi_emulator.state.store import MEMORY
from reachapi_emulator.state.tables import TableDump, Tables

SCHEMA_VERSION = 2
MAX_RECALLED = 10_000
_QUERY = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def _sql(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def named_queries(text: str) -> dict[str, str]:
    """Split the text of queries.sql into its statements, by name."""
    _, *parts = _QUERY.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


class SqliteStore:
    """A store in one SQLite database, used by one process.

    Args:
        path: `:memory:` or a file's path, made when it is not there.
        journal_size: how many requests the journal keeps.

    Raises:
        StoreError: the file cannot be opened, is no store, is in use by
            another process, or was made by another version.
    """

    def __init__(self, path: str, *, journal_size: int) -> None:
        self._queries = named_queries(_sql("queries.sql"))
        self._memory: dict[tuple[object, ...], dict[str, Any] | None] = {}
        self._changes = 0
        self.windows = Windows()
        self.journal = Ring(journal_size)
        self.feed = Feed()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0.5)
            self._db.row_factory = sqlite3.Row
            with ExitStack() as unless_ready:
                unless_ready.callback(self._db.close)
                self._prepare(path)
                unless_ready.pop_all()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(_advice(path, error)) from error

    def _prepare(self, path: str) -> None:
        if path != MEMORY:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._create()
        elif version != SCHEMA_VERSION:
            raise StoreError(
                f"{path} was written by another version of the emulator "
                f"(schema {version}, this one reads {SCHEMA_VERSION}): "
                "name another --state file"
            )
        self._db.execute("PRAGMA journal_mode = WAL")  # no foreign file gets here

    def _create(self) -> None:
        if tables.names(self._db):
            raise sqlite3.DatabaseError("it holds somebody else's tables")
        self._db.executescript(
            f"BEGIN; {_sql('schema.sql')} PRAGMA user_version = {SCHEMA_VERSION};"
            "COMMIT;"
        )

    def one(self, query: str, /, **values: object) -> sqlite3.Row | None:
        """Return the first row of the answer, or None."""
        rows = self.all(query, **values)
        return rows[0] if rows else None

    def all(self, query: str, /, **values: object) -> list[sqlite3.Row]:
        """Return every row of the answer."""
        return self._db.execute(self._queries[query], values).fetchall()

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement and return how many rows it changed."""
        return self._db.execute(self._queries[query], values).rowcount

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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside happen together or not at all."""
        if self._db.in_transaction:  # an inner one is part of the outer one
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
                self._memory.clear()  # it may hold what has now never been

    def wipe(self) -> None:
        """Forget everything, counters included."""
        self.windows.clear()
        self.journal.clear()
        with self.transaction():
            tables.clear(self._db)

    def dump(self) -> dict[str, TableDump]:
        """Return every table."""
        return tables.dump(self._db)

    def load(self, kept: Tables) -> None:
        """Put tables in place of what there is.

        Raises:
            SnapshotError: they are none of this schema; nothing has changed.
        """
        with self.transaction():
            tables.clear(self._db)
            tables.fill(self._db, kept)

    def close(self) -> None:
        """Write what is open and let go."""
        self._db.close()


def _advice(path: str, error: Exception) -> str:
    if "locked" in str(error):
        return (
            f"{path} is in use by another emulator: stop it, or name another "
            "--state file"
        )
    if not Path(path).absolute().parent.is_dir():
        return f"{path} cannot be made: there is no such folder"
    return (
        f"{path} cannot be used as state: {error}; name a file that the emulator "
        "made, or a new one in a folder that can be written"
    )
