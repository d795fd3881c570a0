"""The tables of a database as plain values, and back: checked against the schema."""

import sqlite3
from binascii import a2b_base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
import orjson

from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.state.page import MAX_NUMBER

COUNTERS = "sqlite_sequence"
"""Where SQLite keeps the last id of each table that never uses one again."""

MARKS = "marks"
"""A table of the file, which is no part of the state."""

MAX_PARSED = 1024 * 1024
"""Bytes of a body that is parsed to see whether it is JSON."""

_DEEP = 1_000
"""Lists and objects inside each other that every reader can parse."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "INTEGER": (int,),
    "REAL": (int, float),
    "TEXT": (str,),
    "BLOB": (str, bytes),
    "": (int, str),  # SQLite declares no types for its counters
}


class TableDump(msgspec.Struct, forbid_unknown_fields=True):
    """A table: its columns in the schema's order, and its rows; blobs are base64."""

    columns: list[str]
    rows: list[list[Any]]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows by column name."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


Tables: TypeAlias = Mapping[str, TableDump]


class _Column(NamedTuple):
    name: str
    type: str
    required: bool


def every(db: sqlite3.Connection) -> list[str]:
    """Return the tables of the schema, those before that others refer to."""
    rows = db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    )
    return [row["name"] for row in rows]


def names(db: sqlite3.Connection) -> list[str]:
    """Return the tables of the state: all but what belongs to the file."""
    return [name for name in every(db) if name != MARKS]


def clear(db: sqlite3.Connection) -> None:
    """Empty every table, the counters included.

    Those that refer to others go first: there is nothing left to cascade to.
    """
    for table in (*reversed(names(db)), COUNTERS):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 # names of our own schema


def dump(db: sqlite3.Connection) -> dict[str, TableDump]:
    """Return every table; blobs are bytes, which JSON writes as base64."""
    return {name: _dump(db, name) for name in (*names(db), COUNTERS)}


def _dump(db: sqlite3.Connection, name: str) -> TableDump:
    rows = db.execute(f"SELECT * FROM {name}")  # noqa: S608 # a name of our own schema
    return TableDump(column_names(db, name), list(map(list, rows)))


def fill(db: sqlite3.Connection, tables: Tables) -> None:
    """Fill empty tables, inside a transaction.

    Raises:
        SnapshotError: a table, a column or a value is none of the schema, or a row
            refers to one that there is not.
    """
    expected = [*names(db), COUNTERS]
    if sorted(expected) != sorted(tables):
        raise SnapshotError(f"its tables must be {', '.join(expected)}")
    for name in expected:
        try:
            _fill(db, name, tables[name])
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise SnapshotError(f"table {name} does not fit: {error}") from None


def _fill(db: sqlite3.Connection, name: str, table: TableDump) -> None:
    columns = _columns(db, name)
    listed = [column.name for column in columns]
    if listed != table.columns:
        raise SnapshotError(f"the columns of {name} must be {', '.join(listed)}")
    rows = (_row(name, columns, *each) for each in enumerate(table.rows, start=1))
    if name == COUNTERS:
        db.execute(f"DELETE FROM {COUNTERS}")  # noqa: S608 # filling the others has counted
    quoted = ", ".join(f'"{column}"' for column in listed)
    marks = ", ".join("?" * len(listed))
    db.executemany(
        f"INSERT INTO {name} ({quoted}) VALUES ({marks})",  # noqa: S608 # names of our own schema
        rows,
    )


def column_names(db: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns of a table, in the schema's order."""
    return [column.name for column in _columns(db, table)]


def _columns(db: sqlite3.Connection, table: str) -> list[_Column]:
    return [
        _Column(row["name"], row["type"], bool(row["notnull"] or row["pk"]))
        for row in db.execute(f"PRAGMA table_info({table})")
    ]


def _row(
    table: str, columns: Sequence[_Column], number: int, row: Sequence[object]
) -> list[object]:
    if len(row) != len(columns):
        raise SnapshotError(f"table {table}, row {number}: a value for each column")
    try:
        return [_value(*each) for each in zip(columns, row, strict=True)]
    except ValueError as error:
        raise SnapshotError(f"table {table}, row {number}: {error}") from None


def _value(column: _Column, value: object) -> object:
    """Return a value as the database keeps it.

    Raises:
        ValueError: it is not of the column's type.
    """
    if value is None and not column.required:
        return None
    if type(value) not in _TYPES[column.type]:
        raise ValueError(f"{column.name} is not of type {column.type}")
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise ValueError(f"{column.name} is too large")
    return _bytes(column, value) if column.type == "BLOB" else value


def _bytes(column: _Column, text: object) -> object:
    if not isinstance(text, str):  # it is what an older snapshot has come to
        return text
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        raise ValueError(f"{column.name} is not base64") from None


def is_json(body: bytes) -> bool:
    """Tell whether a body is JSON that can stand inside other JSON as it is.

    A large one is not parsed for that: it would take ten times its size, and seconds.
    So it may have numbers that no float holds, which some readers refuse.
    """
    try:
        if len(body) > MAX_PARSED:
            msgspec.json.decode(body, type=msgspec.Raw)
            body.decode()
            return True
        orjson.loads(body)
        if body.count(b"[") + body.count(b"{") > _DEEP:
            orjson.loads(b"[[%b]]" % body)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return False
    return True
