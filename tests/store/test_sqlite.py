import asyncio
import sqlite3

import pytest

from reachapi_emulator.state import sqlite
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore, named_queries


class Abort(BaseException):
    """Ends a transaction."""


@pytest.fixture
def store() -> SqliteStore:
    """Return a store in memory."""
    return SqliteStore(MEMORY, journal_size=2)


def learn(store: SqliteStore, value: str, name: str = "fact") -> int:
    """Set a fact."""
    return store.run("fact_set", name=name, value=value)


def recalled(store: SqliteStore, name: str = "fact") -> str | None:
    """Return a fact, from memory if need be."""
    row = store.recall("fact_get", name=name)
    return None if row is None else row["value"]


def fact(store: SqliteStore) -> str | None:
    """Return the fact, or None."""
    row = store.one("fact_get", name="fact")
    return None if row is None else row["value"]


def fail(store: SqliteStore, failure: type[BaseException] = Abort) -> None:
    """Change a fact, look at it, and fail, in a transaction."""
    with store.transaction():
        learn(store, "mistaken")
        recalled(store)
        raise failure


def fail_around(store: SqliteStore) -> None:
    """Fail after an inner transaction has ended well."""
    with store.transaction():
        with store.transaction():
            learn(store, "mistaken")
        raise Abort


def test_queries_are_split_by_name() -> None:
    """What stands above the first name belongs to none."""
    text = "-- Of all.\n\n-- name: a\n-- First.\nSELECT 1;\n\n-- name: b\nSELECT 2;\n"
    expected = {"a": "-- First.\nSELECT 1;\n\n", "b": "SELECT 2;\n"}

    assert expected == named_queries(text)


def test_nothing_found_is_none(store: SqliteStore) -> None:
    """One row at the most, or none."""
    assert store.one("fact_get", name="fact") is None


def test_one_is_the_first_row(store: SqliteStore) -> None:
    """Read by column name."""
    learn(store, "known")

    row = store.one("fact_get", name="fact")

    assert row is not None
    assert ["value"] == row.keys()
    assert "known" == row["value"]


def test_all_are_rows_in_order(store: SqliteStore) -> None:
    """As the statement orders them."""
    for body in "bca":
        store.run("delivery_add", inbox="box", at=0, headers="{}", body=body)

    left = store.all("deliveries_of", inbox="box")

    assert ["b", "c", "a"] == [row["body"] for row in left]


def test_run_counts_the_rows_that_it_changed(store: SqliteStore) -> None:
    """None is a number too."""
    learn(store, "known")

    assert 1 == learn(store, "better known")
    assert 0 == store.run("account_rename", id="nobody", name="No")


def test_an_unknown_query_is_a_fault(store: SqliteStore) -> None:
    """Of the program, so it is not hidden."""
    with pytest.raises(KeyError):
        store.one("no_such_query")


def test_recall_is_from_memory_while_nothing_changes(store: SqliteStore) -> None:
    """The very row is handed out again."""
    learn(store, "known")
    row = store.recall("fact_get", name="fact")

    assert row is store.recall("fact_get", name="fact")


def test_recall_remembers_that_there_is_nothing(store: SqliteStore) -> None:
    """And sees it when there is."""
    assert recalled(store) is None

    learn(store, "known")

    assert "known" == recalled(store)


def test_recall_sees_a_change_of_anything(store: SqliteStore) -> None:
    """What it remembers is never out of date."""
    learn(store, "known")
    recalled(store)

    learn(store, "better known")

    assert "better known" == recalled(store)


def test_recall_forgets_what_was_taken_back(store: SqliteStore) -> None:
    """A change inside a transaction that failed has never been."""
    learn(store, "known")

    with pytest.raises(Abort):
        fail(store)

    assert "known" == recalled(store)


def test_recall_remembers_only_so_much(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond that it begins anew, so that unknown keys fill no memory."""
    monkeypatch.setattr(sqlite, "MAX_RECALLED", 2)
    learn(store, "known")
    row = store.recall("fact_get", name="fact")

    for name in "abc":
        recalled(store, name)

    assert row is not store.recall("fact_get", name="fact")


def test_a_transaction_happens_as_a_whole(store: SqliteStore) -> None:
    """What it changed stays."""
    with store.transaction():
        learn(store, "known")

    assert "known" == fact(store)


@pytest.mark.parametrize("failure", [ValueError, asyncio.CancelledError, Abort])
def test_a_failed_transaction_never_happened(
    store: SqliteStore, failure: type[BaseException]
) -> None:
    """Whatever ended it."""
    with pytest.raises(failure):
        fail(store, failure)

    assert fact(store) is None


def test_an_inner_transaction_is_part_of_the_outer_one(store: SqliteStore) -> None:
    """It ends with it."""
    with pytest.raises(Abort):
        fail_around(store)

    assert fact(store) is None


def test_a_transaction_follows_a_failed_one(store: SqliteStore) -> None:
    """Nothing is left open."""
    for value in ("known", "better known"):
        with store.transaction():
            learn(store, value)
        with pytest.raises(Abort):
            fail(store)

    assert "better known" == fact(store)


def test_a_wiped_store_has_forgotten_everything(store: SqliteStore) -> None:
    """Facts, windows and journal."""
    learn(store, "known")
    store.windows.admit("key", 0, 1, 1)
    store.journal.add("note")

    store.wipe()

    assert fact(store) is None
    assert [] == store.windows.within("key", 0, 1)
    assert [] == store.journal.newest(lambda _: True, 1)


def test_a_wiped_store_counts_anew(store: SqliteStore) -> None:
    """The next job has the id that the first one had."""
    store.run("job_first_id", id=1299)

    store.wipe()

    assert 1 == store.run("job_first_id", id=1299)


def test_the_journal_has_its_size(store: SqliteStore) -> None:
    """What is too much for it goes."""
    for note in "abc":
        store.journal.add(note)

    assert [(2, "b"), (3, "c")] == store.journal.newest(lambda _: True, 9)


def test_a_closed_store_has_let_go(store: SqliteStore) -> None:
    """Nothing can be asked of it."""
    store.close()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.one("fact_get", name="fact")
