"""The emulator in process: started and stopped."""

import asyncio
import socket
import time
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.state import clock
from reachapi_emulator.state.clock import SECOND
from support.api import CREDITS
from support.embedded import client_of, embedded, free_port, started
from support.hanging import receiving
from support.steering import begin, point


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="there is no IPv6 here")


async def test_it_serves_when_it_has_started(dataset: Dataset) -> None:
    """On a free port, where port 0 is asked for; `url` says which."""
    async with started(dataset, Settings(port=0)) as api:
        health = await api.control("GET", "/health")

    assert "ok" == health["status"]
    assert api.url.startswith("http://127.0.0.1:")
    assert not api.url.endswith(":0")


async def test_it_serves_on_the_port_asked_for(dataset: Dataset) -> None:
    """As its url says."""
    port = free_port()

    async with started(dataset, Settings(port=port)) as api:
        await api.control("GET", "/health")

    assert f"http://127.0.0.1:{port}" == api.url


async def test_it_has_no_url_before_it_has_started(dataset: Dataset) -> None:
    """There is none to be had."""
    assert "" == Server(Settings(port=0), dataset).url


async def test_the_default_settings_are_those_of_the_table() -> None:
    """Left out, they are the defaults."""
    assert Settings() == Server().settings


async def test_it_loads_the_data_set_that_comes_along(dataset: Dataset) -> None:
    """Unless it is given one."""
    running = Server(Settings(port=0))
    await running.start()
    async with client_of(running) as api:
        health = await api.control("GET", "/health")
    await running.stop()

    assert len(dataset) == health["contacts"]


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
async def test_the_url_is_one_to_reach_it_by(
    dataset: Dataset, host: str, name: str
) -> None:
    """Where it listens everywhere, on this machine."""
    async with started(dataset, Settings(host=host, port=0)) as api:
        await api.control("GET", "/health")
        job = await api.fetch(1)
        delivered = await api.wait(job)

    assert f"http://{name}" == api.url.rpartition(":")[0]
    assert "delivered" == delivered["state"]


async def test_nobody_listens_when_it_has_stopped(dataset: Dataset) -> None:
    """The port is free again."""
    running = Server(Settings(port=0), dataset)
    await running.start()
    await running.stop()

    with pytest.raises(aiohttp.ClientConnectorError):
        async with client_of(running) as api:
            await api.control("GET", "/health")


async def test_it_may_be_stopped_at_any_time(dataset: Dataset) -> None:
    """Before it has started, and twice."""
    running = Server(Settings(port=0), dataset)
    await running.stop()
    await running.start()
    await running.stop()

    await running.stop()

    async with started(dataset, Settings(port=int(running.url.split(":")[-1]))) as api:
        assert running.url == api.url


async def test_it_starts_again_after_a_stop(dataset: Dataset) -> None:
    """In memory, as if for the first time."""
    running = Server(Settings(port=0), dataset)
    jobs = []
    for _ in range(2):
        await running.start()
        async with client_of(running) as api:
            jobs.append(await api.fetch(1))
        await running.stop()

    assert [1300, 1300] == jobs


async def test_it_is_reset_from_within(dataset: Dataset) -> None:
    """As by POST /_emulator/reset: everything, or one account."""
    settings = Settings(port=0)
    async with embedded(dataset, settings) as running, client_of(running) as api:
        jobs = [await api.fetch(1)]
        for account in ("demo", None):
            await running.services.reset(account)
            jobs.append(await api.fetch(1))

    assert [1300, 1301, 1300] == jobs


async def test_two_of_them_are_independent(dataset: Dataset) -> None:
    """Their clocks, accounts, jobs and limits are their own."""
    async with (
        started(dataset, Settings(port=0, credits=7)) as one,
        started(dataset, Settings(port=0)) as other,
    ):
        await one.freeze()
        await one.fetch(1)
        for _ in range(10):
            await one.call("POST", CREDITS)
        answer = await other.call("POST", CREDITS)
        seen = [
            await other.control("GET", "/jobs"),
            (await other.control("GET", "/clock"))["frozen"],
        ]
        limited = await one.call("POST", CREDITS)

    assert {"available_credit": 10_000} == answer.json["data"]
    assert [[], False] == seen
    assert 429 == limited.status


async def test_a_stop_waits_for_a_delivery(dataset: Dataset, tmp_path: Path) -> None:
    """One that ends within the grace period has ended as if nothing were."""
    settings = Settings(port=0, state=tmp_path / "state.db")
    running = Server(settings, dataset)
    await running.start()
    async with receiving() as receiver, client_of(running) as api:
        await api.freeze()
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        await receiver.arrival()
        stopping = asyncio.create_task(running.stop())
        await asyncio.sleep(0)
        receiver.release()
        await stopping

    async with started(dataset, settings) as api:
        shown = await api.control("GET", f"/jobs/{job}")
    assert ("delivered", [200]) == (
        shown["state"],
        [attempt["status"] for attempt in shown["attempts"]],
    )


async def test_a_stop_waits_no_longer_than_the_grace_period(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery that hangs is cut off."""
    monkeypatch.setattr("reachapi_emulator.server.GRACE", 0.05)
    running = Server(Settings(port=0), dataset)
    await running.start()
    async with receiving() as receiver:
        async with client_of(running) as api:
            await api.freeze()
            await point(api, receiver.url)
            receiver.hang()
            await begin(api)
            await receiver.arrival()
        started = time.monotonic()

        await running.stop()

    assert 0.05 <= time.monotonic() - started < 2


async def test_nothing_is_started_while_it_stops(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What falls due in the grace period is left for the next start."""
    monkeypatch.setattr("reachapi_emulator.server.GRACE", 0.05)
    settings = Settings(port=0, validation_delay=0, state=tmp_path / "state.db")
    running = Server(settings, dataset)
    await running.start()
    async with receiving() as receiver:
        async with client_of(running) as api:
            await point(api, receiver.url)
            receiver.hang()
            await api.fetch(1)
            await receiver.arrival()
            stopping = asyncio.create_task(running.stop())
            await asyncio.sleep(0)
            job = await api.fetch(1)
            before = (await api.control("GET", f"/jobs/{job}"))["state"]
            await stopping
        receiver.release()
        async with started(dataset, settings) as api:
            after = (await api.wait(job))["state"]

    assert ["submitted", "delivered"] == [before, after]


@pytest.mark.parametrize("delay", [n / 100 for n in range(1, 9)])
async def test_what_falls_due_between_two_looks_is_not_missed(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    """Real time goes on while the dispatcher looks for what is due, and when next."""
    reads = count(step=SECOND // 100)
    monkeypatch.setattr(clock, "real_time", lambda: lambda: next(reads))

    async with started(dataset, Settings(port=0, validation_delay=delay)) as api:
        delivered = await api.wait(await api.fetch(1), timeout=2)

    assert "delivered" == delivered["state"]
