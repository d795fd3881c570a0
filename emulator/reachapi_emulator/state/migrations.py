"""State of an older schema, in a file or a snapshot, brought to the one of today.

The shape comes from schema.sql alone: its tables are laid out anew and the rows move
over, column by column of the same name. So a new table, index or view, and a column
with a default, need nothing here. What the rows need beyond that is a step.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from importlib.resources import files
from itertools import chain, count
from os import O_CREAT, O_EXCL, O_WRONLY, close, open as open_file
from pathlib import Path

from reachapi_emulator.errors import SnapshotError, StoreError
from reachapi_emulator.state import tables
from reachapi_emulator.state.tables import TableDump, Tables

SCHEMA_VERSION = 3
"""The version of schema.sql."""

OLDEST = 2
"""The first version that was released; schema_2.sql has its text."""

STEPS: Mapping[int, str] = {
    3: """
    ALTER TABLE accounts ADD COLUMN reserved;
    UPDATE accounts SET reserved = (SELECT coalesce(sum(fetch_count), 0) FROM jobs
      WHERE account = accounts.id AND state IN ('submitted', 'validating'));
    ALTER TABLE jobs ADD COLUMN clock;
    UPDATE jobs SET clock = coalesce(
      (SELECT clocks.account FROM clocks WHERE clocks.account = jobs.account), '');
    ALTER TABLE jobs ADD COLUMN ended;
    UPDATE jobs SET ended = counted.up FROM
      (SELECT id, row_number() OVER (ORDER BY id) AS up FROM jobs
       WHERE state IN ('delivered', 'exhausted', 'ready') AND due_at IS NULL)
      AS counted WHERE counted.id = jobs.id;
    ALTER TABLE attempts ADD COLUMN written;
    UPDATE attempts SET written = counted.up FROM
      (SELECT job, number,
         sum(length(CAST(response_body AS BLOB))) OVER (ORDER BY job, number) AS up
       FROM attempts WHERE response_body <> '')
      AS counted WHERE counted.job = attempts.job AND counted.number = attempts.number;
    ALTER TABLE deliveries ADD COLUMN is_json;
    ALTER TABLE deliveries ADD COLUMN size;
    UPDATE deliveries SET is_json = is_json(body),
      size = length(CAST(headers AS BLOB)) + length(body);
    """,
}
"""For each version, SQL that makes of the rows of the one before what it needs.

It runs on the tables as that one had them, without indexes and views, before the rows
move: RENAME COLUMN, ADD COLUMN and UPDATE, or CREATE TABLE … AS SELECT of what a new
table is to hold.
"""

_FORMER = "former_"
_PRIVATE = 0o600
_TABLE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)

log = logging.getLogger("reachapi_emulator.state.migrations")


def sql(name: str) -> str:
    """Return the text of a file of SQL that lies here."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def make_private(path: str) -> None:
    """Make a file that its owner alone can read, unless there is one.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        close(open_file(path, O_CREAT | O_EXCL | O_WRONLY, _PRIVATE))


def check(db: sqlite3.Connection, path: str, version: int) -> None:
    """See that a state file is one that can be used, or brought up to date.

    Raises:
        StoreError: it is of a newer version, or of none that was released.
        sqlite3.DatabaseError: it is another program's.
    """
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} was written by a newer emulator (schema {version}, this one "
            f"reads up to {SCHEMA_VERSION}): start that one, or name another "
            "--state file"
        )
    known = version >= OLDEST
    if not known or sorted(tables.every(db)) != sorted(_TABLE.findall(_text(version))):
        raise sqlite3.DatabaseError("it holds somebody else's tables")


def update(db: sqlite3.Connection, path: str, version: int) -> None:
    """Bring a state file to the current schema; a copy of it is kept beside.

    Raises:
        sqlite3.Error, OSError: it cannot be; the file is as it was.
    """
    copy = _copied(db, Path(path), version)
    for name in (path, f"{path}-wal"):
        with suppress(FileNotFoundError):
            Path(name).chmod(_PRIVATE)
    try:
        migrate(db, version)
    except BaseException:
        copy.unlink()
        raise
    log.info(
        "%s was of schema %d and is of %d now; as it was it is kept in %s",
        *(path, version, SCHEMA_VERSION, copy),
    )


def shrink(db: sqlite3.Connection, path: str) -> None:
    """Give back what is free in a file, such as the room of former tables.

    It takes twice the file for a while. Where that is not to be had, the file can be
    used as it is, and the next start tries again.
    """
    try:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("VACUUM")
    except sqlite3.Error as error:
        log.warning("%s keeps what is free in it until the next start: %s", path, error)


def updated(kept: Tables, version: int) -> dict[str, TableDump]:
    """Return the tables of a snapshot as they are in the current schema.

    Args:
        kept: the tables, blobs base64.
        version: the schema that they are of.

    Raises:
        SnapshotError: they are none of it.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        _run(db, _text(version))
        db.execute("PRAGMA foreign_keys = ON")
        with db:
            db.execute("BEGIN")
            tables.fill(db, kept)
        try:
            migrate(db, version)
        except sqlite3.Error as error:
            raise SnapshotError(f"it cannot be brought up to date: {error}") from None
        return tables.dump(db)


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring a database of an older schema to the current one, in one transaction.

    Raises:
        sqlite3.Error: its rows do not fit; nothing has changed.
    """
    db.create_function("is_json", 1, tables.is_json, deterministic=True)
    db.execute("PRAGMA foreign_keys = OFF")  # it is no change of rows that is made
    with db:
        db.execute("BEGIN IMMEDIATE")
        _drop_all_but_tables(db)
        for step in range(version + 1, SCHEMA_VERSION + 1):
            _run(db, STEPS[step])
        _lay_anew(db)
        if db.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.IntegrityError("a row refers to one that there is not")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _text(version: int) -> str:
    return sql("schema.sql" if version == SCHEMA_VERSION else f"schema_{version}.sql")


def _run(db: sqlite3.Connection, script: str) -> None:
    """Run statements inside a transaction, which `executescript` would end."""
    for statement in _statements(script):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement


def _drop_all_but_tables(db: sqlite3.Connection) -> None:
    found = db.execute(
        "SELECT type, name FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL"
    )
    for kind, name in found.fetchall():
        db.execute(f"DROP {kind} {name}")


def _lay_anew(db: sqlite3.Connection) -> None:
    """Move the rows into the tables of schema.sql, and the counters with them."""
    former = tables.every(db)
    for name in former:
        db.execute(f"ALTER TABLE {name} RENAME TO {_FORMER}{name}")
    _run(db, sql("schema.sql"))
    for name in tables.every(db):
        if name in former:
            _move(db, name)
    counters = tables.COUNTERS
    db.execute(f"DELETE FROM {counters} WHERE name NOT LIKE '{_FORMER}%'")  # noqa: S608 # names of our own schema
    db.execute(f"UPDATE {counters} SET name = replace(name, '{_FORMER}', '')")  # noqa: S608 # likewise
    for name in former:
        db.execute(f"DROP TABLE {_FORMER}{name}")


def _move(db: sqlite3.Connection, name: str) -> None:
    known = tables.column_names(db, f"{_FORMER}{name}")
    listed = [each for each in tables.column_names(db, name) if each in known]
    both = ", ".join(f'"{each}"' for each in listed)
    db.execute(f"INSERT INTO {name} ({both}) SELECT {both} FROM {_FORMER}{name}")  # noqa: S608 # likewise


def _copied(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy a database beside its file, in place of no older copy; return where."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    make_private(str(part))
    with closing(sqlite3.connect(part)) as copy:
        db.backup(copy)
    return part.replace(_free(path, version))


def _free(path: Path, version: int) -> Path:
    """Return where there is no copy yet."""
    stem = f"{path.name}.schema-{version}"
    names = chain([f"{stem}.bak"], (f"{stem}.{number}.bak" for number in count(2)))
    paths = map(path.with_name, names)
    return next(each for each in paths if not each.exists())
