"""A port is taken first, and served when all is ready."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from reachapi_emulator.errors import StartError
from reachapi_emulator.web.http_server import Listener
from support.tls import address


@pytest.fixture
async def runner() -> AsyncIterator[web.AppRunner]:
    """The runner of an application without a route."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    yield runner
    await runner.cleanup()


async def _status(url: str) -> bytes:
    """Return the status line that answers a request."""
    reader, writer = await asyncio.open_connection(*address(url))
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return line


async def test_nobody_is_let_in_before_all_is_ready(runner: web.AppRunner) -> None:
    """The port is known, and taken, before it is served."""
    listener = Listener(runner, "127.0.0.1", 0)
    await listener.start()

    with pytest.raises(ConnectionRefusedError):
        await _status(listener.url)
    await listener.serve()

    assert b" 404 " in await _status(listener.url)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is not up")
async def test_a_name_of_two_addresses_has_one_port(
    runner: web.AppRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its url leads here, whichever address a client tries first."""

    async def addresses(_: str, port: int, **__: object) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        return [(*kind, (each, port)) for each in ("127.0.0.1", "127.0.0.2")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)

    await Listener(runner, "two", 0).start()

    (first, one), (second, other) = runner.addresses
    assert {"127.0.0.1", "127.0.0.2"} == {first, second}
    assert one == other


async def test_the_runner_stops_what_was_taken(runner: web.AppRunner) -> None:
    """Served or not, its port is free again."""
    listener = Listener(runner, "127.0.0.1", 0)
    await listener.start()
    _, port = address(listener.url)

    await runner.cleanup()

    with socket.create_server(("127.0.0.1", port)) as free:
        assert port == free.getsockname()[1]


async def test_the_slower_of_two_is_refused(runner: web.AppRunner) -> None:
    """Where both take a port before either serves it, if the system lets them."""
    quick = Listener(runner, "127.0.0.1", 0)
    await quick.start()
    _, port = address(quick.url)
    slow = Listener(runner, "127.0.0.1", port)

    with pytest.raises(StartError, match=f"127.0.0.1:{port} is in use: stop what"):
        await _serve_both(quick, slow)


async def _serve_both(quick: Listener, slow: Listener) -> None:
    await slow.start()
    await quick.serve()
    await slow.serve()
