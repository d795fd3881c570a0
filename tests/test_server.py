"""The emulator in process: started, stopped, and refused to start."""

import asyncio
import errno
import socket
import sqlite3
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.errors import StartError, StoreError
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.state import clock
from reachapi_emulator.state.clock import SECOND
from support.client import CREDITS, Api, job_of, point
from support.receiver import receiving
from support.start import free_port, server, start

GRACE = "reachapi_emulator.server.GRACE"


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="there is no IPv6 here")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
        ("localhost", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        ("", "127.0.0.1"),
        pytest.param("::1", "[::1]", marks=needs_ipv6),
        pytest.param("::", "[::1]", marks=needs_ipv6),
    ],
)
async def test_the_url_is_one_to_reach_it_by(host: str, name: str) -> None:
    async with start("loop", host=host) as api:
        delivered = await api.wait(await api.fetch(1))

    assert f"http://{name}" == api.url.rpartition(":")[0]
    assert "delivered" == delivered["state"]


@pytest.mark.parametrize(
    ("host", "token", "warned"),
    [
        ("localhost", None, False),
        ("127.0.0.2", None, False),
        ("0.0.0.0", "long-enough", False),
        ("0.0.0.0", None, True),
        ("", None, True),
    ],
)
async def test_an_address_beyond_this_machine_without_a_token_is_warned_of(
    caplog: pytest.LogCaptureFixture, host: str, token: str | None, *, warned: bool
) -> None:
    async with start("loop", host=host, control_token=token) as api:
        said = f"other machines can reach {api.url}, and use /_emulator without a token"

    assert warned is any(text.startswith(said) for text in caplog.messages)


def test_before_it_starts_it_has_the_defaults_and_no_url() -> None:
    assert (Settings(), "") == (Server().settings, Server().url)


async def test_it_may_be_stopped_at_any_time_and_started_again() -> None:
    running = server()
    await running.stop()
    jobs = []
    for _ in range(2):
        await running.start()
        async with Api.to(running.url) as api:
            jobs.append(await api.fetch(1))
        await running.stop()
        await running.stop()

    assert [1300, 1300] == jobs


async def test_two_of_them_are_independent() -> None:
    async with start("loop", credits=7, rate_limit=1) as one, start("loop") as other:
        await one.freeze()
        await one.fetch(1)
        limited = await one.call("POST", CREDITS)
        answer = await other.call("POST", CREDITS)
        frozen = (await other.control("GET", "/clock"))["frozen"]

        assert [] == await other.control("GET", "/jobs")

    assert (429, 200, False) == (limited.status, answer.status, frozen)
    assert 10_000 == answer.json["data"]["available_credit"]


async def test_a_stop_waits_no_longer_than_the_grace_period(
    monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    monkeypatch.setattr(GRACE, 0.05)
    running = server(state=state, validation_delay=0)
    await running.start()
    async with receiving() as receiver, Api.to(running.url) as api:
        await point(api, receiver.url)
        receiver.hang()
        await api.fetch(1)
        await receiver.arrival()
        began = time.monotonic()
        stopping = asyncio.create_task(running.stop())
        await asyncio.sleep(0)
        job = await api.fetch(1)
        before = (await job_of(api, job))["state"]
        await stopping
        took = time.monotonic() - began
        receiver.release()
        async with start("loop", state=state) as again:
            after = (await again.wait(job))["state"]

    assert ["submitted", "delivered"] == [before, after]
    assert 0.05 <= took < 2


@pytest.mark.parametrize("delay", [n / 100 for n in range(1, 9)])
async def test_what_falls_due_between_two_looks_is_not_missed(
    monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    """Real time goes on while the worker looks for what is due, and when next."""
    reads = count(step=SECOND // 100)
    monkeypatch.setattr(clock, "real_time", lambda: lambda: next(reads))

    async with start("loop", validation_delay=delay) as api:
        delivered = await api.wait(await api.fetch(1), timeout=2)

    assert "delivered" == delivered["state"]


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "is no address of this machine: choose another --host"),
        ("a b", "is no address that can be listened on: choose another --host"),
        ("x" * 64, "is no address that can be listened on: choose another --host"),
    ],
)
async def test_an_address_that_cannot_be_had_is_refused_in_words(
    host: str, reason: str
) -> None:
    with pytest.raises(StartError, match=f"^{host}:0 {reason}$"):
        await server(host=host, port=0).start()


async def test_a_port_that_is_not_allowed_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("reachapi_emulator.web.http_server.Listener._bound", refuse)

    with pytest.raises(
        StartError, match=r"^127\.0\.0\.1:80 is not allowed .* a --port above 1023$"
    ):
        await server(port=80).start()


async def test_a_refused_start_leaves_nothing_open(state: Path) -> None:
    port = free_port()
    refused = server(port=port, state=state)
    async with start("loop", port=port):
        with pytest.raises(StartError):
            await refused.start()
        async with start("loop", state=state):
            pass
    await refused.start()
    async with Api.to(refused.url) as api:
        assert "ok" == (await api.control("GET", "/health"))["status"]
    await refused.stop()


def test_a_bad_data_set_is_refused_before_anything_is_made(
    tmp_path: Path,
) -> None:
    port, bad = free_port(), tmp_path / "contacts.ndjson"
    bad.write_text("no contact\n")
    settings = Settings(port=port, dataset=bad, state=tmp_path / "state.db")
    with pytest.raises(DatasetError, match=r"contacts\.ndjson"):
        asyncio.run(Server(settings).start())

    assert [bad] == list(tmp_path.iterdir())
    socket.create_server(("127.0.0.1", port)).close()


ANOTHER_FILE = (
    "name a file that the emulator made, or a new one in a folder that can be written"
)


@pytest.mark.parametrize(
    ("made_by", "reason"),
    [
        (None, f"cannot be used as state: file is not a database; {ANOTHER_FILE}"),
        (
            "CREATE TABLE recipes (name TEXT)",
            f"cannot be used as state: it holds somebody else's tables; {ANOTHER_FILE}",
        ),
        (
            "PRAGMA user_version = 99",
            (
                "was written by another version of the emulator (schema 99, this one "
                "reads 2): name another --state file"
            ),
        ),
    ],
    ids=["text", "another program's", "another version's"],
)
def test_a_state_file_that_is_none_is_refused_and_left_as_it_is(
    state: Path, made_by: str | None, reason: str
) -> None:
    if made_by is None:
        state.write_text("not a database, but long enough to be one")
    else:
        with closing(sqlite3.connect(state)) as database:
            database.execute(made_by)
    before = state.read_bytes()
    with pytest.raises(StoreError) as refusal:
        asyncio.run(server(state=state).start())

    assert f"{state} {reason}" == str(refusal.value)
    assert before == state.read_bytes()
    if made_by:  # the file is let go at once: its owner can write to it
        with closing(sqlite3.connect(state)) as database:
            database.execute("CREATE TABLE more (name TEXT)")


async def test_a_state_file_in_use_is_refused(state: Path) -> None:
    async with start("loop", state=state) as api:
        with pytest.raises(
            StoreError, match=r"is in use .*: stop it, or name another --state file$"
        ):
            await server(state=state).start()

        assert 1300 == await api.fetch(1)


async def test_the_state_of_another_data_set_is_refused_and_left_as_it_is(
    dataset: Dataset, state: Path, tmp_path: Path
) -> None:
    path = tmp_path / "smaller.ndjson"
    path.write_bytes(dataset.record(0) + b"\n")
    async with start("loop", state=state) as api:
        await api.fetch(1)
    with pytest.raises(StartError, match="belongs to another data set: start with"):
        await server(Dataset.load(path), state=state).start()
    async with start("loop", state=state) as api:
        assert 1301 == await api.fetch(1)
