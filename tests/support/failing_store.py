"""A store that fails at the statement of one's choice, as a full disk would."""

import sqlite3
from typing import Any, cast

from reachapi_emulator.state.sqlite import SqliteStore


class _Failing:
    """A connection that counts the statements that are still to succeed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.left: int | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # whatever there is
        return getattr(self._db, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:  # noqa: ANN401 # as sqlite3's
        """Execute, or fail; a failure can be rolled back."""
        if sql != "ROLLBACK":
            self._count()
        return self._db.execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:  # noqa: ANN401 # as sqlite3's
        """Execute, or fail."""
        self._count()
        return self._db.executemany(sql, *values)

    def _count(self) -> None:
        if self.left is None:
            return
        if self.left == 0:
            raise sqlite3.OperationalError("database or disk is full")
        self.left -= 1


class FailingStore(SqliteStore):
    """A store in memory, of which any statement can fail, the commit too."""

    def __init__(self) -> None:
        super().__init__(":memory:", journal_size=100)
        self._failing = _Failing(self._db)
        self._db = cast("sqlite3.Connection", self._failing)

    def fail_after(self, statements: int | None) -> None:
        """Fail once so many have succeeded, time and again; None: never."""
        self._failing.left = statements

    @property
    def in_transaction(self) -> bool:
        """Tell whether something is yet to be committed."""
        return self._db.in_transaction
