"""Tables as plain values, and back."""

from collections.abc import Callable

import msgspec
import pytest

from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore
from reachapi_emulator.state.tables import TableDump

Tables = dict[str, TableDump]
BODY = b"\x00\xffbody"
VALUES = "table accounts, row 1: a value for each"
OTHERS = "its tables must be clocks, accounts, "


@pytest.fixture
def store() -> SqliteStore:
    return opened("ann")


def opened(*names: str) -> SqliteStore:
    """Return a store in memory with these accounts."""
    store = SqliteStore(MEMORY, journal_size=1)
    rest = {"name": "", "url": None, "active": 1, "secret": None, "opening": "{}"}
    for name in names:
        store.transact(store.run, "account_open", id=name, **rest)
    return store


def job(store: SqliteStore) -> int:
    """Add a job of Ann's and return its id."""
    asked = {"account": "ann", "polled": 0, "fetch_count": 1, "filter": "{}"}
    found = {"matched": 1, "records": BODY, "created_at": 1, "due_at": None}
    row, _ = store.transact(store.one, "job_add", **asked, **found)
    return row["id"] if row else 0


def written(store: SqliteStore) -> Tables:
    text = msgspec.json.encode(store.dump())
    return msgspec.json.decode(text, type=dict[str, TableDump])


@pytest.fixture
def tables(store: SqliteStore) -> Tables:
    """The tables of an account, a job and a fault."""
    job(store)
    everybody = dict.fromkeys(("operation", "account", "status", "times"))
    seeded = dict.fromkeys(("probability", "seed"))
    fault = {"phase": "request", "kind": "delay", "seconds": 1.5}
    store.transact(store.run, "fault_add", **fault, **everybody, **seeded)
    return written(store)


def test_what_was_dumped_takes_the_place_of_what_was_there(tables: Tables) -> None:
    """Every value of every table, blobs and fractions included."""
    other = opened("bob")
    other.recall("account_get", id="bob")

    other.transact(other.load, tables)
    (row,) = other.all("faults_all")

    assert tables == written(other)
    assert 1.5 == row["seconds"]
    assert BODY == other.dump()["jobs"].rows[0][7]
    assert other.recall("account_get", id="bob") is None


def test_ids_are_counted_on(store: SqliteStore, tables: Tables) -> None:
    last = job(store)
    kept = written(store)
    kept["jobs"].rows.pop()
    other = opened()
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
    other = opened("bob")
    tables[table].rows[0][tables[table].columns.index(column)] = value

    with pytest.raises(SnapshotError, match=f"table {table}.*{reason}"):
        other.transact(other.load, tables)

    rows = other.all("accounts_after", after=0, most=9)
    assert ["bob"] == [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            lambda tables: tables["accounts"].rows.append(tables["accounts"].rows[0]),
            "UNIQUE constraint failed: accounts",
        ),
        (lambda tables: tables["accounts"].rows[0].clear(), VALUES),
        (lambda tables: tables["accounts"].rows[0].append(1), VALUES),
        (
            lambda tables: tables["clocks"].columns.reverse(),
            "of clocks must be account, shift, froz",
        ),
        (lambda tables: tables.pop("scripts"), OTHERS),
        (lambda tables: tables.update(sqlite_schema=TableDump([], [])), OTHERS),
    ],
    ids=["twice", "short", "long", "columns", "missing", "another"],
)
def test_tables_of_another_shape_are_refused(
    tables: Tables, spoil: Callable[[Tables], object], reason: str
) -> None:
    spoil(tables)
    other = opened()
    with pytest.raises(SnapshotError, match=reason):
        other.transact(other.load, tables)
