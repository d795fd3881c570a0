"""State of an emulator of before, made of what one of today remembers."""

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import orjson

from reachapi_emulator.contacts.editions import FINGERPRINTS
from reachapi_emulator.state import tables
from reachapi_emulator.state.tables import TableDump

SCHEMA = files("reachapi_emulator.state").joinpath("schema_2.sql").read_text()


def older(document: bytes) -> bytes:
    """Return a snapshot as one of version 1: of schema 2 and the first edition."""
    made = orjson.loads(document)
    kept = {name: _narrowed(made["tables"][name], known) for name, known in _known()}
    return orjson.dumps(
        made | {"version": 1, "dataset": FINGERPRINTS[1], "tables": kept}
    )


def older_file(path: Path, document: bytes) -> None:
    """Write a state file of schema 2 that holds what a snapshot does."""
    kept = orjson.dumps(orjson.loads(older(document))["tables"])
    with closing(_opened(str(path))) as db:
        db.execute("PRAGMA journal_mode = WAL")
        tables.fill(db, msgspec.json.decode(kept, type=dict[str, TableDump]))
        db.execute("UPDATE facts SET value = ?", (FINGERPRINTS[1],))
        db.execute("PRAGMA user_version = 2")
    path.chmod(0o644)


def _known() -> list[tuple[str, list[str]]]:
    with closing(_opened(":memory:")) as db:
        every = (*tables.names(db), tables.COUNTERS)
        return [(name, tables.column_names(db, name)) for name in every]


def _opened(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA synchronous = OFF")
    db.executescript(SCHEMA)
    return db


def _narrowed(table: Any, known: list[str]) -> dict[str, object]:  # noqa: ANN401 # what the JSON holds
    places = [table["columns"].index(column) for column in known]
    rows = [[row[place] for place in places] for row in table["rows"]]
    return {"columns": known, "rows": rows}
