"""The embedded store: statements, transactions, and what the tables refuse."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reachapi_emulator.errors import StoreError
from reachapi_emulator.state import sqlite
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore, named_queries
from support.failing_store import FailingStore


class Abort(BaseException):
    """Ends a transaction."""


@pytest.fixture
def store() -> SqliteStore:
    return SqliteStore(MEMORY, journal_size=1)


def run(store: SqliteStore, query: str, **values: object) -> int:
    """Run a statement as a unit of its own; return how many rows it changed."""
    return store.transact(store.run, query, **values)[0]


def learn(store: SqliteStore, value: str = "known") -> None:
    """Set a fact."""
    assert 1 == run(store, "fact_set", name="fact", value=value)


def facts(store: SqliteStore) -> list[str | None]:
    """Return the fact as it is read, and as it is recalled from memory."""
    rows = [ask("fact_get", name="fact") for ask in (store.one, store.recall)]
    return [None if row is None else row["value"] for row in rows]


def test_queries_are_split_by_name() -> None:
    text = "-- Of all.\n\n-- name: a\n-- First.\nSELECT 1;\n\n-- name: b\nSELECT 2;\n"
    expected = {"a": "-- First.\nSELECT 1;\n\n", "b": "SELECT 2;\n"}

    assert expected == named_queries(text)


def test_all_are_rows_in_the_order_of_the_statement(store: SqliteStore) -> None:
    for step in "bca":
        run(store, "script_add", inbox="box", step=step)

    rows = store.all("script_of", inbox="box")

    assert ["b", "c", "a"] == [row["step"] for row in rows]


def test_recall_is_from_memory_while_nothing_changes(store: SqliteStore) -> None:
    assert [None, None] == facts(store)

    learn(store)
    row = store.recall("fact_get", name="fact")

    assert row is store.recall("fact_get", name="fact")

    learn(store, "better known")

    assert ["better known"] * 2 == facts(store)


def test_recall_remembers_only_so_much(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_RECALLED", 2)
    learn(store)
    row = store.recall("fact_get", name="fact")
    for name in "abc":
        store.recall("fact_get", name=name)

    assert row is not store.recall("fact_get", name="fact")


@pytest.mark.parametrize("failure", [ValueError, asyncio.CancelledError, Abort])
def test_a_failed_unit_never_happened(
    store: SqliteStore, failure: type[BaseException]
) -> None:

    def fail() -> None:
        store.run("fact_set", name="fact", value="mistaken")
        assert ["mistaken"] * 2 == facts(store)
        raise failure

    for value in ("known", "better known"):
        learn(store, value)
        with pytest.raises(failure):
            store.transact(fail)

        assert [value] * 2 == facts(store)


def test_a_wiped_store_has_forgotten_everything(store: SqliteStore) -> None:
    learn(store)
    run(store, "job_ids_begin", id=1299)

    store.transact(store.wipe)

    assert [None, None] == facts(store)
    assert 1 == run(store, "job_ids_begin", id=1299)


def test_what_was_written_is_safe_before_the_store_is_closed(tmp_path: Path) -> None:
    path, copy = tmp_path / "state.db", tmp_path / "copy.db"
    path.touch()  # an empty file becomes a store
    with closing(SqliteStore(str(path), journal_size=1)) as store:
        learn(store)
        for suffix in ("", "-wal"):
            Path(f"{copy}{suffix}").write_bytes(Path(f"{path}{suffix}").read_bytes())
    with closing(SqliteStore(str(copy), journal_size=1)) as other:
        assert ["known"] * 2 == facts(other)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        facts(store)


def test_a_folder_is_no_state_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"unable to open .* folder that can"):
        SqliteStore(str(tmp_path), journal_size=1)


@pytest.mark.parametrize(
    ("durability", "synchronous"), [("process", 1), ("power", 2)], ids=str
)
def test_a_commit_waits_for_the_disk_where_it_is_to_survive_a_power_failure(
    tmp_path: Path, durability: str, synchronous: int
) -> None:
    path = str(tmp_path / "state.db")
    with closing(SqliteStore(path, journal_size=1, durability=durability)) as store:
        row = store._db.execute("PRAGMA synchronous").fetchone()  # noqa: SLF001 # SQLite's NORMAL and FULL

    assert synchronous == row[0]


def test_what_has_been_secured_happened_even_if_the_disk_fails_then() -> None:
    store = FailingStore()

    def secured() -> None:
        store.run("fact_set", name="fact", value="known")
        store.secure()

    store.fail_after(3)  # BEGIN, the statement, COMMIT
    store.transact(secured)
    store.fail_after(None)

    assert ["known"] * 2 == facts(store)


@pytest.mark.parametrize("harm", ["overwritten", "cut off"])
def test_a_damaged_file_is_refused(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "state.db"
    with closing(SqliteStore(str(path), journal_size=1)) as store:
        for number in range(200):
            run(store, "fact_set", name=str(number), value="x" * 100)
    pages = path.read_bytes()
    end = len(pages) - 4096
    damaged = pages[:end] + (b"\x7f" * 4096 if harm == "overwritten" else b"")
    path.write_bytes(damaged)

    advice = "is damaged .* put a copy of it in its place, or name another --state"
    with pytest.raises(StoreError, match=advice):
        SqliteStore(str(path), journal_size=1)
    assert damaged == path.read_bytes()


@pytest.fixture
def ann(store: SqliteStore) -> SqliteStore:
    account = {"id": "ann", "name": "", "url": None, "active": 1, "secret": None}
    run(store, "account_open", **account, opening="{}")
    run(store, "key_issue", api_key="the key", account="ann")
    job = {"account": "ann", "polled": 0, "fetch_count": 1, "filter": "{}"}
    late = {"matched": 1, "records": b"", "created_at": 1, "due_at": None}
    run(store, "job_ids_begin", id=1299)
    store.transact(store.one, "job_add", **job, **late)
    attempt = {"job": 1300, "trigger": "first", "started_at": 0, "url": ""}
    store.transact(store.one, "attempt_start", **attempt, fault=None)
    charge(store)
    return store


def charge(store: SqliteStore) -> None:
    entry = {"account": "ann", "at": 0, "delta": -1, "balance": 9, "job": 1300}
    run(store, "ledger_add", **entry, reason="charge")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda store: run(store, "account_credit", id="ann", credits=-1), "CHECK"),
        (charge, r"UNIQUE.*ledger\.job"),
        (
            lambda store: run(store, "key_issue", api_key="the key", account="ann"),
            "UNIQUE.*api_key",
        ),
    ],
    ids=["a balance below zero", "a second charge", "a key issued twice"],
)
def test_the_tables_themselves_refuse(
    ann: SqliteStore, change: Callable[[SqliteStore], object], reason: str
) -> None:
    """Whatever mistake the code above them makes."""
    with pytest.raises(sqlite3.IntegrityError, match=reason):
        change(ann)


def test_a_job_is_claimed_once_and_settled_once(ann: SqliteStore) -> None:
    settled = {"id": 1300, "records": b"", "valid": 0, "now": 0}

    mine = {"account": "ann", "waits_for": "validation"}
    run(ann, "job_wait", id=1300, waits_for="validation")
    claims = [ann.transact(ann.one, "job_claim", **mine)[0] for _ in range(2)]

    assert [1300, None] == [each and each["id"] for each in claims]
    assert [1, 0] == [run(ann, "job_settle", **settled) for _ in range(2)]


def test_an_account_takes_all_that_hangs_on_it(ann: SqliteStore) -> None:
    run(ann, "account_delete", id="ann")

    assert [] == ann.all("ledger_after", account="ann", after=0, most=1)
    wanted = {"account": "ann", "state": None, "after": 0, "most": 1}
    assert [] == ann.all("jobs_of_after", **wanted)
    assert [] == ann.all("attempts_of", job=1300)
    assert ann.one("key_find", api_key="the key") is None


def test_the_global_clock_cannot_be_forgotten(store: SqliteStore) -> None:
    clock = store.one("clock_of", account="")
    run(store, "clock_forget", account="")

    assert clock == store.one("clock_of", account="")


def test_recall_forgets_what_sqlite_itself_has_rolled_back(store: SqliteStore) -> None:
    """As it does where the disk is full."""

    def fail() -> None:
        store.run("fact_set", name="fact", value="never")
        store.recall("fact_get", name="fact")
        store._db.execute("ROLLBACK")  # noqa: SLF001 # there is no disk to fill
        raise StoreError

    with pytest.raises(StoreError):
        store.transact(fail)

    assert [None, None] == facts(store)
