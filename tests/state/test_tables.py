"""Tables as plain values, and back."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore
from reachapi_emulator.state.tables import TableDump

Tables = dict[str, TableDump]
BODY = b"\x00\xffbody"


@pytest.fixture
def store() -> SqliteStore:
    return SqliteStore(MEMORY, journal_size=1)


def account(store: SqliteStore, name: str = "ann") -> None:
    store.transact(
        store.run,
        "account_open",
        id=name,
        name="",
        url=None,
        active=1,
        secret=None,
        opening="{}",
    )


def job(store: SqliteStore) -> int:
    row, _ = store.transact(
        store.one,
        "job_add",
        account="ann",
        polled=0,
        fetch_count=1,
        filter="{}",
        matched=1,
        records=BODY,
        created_at=1,
        due_at=None,
    )
    return row["id"] if row else 0


def written(store: SqliteStore) -> Tables:
    text = msgspec.json.encode(store.dump())
    return msgspec.json.decode(text, type=dict[str, TableDump])


def set_value(tables: Tables, table: str, column: str, value: Any) -> None:  # noqa: ANN401 # whatever JSON holds
    index = tables[table].columns.index(column)
    tables[table].rows[0][index] = value


@pytest.fixture
def tables(store: SqliteStore) -> Tables:
    account(store)
    job(store)
    store.transact(
        store.run,
        "fault_add",
        phase="request",
        operation=None,
        account=None,
        kind="delay",
        status=None,
        seconds=1.5,
        times=None,
        probability=None,
        seed=None,
    )
    return written(store)


def test_what_was_dumped_is_loaded(tables: Tables) -> None:
    other = SqliteStore(MEMORY, journal_size=1)

    other.transact(other.load, tables)
    (row,) = other.all("faults_all")

    assert tables == written(other)
    assert 1.5 == row["seconds"]
    assert BODY == other.dump()["jobs"].rows[0][7]


def test_it_takes_the_place_of_what_was_there(tables: Tables) -> None:
    other = SqliteStore(MEMORY, journal_size=1)
    account(other, "bob")
    other.recall("account_get", id="bob")

    other.transact(other.load, tables)

    assert ["ann"] == [row["id"] for row in other.all("account_ids")]
    assert other.recall("account_get", id="bob") is None


def test_ids_are_counted_on(store: SqliteStore, tables: Tables) -> None:
    last = job(store)
    kept = written(store)
    kept["jobs"].rows.pop()
    other = SqliteStore(MEMORY, journal_size=1)
    other.transact(other.load, kept)

    assert tables["jobs"].rows[0][0] + 1 == last
    assert last + 1 == job(other)


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("accounts", "id", None, "id is not of type TEXT"),
        ("accounts", "id", 1, "id is not of type TEXT"),
        ("accounts", "credits", "1", "credits is not of type INTEGER"),
        ("accounts", "credits", True, "credits is not of type INTEGER"),
        ("accounts", "credits", 1.0, "credits is not of type INTEGER"),
        ("accounts", "credits", 2**61 + 1, "credits is too large"),
        ("accounts", "credits", 2**80, "credits is too large"),
        ("accounts", "credits", -1, "CHECK constraint failed: credits >= 0"),
        ("accounts", "name", "\ud800", "surrogates not allowed"),
        ("jobs", "account", "nobody", "FOREIGN KEY constraint failed"),
        ("jobs", "records", "no base64", "base64"),
        ("jobs", "records", "AA==\n", "base64"),
        ("jobs", "filter", None, "filter is not of type TEXT"),
        ("faults", "seconds", "soon", "seconds is not of type REAL"),
        ("faults", "status", [], "status is not of type INTEGER"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    tables: Tables, table: str, column: str, value: object, reason: str
) -> None:
    other = SqliteStore(MEMORY, journal_size=1)
    account(other, "bob")
    set_value(tables, table, column, value)

    with pytest.raises(SnapshotError, match=f"table {table}.*{reason}"):
        other.transact(other.load, tables)

    assert ["bob"] == [row["id"] for row in other.all("account_ids")]


def _twice(tables: Tables) -> None:
    tables["accounts"].rows *= 2


def _short(tables: Tables) -> None:
    tables["accounts"].rows[0][:] = []


def _long(tables: Tables) -> None:
    tables["accounts"].rows[0][:] = [None] * 99


def _renamed(tables: Tables) -> None:
    tables["clocks"].columns[1] = "drift"


def _missing(tables: Tables) -> None:
    del tables["scripts"]


def _another(tables: Tables) -> None:
    tables["sqlite_schema"] = TableDump([], [])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_twice, "UNIQUE constraint failed: accounts"),
        (_short, "table accounts, row 1: a value for each"),
        (_long, "table accounts, row 1: a value for each"),
        (_renamed, "of clocks must be account, shift, froz"),
        (_missing, "its tables must be clocks, accounts, "),
        (_another, "its tables must be clocks, accounts, "),
    ],
)
def test_tables_of_another_shape_are_refused(
    tables: Tables, spoil: Callable[[Tables], None], reason: str
) -> None:
    spoil(tables)
    other = SqliteStore(MEMORY, journal_size=1)
    with pytest.raises(SnapshotError, match=reason):
        other.transact(other.load, tables)
