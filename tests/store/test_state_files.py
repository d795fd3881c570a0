import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from reachapi_emulator.errors import StoreError
from reachapi_emulator.state.sqlite import SCHEMA_VERSION
from reachapi_emulator.state.store import Store, open_store


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is locked is not waited for."""
    connect = sqlite3.connect

    def at_once(path: str, *, isolation_level: None, timeout: float) -> object:
        del timeout
        return connect(path, isolation_level=isolation_level, timeout=0)

    monkeypatch.setattr(sqlite3, "connect", at_once)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a state file may be."""
    return tmp_path / "state.db"


def opened(path: Path) -> Store:
    """Open a state file."""
    return open_store(str(path), journal_size=10)


def foreign(path: Path, script: str) -> None:
    """Let another program write a database."""
    plain = partial(sqlite3.connect, isolation_level=None, timeout=0)
    with closing(plain(str(path))) as database:
        database.executescript(script)


def fact(store: Store) -> str | None:
    """Return the fact, or None."""
    row = store.one("fact_get", name="fact")
    return None if row is None else row["value"]


def test_a_file_survives_a_restart(path: Path) -> None:
    """What was remembered is there again."""
    with closing(opened(path)) as store:
        store.run("fact_set", name="fact", value="known")

    with closing(opened(path)) as store:
        assert "known" == fact(store)


def test_a_file_survives_a_crash(path: Path, tmp_path: Path) -> None:
    """What was written is safe before the store is closed."""
    copy = tmp_path / "copy.db"
    with closing(opened(path)) as store:
        store.run("fact_set", name="fact", value="known")
        for suffix in ("", "-wal"):
            Path(f"{copy}{suffix}").write_bytes(Path(f"{path}{suffix}").read_bytes())

    with closing(opened(copy)) as store:
        assert "known" == fact(store)


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    """As one that is not there does."""
    path.touch()

    with closing(opened(path)) as store:
        assert fact(store) is None


@pytest.mark.parametrize("restarts", [0, 1])
def test_a_file_in_use_is_refused(path: Path, restarts: int) -> None:
    """Two emulators would not see each other's work, new or known as the file is."""
    for _ in range(restarts):
        opened(path).close()

    with (
        closing(opened(path)),
        pytest.raises(StoreError, match="in use by another emulator: stop it, or name"),
    ):
        opened(path)


def test_a_file_of_another_version_is_refused(path: Path) -> None:
    """The message says which, and what to do."""
    foreign(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    with pytest.raises(
        StoreError, match=r"another version .*schema 3, this one reads 2.*--state file"
    ):
        opened(path)


def test_somebody_elses_database_is_refused(path: Path) -> None:
    """Its tables are not ours to keep company with."""
    foreign(path, "CREATE TABLE theirs (id)")

    with pytest.raises(StoreError, match="it holds somebody else's tables; name a"):
        opened(path)


def test_somebody_elses_database_is_left_as_it_was(path: Path) -> None:
    """Refused means untouched."""
    foreign(path, "CREATE TABLE theirs (id)")
    before = path.read_bytes()

    with pytest.raises(StoreError):
        opened(path)

    assert before == path.read_bytes()


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1])
def test_a_refused_file_is_let_go(path: Path, version: int) -> None:
    """The other program can use it at once, even while the error is looked at."""
    foreign(path, f"CREATE TABLE theirs (id); PRAGMA user_version = {version}")

    with pytest.raises(StoreError) as refusal:
        opened(path)

    foreign(path, "BEGIN EXCLUSIVE; DROP TABLE theirs; COMMIT")
    assert str(path) in str(refusal.value)


def test_what_is_no_database_is_refused(path: Path) -> None:
    """With the file's name and the reason."""
    path.write_bytes(b"Dear diary, " * 100)

    with pytest.raises(
        StoreError, match=r"state.db cannot be used as state: file is not a database"
    ):
        opened(path)


def test_what_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    """A folder is none."""
    with pytest.raises(
        StoreError, match=r"unable to open database file; name a .* folder that can"
    ):
        opened(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """It is not made: it may be a slip of the pen."""
    with pytest.raises(StoreError, match=r"cannot be made: there is no such folder"):
        opened(tmp_path / "no/such/folder/state.db")


def test_a_store_in_memory_is_ones_own() -> None:
    """Two of them share nothing."""
    with (
        closing(open_store(":memory:", journal_size=1)) as one,
        closing(open_store(":memory:", journal_size=1)) as other,
    ):
        one.run("fact_set", name="fact", value="known")

        assert fact(other) is None
