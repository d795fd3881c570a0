"""A start that is refused: in words, and leaving nothing open."""

import errno
from pathlib import Path

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.errors import StartError
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.embedded import client_of, free_port, started


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def port() -> int:
    """Return a port that was free a moment ago."""
    return free_port()


async def test_a_port_in_use_is_refused_in_words(dataset: Dataset, port: int) -> None:
    """What is wrong, and what to do."""
    async with started(dataset, Settings(port=port)):
        with pytest.raises(StartError) as refusal:
            await Server(Settings(port=port), dataset).start()

    assert (
        f"127.0.0.1:{port} is in use: stop what listens there, or choose another "
        "--port (0 takes a free one)"
    ) == str(refusal.value)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "is no address of this machine: choose another --host"),
        ("a b", "is no address that can be listened on: choose another --host"),
        ("x" * 64, "is no address that can be listened on: choose another --host"),
    ],
)
async def test_an_address_that_is_none_is_refused_in_words(
    dataset: Dataset, host: str, reason: str
) -> None:
    """What is wrong, and what to do."""
    with pytest.raises(StartError) as refusal:
        await Server(Settings(host=host, port=0), dataset).start()

    assert f"{host}:0 {reason}" == str(refusal.value)


async def test_a_port_that_is_not_allowed_is_refused_in_words(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong, and what to do."""

    async def refuse(_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("reachapi_emulator.web.http_server.Listener._bound", refuse)

    with pytest.raises(StartError) as refusal:
        await Server(Settings(port=80), dataset).start()

    assert (
        "127.0.0.1:80 is not allowed for this user: choose a --port above 1023"
    ) == str(refusal.value)


async def test_a_refused_start_leaves_nothing_open(
    dataset: Dataset, port: int, tmp_path: Path
) -> None:
    """Another one can have the state file, and then this one can start."""
    settings = Settings(port=port, state=tmp_path / "state.db")
    refused = Server(settings, dataset)
    async with started(dataset, Settings(port=port)):
        with pytest.raises(StartError):
            await refused.start()
        async with started(dataset, Settings(port=0, state=settings.state)) as api:
            await api.control("GET", "/health")

    await refused.start()
    async with client_of(refused) as api:
        health = await api.control("GET", "/health")
    await refused.stop()

    assert "ok" == health["status"]


async def test_a_bad_data_set_leaves_nothing_open(
    dataset: Dataset, port: int, tmp_path: Path
) -> None:
    """It is refused before a state file is made or a port is taken."""
    bad = tmp_path / "contacts.ndjson"
    bad.write_text("no contact\n")
    settings = Settings(port=port, dataset=bad, state=tmp_path / "state.db")

    with pytest.raises(DatasetError, match=r"contacts\.ndjson"):
        await Server(settings).start()

    assert ["contacts.ndjson"] == _names(tmp_path)
    async with started(dataset, Settings(port=port)) as api:
        assert "ok" == (await api.control("GET", "/health"))["status"]
