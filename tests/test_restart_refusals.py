"""A state file that cannot be used: refused in words, and left as it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.errors import StartError, StoreError
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.embedded import started


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Name a state file that is yet to be made."""
    return Settings(port=0, state=tmp_path / "state.db")


@pytest.fixture
def smaller(dataset: Dataset, tmp_path: Path) -> Dataset:
    """Make another data set: the first contact of the default one."""
    path = tmp_path / "smaller.ndjson"
    path.write_bytes(dataset.record(0) + b"\n")
    return Dataset.load(path)


async def test_a_file_in_use_is_refused(dataset: Dataset, settings: Settings) -> None:
    """Two emulators do not share one; the first is not disturbed."""
    async with started(dataset, settings) as api:
        with pytest.raises(StoreError) as refusal:
            await Server(settings, dataset).start()
        job = await api.fetch(1)

    assert 1300 == job
    assert (
        f"{settings.state} is in use by another emulator: stop it, or name another "
        "--state file"
    ) == str(refusal.value)


async def test_a_file_that_is_no_database_is_refused(
    dataset: Dataset, tmp_path: Path
) -> None:
    """With what it is instead of a state file."""
    path = _written(tmp_path / "notes.txt", "not a database, but long enough to be one")

    with pytest.raises(StoreError) as refusal:
        await Server(Settings(port=0, state=path), dataset).start()

    assert (
        f"{path} cannot be used as state: file is not a database; name a file that "
        "the emulator made, or a new one in a folder that can be written"
    ) == str(refusal.value)


async def test_a_file_of_another_version_is_refused(
    dataset: Dataset, settings: Settings
) -> None:
    """With both versions."""
    async with started(dataset, settings):
        pass
    _execute(settings.state, "PRAGMA user_version = 99")

    with pytest.raises(StoreError) as refusal:
        await Server(settings, dataset).start()

    assert (
        f"{settings.state} was written by another version of the emulator "
        "(schema 99, this one reads 2): name another --state file"
    ) == str(refusal.value)


async def test_a_database_of_somebody_else_is_refused(
    dataset: Dataset, settings: Settings
) -> None:
    """It holds tables that are not the emulator's."""
    _execute(settings.state, "CREATE TABLE recipes (name TEXT)")

    with pytest.raises(StoreError, match="it holds somebody else's tables"):
        await Server(settings, dataset).start()


async def test_a_file_of_another_data_set_is_refused(
    dataset: Dataset, smaller: Dataset, settings: Settings
) -> None:
    """Its jobs speak of records that are not there."""
    async with started(dataset, settings):
        pass

    with pytest.raises(StartError) as refusal:
        await Server(settings, smaller).start()

    assert (
        f"{settings.state} belongs to another data set: start with the --dataset "
        "that made it, or name a new --state file"
    ) == str(refusal.value)


async def test_a_refused_data_set_changes_nothing(
    dataset: Dataset, smaller: Dataset, settings: Settings
) -> None:
    """With its own one the file is good as before."""
    async with started(dataset, settings) as api:
        first = await api.fetch(1)
    with pytest.raises(StartError):
        await Server(settings, smaller).start()

    async with started(dataset, settings) as api:
        second = await api.fetch(1)

    assert [1300, 1301] == [first, second]


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _execute(path: Path | None, statement: str) -> None:
    with closing(sqlite3.connect(str(path))) as database:
        database.execute(statement)
