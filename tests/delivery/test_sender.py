from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import aiohttp
import pytest
import uvloop

from reachapi_emulator.delivery.sender import RecentPorts, Sender
from support.attempts import (
    ACKNOWLEDGED,
    BODY,
    PATIENT,
    SECRET,
    SOON,
    Result,
    Supply,
    a_sender,
    attempt,
    came_to,
    closed_port,
    failed,
    post,
    upload,
)
from support.raw_receiver import (
    HEAD,
    OK,
    Connection,
    RawReceiver,
    Script,
    answering,
    drain,
    never_reading,
    reset,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BROKEN = HEAD + b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n"


async def test_the_request_line_and_headers_are_these_and_no_others() -> None:
    """Two headers of its own, and what HTTP cannot do without (Ruling 27)."""
    async with RawReceiver(answering(OK)) as receiver:
        await post(f"http://user:pass@127.0.0.1:{receiver.port}/hook?a=b%20c")
        (sent,) = receiver.connections

    assert sent.head.startswith(b"POST /hook?a=b%20c HTTP/1.1\r\n")
    assert [
        ("Host", f"127.0.0.1:{receiver.port}"),
        ("webhook_secret_key", SECRET),
        ("Authorization", "Basic dXNlcjpwYXNz"),
        ("Content-Length", str(len(BODY))),
        ("Content-Type", "application/json"),
        ("Connection", "close"),
    ] == sent.headers
    assert BODY == sent.body


async def test_the_target_is_sent_byte_for_byte() -> None:
    """Nothing is decoded, encoded or resolved that the user wrote (Ruling 27)."""
    target = "/%2F%3a%7E/a/../b//c?d=%zz&e={f}|?#"
    async with RawReceiver(answering(OK)) as receiver:
        await post(f"http://127.0.0.1:{receiver.port}{target}")

    line = receiver.connections[0].head.partition(b"\r\n")[0]
    assert f"POST {target[:-1]} HTTP/1.1".encode() == line


async def test_a_body_of_megabytes_is_sent_whole() -> None:
    """A large body needs neither chunked encoding nor a copy of itself."""
    async with RawReceiver(answering(OK)) as receiver:
        await upload(receiver.url, Supply())

    assert b"x" * Supply.size == receiver.connections[0].body


async def test_every_attempt_knows_nothing_of_the_one_before() -> None:
    """Its connection is its own, and cookies are not sent back."""
    keep = HEAD + b"Set-Cookie: a=b; Path=/\r\nConnection: keep-alive\r\n"
    script = answering(keep + b"Content-Length: 0\r\n\r\n", then=drain)
    sender = a_sender()
    async with RawReceiver(script) as receiver:
        await post(receiver.url, sender)
        await post(receiver.url, sender)

    one, other = receiver.connections
    assert one.peer_port != other.peer_port
    assert one.headers == other.headers


async def test_a_secret_that_is_no_header_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It cannot be sent, so the attempt fails, and the log keeps it to itself."""
    async with RawReceiver(answering(OK)) as receiver:
        outcome = await a_sender().post(receiver.url, "hidden\r\na: b", [], 0)

    assert failed("failed") == came_to(outcome)
    assert "webhook secret" in caplog.text
    assert "hidden" not in caplog.text


async def test_nothing_that_a_test_may_mock_is_relied_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host's test that forbids its own code to go out does not stop a delivery."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("mocked")

    monkeypatch.setattr(aiohttp, "ClientSession", forbidden)
    monkeypatch.setattr(aiohttp.ClientSession, "_request", forbidden, raising=False)
    monkeypatch.setattr(aiohttp, "TCPConnector", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    async with RawReceiver(answering(OK)) as receiver:
        outcome = await post(f"http://localhost:{receiver.port}/")

    assert ACKNOWLEDGED == came_to(outcome)


async def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with closed_port() as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")

        assert ACKNOWLEDGED == came_to(await attempt(answering(OK)))


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (answering(OK), ACKNOWLEDGED),
        (answering(HEAD, then=drain), ACKNOWLEDGED),
        (answering(), failed("disconnected")),
        (answering(then=reset), failed("reset")),
    ],
)
def test_it_works_on_either_event_loop(
    loop: Callable[[], asyncio.AbstractEventLoop], script: Script, expected: Result
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        assert expected == came_to(runner.run(attempt(script, body=SOON)))


async def test_nothing_is_sent_after_the_time_out() -> None:
    """What still waited to be sent is dropped, and the connection closed."""
    given_up = asyncio.Event()

    async def script(connection: Connection) -> None:
        connection.hold()
        await given_up.wait()
        connection.resume()
        await connection.drain()

    supply = Supply()
    async with RawReceiver(script) as receiver:
        await upload(receiver.url, supply, a_sender(total=SOON))
        given_up.set()
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert 0 < len(receiver.connections[0].received) < supply.taken


async def test_sending_goes_on_until_the_end_of_the_answer() -> None:
    """A receiver that answers first and reads then gets all of the body."""

    async def script(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.send(HEAD + b"Content-Length: 2\r\n\r\n")
        await connection.reader.readexactly(Supply.size)
        await connection.send(b"ok")

    async with RawReceiver(script) as receiver:
        outcome = await upload(receiver.url, Supply())

    assert ACKNOWLEDGED == came_to(outcome)
    assert "ok" == outcome.response_body


def early(answer: bytes, then: Script) -> Script:
    """Return a script that answers a body of which it has not read all."""

    async def script(connection: Connection) -> None:
        await connection.reader.readexactly(100_000)
        connection.hold()
        await connection.send(answer)
        connection.resume()
        await then(connection)

    return script


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (never_reading, failed("timeout")),
        (early(b"", reset), failed("reset")),
        (early(OK, never_reading), ACKNOWLEDGED),
        (early(OK, reset), ACKNOWLEDGED),
        (early(BROKEN, drain), ACKNOWLEDGED),
    ],
    ids=["unread", "reset", "answer", "answer and reset", "broken answer"],
)
async def test_a_body_is_asked_for_as_the_receiver_takes_it(
    script: Script, expected: Result
) -> None:
    """What was not taken by the end of an answer, or of the time, is not in memory."""
    supply = Supply()
    async with RawReceiver(script) as receiver:
        outcome = await upload(receiver.url, supply, a_sender(total=SOON * 5))

    assert expected == came_to(outcome)
    assert supply.taken < Supply.size


def failing() -> Iterator[bytes]:
    """Yield part of a body that cannot be made."""
    yield BODY
    raise LookupError("no such slice")


@pytest.mark.parametrize(
    ("chunks", "told"),
    [(failing(), "no such slice"), ([BODY], "Too little data")],
    ids=["raises", "short"],
)
async def test_a_body_that_cannot_be_made_is_the_emulators_fault(
    chunks: Iterable[bytes], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of the emulator's own is logged, and not the receiver's."""
    async with RawReceiver(answering(OK)) as receiver:
        outcome = await a_sender().post(receiver.url, SECRET, chunks, Supply.size)

    assert failed("failed") == came_to(outcome)
    assert told in caplog.text


async def cancel(sender: Sender, url: str, when: asyncio.Event) -> None:
    """Cancel an attempt that has got as far as the event tells."""
    under_way = asyncio.create_task(post(url, sender))
    await asyncio.wait_for(when.wait(), PATIENT)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]
)
async def test_a_cancelled_attempt_closes_its_connection_and_leaves_its_port(
    answer: bytes,
) -> None:
    """A receiver in this process can tell what is left of the attempt."""
    answered = asyncio.Event()

    async def script(connection: Connection) -> None:
        await answering(answer)(connection)
        answered.set()
        await connection.drain()

    sender = a_sender()
    async with RawReceiver(script) as receiver:
        await cancel(sender, receiver.url, answered)
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert receiver.connections[0].peer_port in sender.abandoned


async def test_an_attempt_cancelled_before_it_was_connected_leaves_no_port() -> None:
    """Nothing was sent, so nothing can arrive."""
    sender = a_sender()
    async with RawReceiver(answering(OK)) as receiver:
        under_way = asyncio.create_task(post(receiver.url, sender))
        await asyncio.sleep(0)
        under_way.cancel()
        await asyncio.wait([under_way])

    assert under_way.cancelled()
    assert not sender.abandoned


async def test_an_attempt_that_runs_into_its_time_out_leaves_no_port() -> None:
    """Only a cancelled delivery must not arrive any more."""
    sender = a_sender(total=SOON)
    async with RawReceiver(answering(then=drain)) as receiver:
        await post(receiver.url, sender)

    assert not sender.abandoned


async def test_a_port_that_is_used_again_is_no_longer_abandoned() -> None:
    """The system gives ports out again; the new attempt must arrive."""
    sender = a_sender()
    sender.abandoned = RecentPorts(limit=65_536)
    for port in range(65_536):
        sender.abandoned.add(port)
    async with RawReceiver(answering(OK)) as receiver:
        await post(receiver.url, sender)

    assert receiver.connections[0].peer_port not in sender.abandoned


@pytest.mark.parametrize(
    ("added", "left"), [((1, 2, 3), {2, 3}), ((1, 2, 1, 3), {1, 3}), ((), set())]
)
def test_the_oldest_port_is_forgotten(added: tuple[int, ...], left: set[int]) -> None:
    """A port recorded again is the newest; one that is not there may be discarded."""
    ports = RecentPorts(limit=2)
    ports.discard(1)
    for port in added:
        ports.add(port)

    assert left == {port for port in (1, 2, 3) if port in ports}


def test_1024_ports_are_kept() -> None:
    """More would outlive their use."""
    ports = RecentPorts()
    for port in range(2048):
        ports.add(port)

    assert 1024 == len(ports)
