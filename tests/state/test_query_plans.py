"""No statement reads the whole of a table that grows, unless there is a reason."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from reachapi_emulator.state.sqlite import MEMORY, SqliteStore, Statement
from reachapi_emulator.state.tables import names

ONCE = "once at a start, or when a reset has failed"
CLOCKS = "of every clock, and there are few"
SCANS = {
    "account_count": "counts the cells of an index page by page, 90 us for 40,000",
    "attempts_interrupt": ONCE,
    "attempts_judged": "a report on everyone; that on an account searches",
    "clocks_shift": "every clock leaps when a snapshot is restored",
    "deliveries_size": "inboxes hold 10,000 deliveries at most",
    "jobs_keep_edition": "once for a state that an earlier edition has made",
    "jobs_recover": ONCE,
    "scripts_count": "inboxes have 100,000 scripted answers at most",
    "jobs_recover_attempts": ONCE,
    "jobs_check_clocks": ONCE,
    "jobs_check_reserved": ONCE,
    "jobs_fallen_due": CLOCKS,
    "jobs_look_again_at_all": ONCE,
    "jobs_next_due": CLOCKS,
}
"""Why a statement may."""

WHOLE = re.compile(
    r"SCAN (\w+)|SEARCH (?!(?:ledger|deliveries)$)(\w+)( USING PRIMARY KEY)?$"
)
"""A step that reads a whole table; SQLite calls it a search where it looks for the
greatest value and has no index. The first and last id of these it finds at once."""

BOUNDED = {"faults", "facts"}
"""Tables that cannot grow: at most a hundred rows."""


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with closing(SqliteStore(MEMORY, journal_size=1)) as store:
        yield store


def scanned(db: sqlite3.Connection, sql: str) -> set[str]:
    """Return the growing tables that a statement, or its cascade, reads whole."""
    values = dict.fromkeys(re.findall(r":(\w+)", sql))
    plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    tables = {found[1] or found[2] for step in plan if (found := WHOLE.match(step))}
    return tables & set(names(db)) - BOUNDED


def test_a_table_is_read_whole_only_for_a_reason(store: SqliteStore) -> None:
    queries: dict[str, Statement] = store._queries  # noqa: SLF001 # as it runs them
    db = store._db  # noqa: SLF001 # likewise
    found = {name for name, query in queries.items() if scanned(db, query.sql)}

    assert set(SCANS) == found


@pytest.mark.parametrize("parent", ["accounts", "jobs"])
def test_what_refers_to_a_row_is_searched_when_it_goes(
    store: SqliteStore, parent: str
) -> None:
    """Else the deletion of many is quadratic."""
    sql = f"DELETE FROM {parent} WHERE id = :id"  # noqa: S608 # a name of our own

    assert set() == scanned(store._db, sql)  # noqa: SLF001 # as the store has it
