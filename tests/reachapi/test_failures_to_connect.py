from __future__ import annotations

import asyncio
import errno
import socket
import sys
from contextlib import ExitStack

import pytest
from attempts import (
    SOON,
    a_client,
    came_to,
    closed_port,
    failed,
    only_these_names,
    post,
)
from raw_receiver import (
    Connection,
    RawReceiver,
)


async def test_a_closed_port_refuses() -> None:
    """Nothing listens there."""
    with closed_port() as port:
        async with a_client() as client:
            outcome = await post(client, f"http://127.0.0.1:{port}/")

    assert failed("refused") == came_to(outcome)


@pytest.mark.parametrize(
    ("over_ipv4", "expected"),
    [(errno.ECONNREFUSED, "refused"), (errno.EHOSTUNREACH, "unreachable")],
)
async def test_a_host_may_have_several_addresses(
    monkeypatch: pytest.MonkeyPatch, over_ipv4: int, expected: str
) -> None:
    """One address that refuses says more than another that cannot be reached."""
    errors = {"::1": errno.EADDRNOTAVAIL, "127.0.0.1": over_ipv4}
    only_these_names(monkeypatch, {"receiver.example": list(errors)})

    async def sock_connect(_: object, address: tuple[str, int]) -> None:
        raise OSError(errors[address[0]], f"Connect call failed {address}")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    async with a_client() as client:
        outcome = await post(client, "http://receiver.example/")

    assert failed(expected) == came_to(outcome)


async def test_an_unknown_host_is_a_matter_of_dns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name does not exist."""
    only_these_names(monkeypatch, {})
    async with a_client() as client:
        outcome = await post(client, "http://receiver.invalid/")

    assert failed("dns") == came_to(outcome)


@pytest.mark.skipif(sys.platform != "linux", reason="others queue without limit")
async def test_a_full_queue_runs_into_the_connect_time_out() -> None:
    """A host that does not take the connection is given up early."""
    with ExitStack() as stack, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 - the socket's own signature
            waiting.connect_ex(listener.getsockname())
        async with a_client(connect=SOON) as client:
            outcome = await post(
                client, f"http://127.0.0.1:{listener.getsockname()[1]}/"
            )

    assert failed("connect_timeout") == came_to(outcome)


async def test_a_silent_tls_handshake_runs_into_the_connect_time_out() -> None:
    """There is no connection before TLS is set up."""

    async def script(connection: Connection) -> None:
        await connection.closed()

    async with RawReceiver(script) as receiver, a_client(connect=SOON) as client:
        outcome = await post(client, f"https://127.0.0.1:{receiver.port}/")

    assert failed("connect_timeout") == came_to(outcome)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
async def test_https_on_a_plain_port(answer: bytes) -> None:
    """A plain port answers the handshake with text, or closes."""

    async def script(connection: Connection) -> None:
        await connection.reader.read(1)
        await connection.send(answer)

    async with RawReceiver(script) as receiver, a_client() as client:
        outcome = await post(client, f"https://127.0.0.1:{receiver.port}/")

    assert failed("tls") == came_to(outcome)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/hook",
        "receiver.example/hook",
        "http://",
        "http:///hook",
        "http://[::1/hook",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://a..example/",
        f"http://{'a' * 64}.example/",
        "ftp://127.0.0.1/",
        "ws://127.0.0.1/",
        "tcp://127.0.0.1:1/",
    ],
)
async def test_an_invalid_url(url: str) -> None:
    """What cannot be POSTed to is a failed attempt like another."""
    async with a_client() as client:
        assert failed("invalid_url") == came_to(await post(client, url))
