"""Attempts over real sockets: what is sent, and what every answer comes to."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from itertools import count
from typing import TYPE_CHECKING

import aiohttp
import pytest
import uvloop
from hypothesis import given, settings, strategies as st

from reachapi_emulator.delivery import sender as sending
from reachapi_emulator.delivery.answer import ended
from reachapi_emulator.delivery.outcome import ErrorCode
from reachapi_emulator.delivery.sender import RecentPorts
from reachapi_emulator.real_time import monotonic
from support.attempts import (
    ACKNOWLEDGED,
    BODY,
    PATIENT,
    SECRET,
    SOON,
    Result,
    Supply,
    a_sender,
    answered,
    attempt,
    came_to,
    closed_port,
    failed,
    pass_time,
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
    for_ever,
    never_reading,
    reset,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OOPS = b"HTTP/1.1 500 Oops\r\n"
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LONGER = b"Content-Length: 1000\r\n\r\n"
BROKEN = HEAD + CHUNKED + b"no chunk\r\n"
INVALID = failed("invalid_response")


async def test_the_request_line_and_headers_are_these_and_no_others() -> None:
    """Ruling 27: the target byte for byte, two headers of ours, and HTTP's own."""
    target = "/%2F%3a%7E/a/../b//c?d=%zz&e={f}|?"
    async with RawReceiver(answering(OK)) as receiver:
        await post(f"http://user:pass@127.0.0.1:{receiver.port}{target}#")
        (sent,) = receiver.connections

    assert sent.head.startswith(f"POST {target} HTTP/1.1\r\n".encode())
    assert [
        ("Host", f"127.0.0.1:{receiver.port}"),
        ("webhook_secret_key", SECRET),
        ("Authorization", "Basic dXNlcjpwYXNz"),
        ("Content-Length", str(len(BODY))),
        ("Content-Type", "application/json"),
        ("Connection", "close"),
    ] == sent.headers
    assert BODY == sent.body


async def test_every_attempt_knows_nothing_of_the_one_before() -> None:
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


async def test_nothing_that_a_test_may_mock_or_set_is_relied_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host's test that forbids its own code to go out does not stop a delivery."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("mocked")

    monkeypatch.setattr(aiohttp, "ClientSession", forbidden)
    monkeypatch.setattr(aiohttp.ClientSession, "_request", forbidden, raising=False)
    monkeypatch.setattr(aiohttp, "TCPConnector", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    with closed_port() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
        async with RawReceiver(answering(OK)) as receiver:
            outcome = await post(f"http://localhost:{receiver.port}/")

    assert ACKNOWLEDGED == came_to(outcome)


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


async def closing_at_once(connection: Connection) -> None:
    connection.writer.write_eof()
    await connection.drain()


ANSWERS: dict[str, tuple[Result, Script]] = {
    "200": (ACKNOWLEDGED, answering(OK)),
    "byte by byte": (ACKNOWLEDGED, answering(*(b"%c" % byte for byte in OK))),
    "no reason": (ACKNOWLEDGED, answering(b"HTTP/1.0 200\n\n")),
    "unasked 101": (answered(101), answering(SWITCHED, b"\r\nabc")),
    "interim": (ACKNOWLEDGED, answering(INTERIM, HINTS + OK)),
    "20 interim": (ACKNOWLEDGED, answering(INTERIM * 20, OK)),
    "21 interim": (INVALID, answering(INTERIM * 21 + OK)),
    "interim for ever": (INVALID, answering(then=for_ever(INTERIM * 100))),
    "999": (answered(999), answering(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n")),
    # A broken body leaves it as it is.
    "no chunk": (ACKNOWLEDGED, answering(HEAD + CHUNKED + b"no chunk\r\n")),
    "long chunk": (ACKNOWLEDGED, answering(HEAD + CHUNKED + b"1" * 99_999)),
    "more than said": (ACKNOWLEDGED, answering(OK + b"more than was announced")),
    "more after interim": (ACKNOWLEDGED, answering(INTERIM + OK + b"more")),
    "204": (answered(204), answering(b"HTTP/1.1 204 None\r\n" + LONGER + b"abc")),
    "close in body": (ACKNOWLEDGED, answering(HEAD + LONGER + b"abc")),
    "reset in body": (ACKNOWLEDGED, answering(HEAD + LONGER + b"abc", then=reset)),
    "reset after 500": (answered(500), answering(OOPS + LONGER, then=reset)),
    # A broken head does not.
    "SMTP": (INVALID, answering(b"220 smtp.example ESMTP\r\n")),
    "start of SMTP": (INVALID, answering(b"220", then=drain)),
    "TLS alert": (INVALID, answering(b"\x15\x03\x03\x00\x02\x02\x46")),
    "two digits": (INVALID, answering(b"HTTP/1.1 20 OK\r\n\r\n")),
    "000": (INVALID, answering(b"HTTP/1.1 000 None\r\n\r\n")),
    "099": (INVALID, answering(b"HTTP/1.1 099 Low\r\n\r\n")),
    "version": (INVALID, answering(b"HTTP/9.9 200 OK\r\n\r\n")),
    "long line": (INVALID, answering(b"HTTP/1.1 200 " + b"x" * 9_000 + b"\r\n\r\n")),
    "no header": (INVALID, answering(HEAD + b"no colon\r\n\r\n")),
    "no length": (INVALID, answering(HEAD + b"Content-Length: -1\r\n\r\n")),
    "broken interim": (INVALID, answering(INTERIM[:-2] + b"no colon\r\n\r\n" + OK)),
    "long header": (INVALID, answering(HEAD + b"A: " + b"x" * 9_000 + b"\r\n\r\n")),
    "many headers": (INVALID, answering(HEAD + b"A: b\r\n" * 200 + b"\r\n")),
    "endless header": (INVALID, answering(HEAD + b"A:", then=for_ever(b"x" * 9_000))),
    "endless headers": (INVALID, answering(HEAD, then=for_ever(b"A: b\r\n" * 999))),
    "endless 101": (INVALID, answering(SWITCHED, then=for_ever(b"A: b\r\n" * 999))),
    "close in line": (INVALID, answering(b"HT")),
    "close before its end": (INVALID, answering(HEAD[:-1])),
    "close in head": (INVALID, answering(HEAD + b"Content-Length: 0\r\n")),
    "close in 101": (INVALID, answering(SWITCHED)),
    "reset in head": (failed("reset"), answering(HEAD + b"Content-Le", then=reset)),
    # No answer is none.
    "reset": (failed("reset"), answering(then=reset)),
    "close": (failed("disconnected"), answering()),
    "close unread": (failed("disconnected"), closing_at_once),
    "close after interim": (failed("disconnected"), answering(INTERIM)),
}

STALLS: dict[str, tuple[Result, Script]] = {
    "line": (ACKNOWLEDGED, answering(HEAD, then=drain)),
    "line after interim": (answered(500), answering(INTERIM, OOPS, then=drain)),
    "line, then bytes": (ACKNOWLEDGED, answering(HEAD, then=for_ever(b"a"))),
    "tiny chunks": (
        ACKNOWLEDGED,
        answering(HEAD + CHUNKED, then=for_ever(b"1\r\nx\r\n" * 1000)),
    ),
    "stalled body": (ACKNOWLEDGED, answering(HEAD + LONGER, then=drain)),
    "open 101": (answered(101), answering(SWITCHED + b"\r\n", then=drain)),
}
"""The status counts as soon as its line has come; the rest is waited for a while."""


@pytest.mark.parametrize(("expected", "script"), ANSWERS.values(), ids=ANSWERS)
async def test_what_an_answer_comes_to(expected: Result, script: Script) -> None:
    """Ruling 28: its status line decides; a broken head is never logged as a status."""
    assert expected == came_to(await attempt(script))


@pytest.mark.parametrize(("expected", "script"), STALLS.values(), ids=STALLS)
async def test_what_an_answer_without_an_end_comes_to(
    expected: Result, script: Script
) -> None:
    assert expected == came_to(await attempt(script, body=SOON))


@pytest.mark.parametrize("then", [drain, for_ever(b"")])
@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200"])
async def test_without_a_status_line_an_attempt_runs_into_its_time_out(
    part: bytes, then: Script
) -> None:
    sender = a_sender(total=SOON)
    async with RawReceiver(answering(part, then=then)) as receiver:
        outcome = await post(receiver.url, sender)

    assert failed("timeout") == came_to(outcome)
    assert outcome.duration_ms >= SOON * 900  # the loop counts in whole milliseconds
    assert not sender.abandoned


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        (None, ErrorCode.DISCONNECTED),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), ErrorCode.DISCONNECTED),
        (ConnectionResetError(errno.ECONNRESET, "Reset"), ErrorCode.RESET),
        (ssl.SSLError(1, "certificate required"), ErrorCode.TLS),
    ],
)
def test_what_broke_the_connection_decides(
    lost: Exception | None, expected: ErrorCode
) -> None:
    """A pipe is broken by an orderly close that the sender had not seen yet."""
    assert expected is ended(lost, begun=False)


@settings(max_examples=50)
@given(
    answer=st.lists(
        st.sampled_from(
            [
                *(HEAD, OOPS, INTERIM, SWITCHED, CHUNKED, b"\r\n\r\n", b"\r\n"),
                *(b"HTTP/1.1 099 Low\r\n", b"Content-Length: 5\r\n"),
                *(b"5\r\nhello\r\n", b"0\r\n\r\n"),
            ]
        )
        | st.binary(max_size=20)
    ).map(b"".join),
)
def test_no_answer_upsets_the_sender(answer: bytes) -> None:
    outcome = asyncio.run(attempt(answering(answer), body=SOON))

    without_status = outcome.error not in {None, ErrorCode.UNEXPECTED_STATUS}
    assert without_status == (outcome.status is None)


async def test_the_duration_ends_with_the_status_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time that the rest takes is not the receiver's time to answer."""
    monkeypatch.setattr(sending, "monotonic", count().__next__)

    outcome = await attempt(answering(HEAD, then=drain), body=SOON)

    assert 1000 == outcome.duration_ms


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        pytest.param(b"Content-Length: 4\r\n\r\nok \xff", "ok \ufffd", id="no text"),
        pytest.param(
            b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "abc", id="gzip"
        ),
        pytest.param(CHUNKED + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "abc", id="chunks"),
        pytest.param(b"\r\nuntil the end", "until the end", id="no length"),
        pytest.param(LONGER + b"so far", "so far", id="cut off"),
        pytest.param(
            b"Content-Length: 200000\r\n\r\n" + b"y" * 200_000, "y" * 65_536, id="huge"
        ),
    ],
)
@pytest.mark.parametrize("line", [HEAD, OOPS])
async def test_the_start_of_the_body_is_kept(
    line: bytes, rest: bytes, expected: str
) -> None:
    outcome = await attempt(answering(line + rest))

    assert int(line.split()[1]) == outcome.status
    assert expected == outcome.response_body


@pytest.mark.parametrize(
    ("then", "kept"),
    [(for_ever(b"5\r\nhello\r\n" * 1000), 65_536), (drain, len("so far"))],
    ids=["enough is read", "it stalls"],
)
async def test_an_answer_without_an_end_is_cut_off(then: Script, kept: int) -> None:
    script = answering(HEAD + CHUNKED + b"6\r\nso far\r\n", then=then)
    async with RawReceiver(script) as receiver:
        sender = a_sender(body=SOON if then is drain else PATIENT)
        outcome = await post(receiver.url, sender)
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert outcome.response_body.startswith("so far")
    assert kept == len(outcome.response_body)


@pytest.mark.parametrize(
    ("location", "expected"), [(b"/there", "/there"), (b"/\xff", "/\ufffd")]
)
async def test_a_redirect_keeps_its_target(location: bytes, expected: str) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
    async with RawReceiver(answering(head % location)) as receiver:
        outcome = await post(receiver.url)

    assert expected == outcome.location
    assert 1 == len(receiver.connections)


async def test_nothing_is_sent_after_the_time_out() -> None:
    given_up = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.reader.readexactly(1)
        connection.hold()
        pass_time(PATIENT)
        await given_up.wait()
        connection.resume()
        await connection.drain()

    supply = Supply()
    async with RawReceiver(script) as receiver:
        await upload(receiver.url, supply)
        given_up.set()
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    arrived = len(receiver.connections[0].received)
    assert 0 < arrived < supply.taken < Supply.size


async def test_sending_goes_on_until_the_end_of_the_answer() -> None:
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
        (early(b"", reset), failed("reset")),
        (early(OK, never_reading), ACKNOWLEDGED),
        (early(OK, reset), ACKNOWLEDGED),
        (early(BROKEN, drain), ACKNOWLEDGED),
    ],
    ids=["reset", "answer", "answer and reset", "broken answer"],
)
async def test_a_body_is_asked_for_as_the_receiver_takes_it(
    script: Script, expected: Result
) -> None:
    supply = Supply()
    async with RawReceiver(script) as receiver:
        outcome = await upload(receiver.url, supply)

    assert expected == came_to(outcome)
    assert supply.taken < Supply.size


def failing() -> Iterator[bytes]:
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
    async with RawReceiver(answering(OK)) as receiver:
        outcome = await a_sender().post(receiver.url, SECRET, chunks, Supply.size)

    assert failed("failed") == came_to(outcome)
    assert told in caplog.text


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]
)
async def test_a_cancelled_attempt_closes_its_connection_and_leaves_its_port(
    answer: bytes,
) -> None:
    answered = asyncio.Event()

    async def script(connection: Connection) -> None:
        await answering(answer)(connection)
        answered.set()
        await connection.drain()

    sender = a_sender()
    async with RawReceiver(script) as receiver:
        under_way = asyncio.create_task(post(receiver.url, sender))
        await asyncio.wait_for(answered.wait(), PATIENT)
        under_way.cancel()
        await asyncio.wait([under_way])
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert under_way.cancelled()
    assert receiver.connections[0].peer_port in sender.abandoned


async def test_an_attempt_cancelled_before_it_was_connected_leaves_no_port() -> None:
    sender = a_sender()
    async with RawReceiver(answering(OK)) as receiver:
        under_way = asyncio.create_task(post(receiver.url, sender))
        await asyncio.sleep(0)
        under_way.cancel()
        await asyncio.wait([under_way])

    assert under_way.cancelled()
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
    ("limit", "added", "left"),
    [
        ({"limit": 2}, (1, 2, 3), {2, 3}),
        ({"limit": 2}, (1, 2, 1, 3), {1, 3}),
        ({"limit": 2}, (), set()),
        ({}, range(2048), set(range(1024, 2048))),
    ],
)
def test_the_oldest_port_is_forgotten(
    limit: dict[str, int], added: Iterable[int], left: set[int]
) -> None:
    ports = RecentPorts(**limit)
    ports.discard(1)
    for port in added:
        ports.add(port)

    assert left == {port for port in range(2048) if port in ports}
    assert len(left) == len(ports)


@pytest.mark.parametrize(("after", "expected"), [(0.9, True), (1.1, False)])
def test_who_is_given_an_abandoned_port_later_is_somebody_else(
    after: float, *, expected: bool
) -> None:
    ports = RecentPorts()
    began = monotonic()
    ports.add(1)
    ended = monotonic()
    opened = began + after if expected else ended + after

    assert [expected, False] == [ports.take(1, opened) for _ in range(2)]
