"""State of an emulator of before is gone on with: files, snapshots, and their jobs."""

import logging
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.editions import Editions
from reachapi_emulator.errors import StoreError
from reachapi_emulator.state import migrations
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore
from support.client import (
    Api,
    Serve,
    account,
    ask,
    attempted,
    inbox,
    opened,
    ready,
    script,
)
from support.contacts import deliverable, having, record
from support.measuring import ran
from support.older import older, older_file
from support.start import start
from support.surface import FIELDS

QUARRIES = {"sic_code": {"0": "1234"}}
"""Contacts of a company that the second edition writes in lower case."""
LOGGER = "reachapi_emulator.contacts.editions"

Continued = Callable[[Path, bytes], AbstractAsyncContextManager[Api]]


async def lived(api: Api) -> tuple[bytes, list[int]]:
    """Return a snapshot with jobs: delivered, to be retried, polled, submitted.

    The ids after theirs were given to an account with a clock of its own, and to one
    that is gone.
    """
    await script(api, 200, 500)
    jobs = [await attempted(api, 3, **QUARRIES) for _ in range(2)]
    jobs += [await ready(api, 3, **QUARRIES), await api.fetch(3, **QUARRIES)]
    own = await opened(api, "test-own")
    await api.control("PATCH", "/accounts/test-own/clock", {"frozen": True})
    await own.fetch(1)
    await (await opened(api, "test-gone")).fetch(1)
    await api.control("DELETE", "/accounts/test-gone")
    return (await ask(api, "GET", "/snapshot")).body, jobs


@asynccontextmanager
async def from_a_file(folder: Path, document: bytes) -> AsyncIterator[Api]:
    older_file(folder / "state.db", document)
    async with start("loop", state=folder / "state.db") as api:
        yield api


@asynccontextmanager
async def from_a_snapshot(folder: Path, document: bytes) -> AsyncIterator[Api]:
    async with start("loop", state=folder / "state.db") as api:
        await api.send("PUT", "/_emulator/snapshot", data=older(document))
        yield api


@pytest.mark.parametrize("continued", [from_a_file, from_a_snapshot])
async def test_jobs_of_the_first_edition_deliver_what_they_would_have(
    serve: Serve,
    continued: Continued,
    dataset: Dataset,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Unfinished and ended ones (ruling 30); what is asked from now on is new."""
    caplog.set_level(logging.INFO, LOGGER)
    told: list[int] = []

    def tell() -> None:
        told.append(sum(each.name == LOGGER for each in caplog.records))

    document, jobs = await lived(await serve())
    delivered, retried, polled, submitted = jobs
    async with continued(tmp_path, document) as api:
        tell()
        await api.control("POST", f"/jobs/{delivered}/redeliver")
        await api.advance(1)
        for job in (delivered, retried, submitted):
            await api.wait(job, state="delivered")
        new = await attempted(api, 3, **QUARRIES)
        shown = {
            each["body"]["unique_processing_id"]: each for each in await inbox(api)
        }
        records = {job: each["body"]["data"] for job, each in shown.items()}
        records[polled] = (await api.poll(polled)).json["data"]
        tell()

    first = map(orjson.loads, Editions(dataset).of(1).records)
    found = [each for each in first if each["sic_code"] == "1234"][:3]
    (sic_code,) = [field for field in FIELDS if field.filter == "sic_code"]
    second = [record(each) for each in having(sic_code, "1234")[:3]]
    assert (list(filter(deliverable, found)),) * 4 == tuple(
        records[job] for job in jobs
    )
    assert list(filter(deliverable, second)) == records[new]
    assert [0, 1] == told


@pytest.mark.parametrize("continued", [from_a_file, from_a_snapshot])
async def test_all_else_is_as_it_was_and_stays(
    serve: Serve, continued: Continued, tmp_path: Path
) -> None:
    """Accounts, ledger, jobs, ids that count on; over another restart too."""
    paths = ("/jobs", "/accounts/demo/ledger", "/faults", "/clock")

    async def whole(api: Api) -> list[Any]:
        return [await api.control("GET", path) for path in paths]

    first = await serve()
    document, jobs = await lived(first)
    before = [*await whole(first), (await account(first))["credits"]]
    async with continued(tmp_path, document) as api:
        after = [*await whole(api), (await account(api))["credits"]]
    async with start("loop", state=tmp_path / "state.db") as api:
        again = [*await whole(api), (await account(api))["credits"]]
        following = await api.fetch(1)

    assert before == after == again
    assert jobs[-1] + 3 == following


@pytest.fixture
async def document(serve: Serve) -> bytes:
    return (await lived(await serve()))[0]


@pytest.fixture
def state(tmp_path: Path, document: bytes) -> Path:
    """A state file of schema 2."""
    older_file(tmp_path / "state.db", document)
    return tmp_path / "state.db"


def used(path: Path | str) -> SqliteStore:
    return SqliteStore(str(path), journal_size=1)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


JOBS = "SELECT id, account, state, records, due_at FROM jobs"
SHAPE = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
VERSION = "PRAGMA user_version"


def test_a_file_is_brought_to_the_shape_of_a_new_one(
    state: Path, tmp_path: Path
) -> None:
    jobs = rows(state, JOBS)
    for path in (state, tmp_path / "new.db"):
        used(path).close()

    assert rows(tmp_path / "new.db", SHAPE) == rows(state, SHAPE)
    assert jobs == rows(state, JOBS)
    assert [] == rows(state, "PRAGMA foreign_key_check")
    assert [(2,)] == rows(state, "PRAGMA auto_vacuum")


def test_rows_are_what_those_of_today_would_be(state: Path, document: bytes) -> None:
    """In every column, the new ones too."""
    with closing(used(state)) as store:
        tables = orjson.loads(msgspec.json.encode(store.dump()))
    made = orjson.loads(document)["tables"]
    for each in (tables, made):
        del each["facts"]

    assert made == tables


def test_bodies_of_answers_can_go_in_their_turn(state: Path) -> None:
    with closing(sqlite3.connect(state)) as db, db:
        db.execute("UPDATE attempts SET response_body = 'ö' || number")
    used(state).close()

    assert [(3,), (6,)] == rows(state, "SELECT written FROM attempts")


def test_a_copy_is_kept_beside_and_no_older_one_is_lost(
    state: Path, document: bytes
) -> None:
    """Each as it was, readable by the owner alone, as are new files."""
    before = rows(state, SHAPE), rows(state, JOBS)
    used(state).close()
    copy = state.with_name("state.db.schema-2.bak")
    first = copy.read_bytes()
    state.unlink()
    older_file(state, document)
    used(state).close()
    used(state.with_name("new.db")).close()
    names = {path.name for path in state.parent.iterdir()}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in state.parent.iterdir()}

    assert before == (rows(copy, SHAPE), rows(copy, JOBS))
    assert [(2,)] == rows(copy, VERSION)
    assert first == copy.read_bytes()
    assert {"state.db", "new.db", copy.name, "state.db.schema-2.2.bak"} == names
    assert {0o600} == modes


KILLED = """
import os, sys
from reachapi_emulator.state import migrations, sqlite
moved, migrations._move = migrations._move, lambda db, name: (
    os._exit(9) if name == "jobs" else moved(db, name))
sqlite.SqliteStore(sys.argv[1], journal_size=1)
"""


def test_a_kill_in_the_middle_leaves_the_file_as_it_was(state: Path) -> None:
    before = rows(state, SHAPE), rows(state, JOBS)
    ended = ran(sys.executable, "-c", KILLED, str(state))

    assert (9, before) == (ended.returncode, (rows(state, SHAPE), rows(state, JOBS)))
    assert [(2,)] == rows(state, VERSION)
    used(state).close()
    assert before[1] == rows(state, JOBS)


def test_a_step_that_fails_changes_nothing(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(migrations.STEPS, 3, "DELETE FROM jobs; DELETE FROM nowhere;")
    before = rows(state, SHAPE), rows(state, JOBS)
    with pytest.raises(StoreError, match="cannot be used as state: no such table"):
        used(state)

    assert before == (rows(state, SHAPE), rows(state, JOBS))
    assert [state] == list(state.parent.iterdir())  # no copy of what is as it was


def test_a_file_that_could_not_shrink_does_so_at_the_next_start(
    state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def in_vain(db: sqlite3.Connection, path: str) -> None:
        db.execute("BEGIN")  # in which nothing can be vacuumed
        shrink(db, path)
        db.execute("COMMIT")

    shrink = migrations.shrink
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "shrink", in_vain)
        used(state).close()
    kinds = [rows(state, "PRAGMA auto_vacuum")]
    used(state).close()
    kinds.append(rows(state, "PRAGMA auto_vacuum"))

    assert [[(0,)], [(2,)]] == kinds
    assert "keeps what is free in it until the next start" in caplog.text


def test_a_step_makes_of_the_rows_what_the_new_shape_needs(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the tables as they were, whose other columns and tables go."""
    step = """
    ALTER TABLE jobs RENAME COLUMN fault TO edition; -- comments; are no statements
    UPDATE jobs SET edition = 1; CREATE TABLE gone AS SELECT 1;
    UPDATE accounts SET name = 'a;
    b'"""
    monkeypatch.setitem(migrations.STEPS, 3, migrations.STEPS[3] + step)
    used(state).close()

    assert {(None, 1)} == set(rows(state, "SELECT fault, edition FROM jobs"))
    assert [("a;\n    b",)] == rows(state, "SELECT DISTINCT name FROM accounts")


def test_rows_that_refer_to_nothing_are_refused(state: Path) -> None:
    with closing(sqlite3.connect(state)) as db, db:
        db.execute("DELETE FROM accounts")
    with pytest.raises(StoreError, match="a row refers to one that there is not"):
        used(state)

    assert [(2,)] == rows(state, VERSION)


def test_every_version_has_its_step_and_its_text() -> None:
    versions = range(migrations.OLDEST + 1, migrations.SCHEMA_VERSION + 1)

    assert list(versions) == list(migrations.STEPS)
    for version in versions:
        assert "CREATE TABLE jobs" in migrations.sql(f"schema_{version - 1}.sql")
    used(MEMORY).close()


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("jobs", "account", "nobody", "table jobs does not fit: FOREIGN KEY"),
        ("jobs", "records", "no base64", "records is not base64"),
        ("accounts", "credits", None, "credits is not of type INTEGER"),
        ("jobs", "records", "AAAA", "deserialize"),
    ],
)
async def test_an_older_snapshot_that_makes_no_sense_is_refused(
    serve: Serve, document: bytes, table: str, column: str, value: object, reason: str
) -> None:
    api = await serve()
    made = orjson.loads(older(document))
    place = made["tables"][table]["columns"].index(column)
    made["tables"][table]["rows"][0][place] = value
    answer = await api.send("PUT", "/_emulator/snapshot", data=orjson.dumps(made))

    assert 400 == answer.status
    assert reason in answer.json["error"]
    assert [] == await api.control("GET", "/jobs")


async def test_a_snapshot_whose_rows_no_step_can_use_is_refused(
    serve: Serve, document: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(migrations.STEPS, 3, "INSERT INTO facts SELECT * FROM facts")
    api = await serve()
    answer = await api.send("PUT", "/_emulator/snapshot", data=older(document))

    assert 400 == answer.status
    assert "it cannot be brought up to date: UNIQUE constr" in answer.json["error"]


async def test_a_webhook_that_would_be_refused_today_is_kept(
    state: Path,
) -> None:
    """Its attempts fail; a reset and a snapshot do not."""
    former = "http://127.1:8000/hook"
    with closing(sqlite3.connect(state)) as db, db:
        changed = "json_replace(opening, '$.webhook_url', :url)"
        db.execute(
            f"UPDATE accounts SET webhook_url = :url, opening = {changed}",  # noqa: S608 # of our own
            {"url": former},
        )
    async with start("loop", state=state) as api:
        await api.control("POST", "/reset", {"account": "demo"})
        kept = await api.control("GET", "/snapshot")
        await api.control("PUT", "/snapshot", kept)

        assert former == (await account(api))["webhook"]["url"]
