from __future__ import annotations

import asyncio
import errno
import ssl
from http import HTTPStatus

import pytest
from hypothesis import given, settings, strategies as st

from reachapi_emulator.delivery.answer import ended
from reachapi_emulator.delivery.outcome import ErrorCode
from support.attempts import (
    ACKNOWLEDGED,
    PATIENT,
    SOON,
    Result,
    a_sender,
    answered,
    attempt,
    came_to,
    failed,
    post,
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
    reset,
)

OOPS = b"HTTP/1.1 500 Oops\r\n"
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LONGER = b"Content-Length: 1000\r\n\r\n"
INVALID = failed("invalid_response")


async def closing_at_once(connection: Connection) -> None:
    """Accept, and have nothing to say."""
    connection.writer.write_eof()
    await connection.drain()


@pytest.mark.parametrize(
    "status", [*(int(s) for s in HTTPStatus if s > HTTPStatus.OK), 226, 499, 599, 999]
)
async def test_no_other_status_than_200_acknowledges(status: int) -> None:
    """Every other final status is a failed attempt, and logged as it was."""
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n".encode()

    assert answered(status) == came_to(await attempt(answering(head)))


ANSWERS: dict[str, tuple[Result, Script]] = {
    "200": (ACKNOWLEDGED, answering(OK)),
    "byte by byte": (ACKNOWLEDGED, answering(*(b"%c" % byte for byte in OK))),
    "no reason": (ACKNOWLEDGED, answering(b"HTTP/1.0 200\n\n")),
    "unasked 101": (answered(101), answering(SWITCHED, b"\r\nabc")),
    "open 101": (answered(101), answering(SWITCHED + b"\r\n", then=drain)),
    "interim": (ACKNOWLEDGED, answering(INTERIM, HINTS + OK)),
    "20 interim": (ACKNOWLEDGED, answering(INTERIM * 20, OK)),
    "21 interim": (INVALID, answering(INTERIM * 21 + OK)),
    "interim for ever": (INVALID, answering(then=for_ever(INTERIM * 100))),
    # The status counts as soon as its line has come.
    "line": (ACKNOWLEDGED, answering(HEAD, then=drain)),
    "line after interim": (answered(500), answering(INTERIM, OOPS, then=drain)),
    "line, then bytes": (ACKNOWLEDGED, answering(HEAD, then=for_ever(b"a"))),
    # A broken body leaves it as it is.
    "no chunk": (ACKNOWLEDGED, answering(HEAD + CHUNKED + b"no chunk\r\n")),
    "long chunk": (ACKNOWLEDGED, answering(HEAD + CHUNKED + b"1" * 99_999)),
    "tiny chunks": (
        ACKNOWLEDGED,
        answering(HEAD + CHUNKED, then=for_ever(b"1\r\nx\r\n" * 1000)),
    ),
    "more than said": (ACKNOWLEDGED, answering(OK + b"more than was announced")),
    "more after interim": (ACKNOWLEDGED, answering(INTERIM + OK + b"more")),
    "204": (answered(204), answering(b"HTTP/1.1 204 None\r\n" + LONGER + b"abc")),
    "close in body": (ACKNOWLEDGED, answering(HEAD + LONGER + b"abc")),
    "reset in body": (ACKNOWLEDGED, answering(HEAD + LONGER + b"abc", then=reset)),
    "reset after 500": (answered(500), answering(OOPS + LONGER, then=reset)),
    "stalled body": (ACKNOWLEDGED, answering(HEAD + LONGER, then=drain)),
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


@pytest.mark.parametrize(("expected", "script"), ANSWERS.values(), ids=ANSWERS)
async def test_what_an_answer_comes_to(expected: Result, script: Script) -> None:
    """The status line decides; a broken head is never logged as a status."""
    assert expected == came_to(await attempt(script, body=SOON))


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
    """Whatever a receiver writes, there is either a status or the lack of one."""
    outcome = asyncio.run(attempt(answering(answer), body=SOON))

    without_status = outcome.error not in {None, ErrorCode.UNEXPECTED_STATUS}
    assert without_status == (outcome.status is None)


async def test_the_duration_ends_with_the_status_line() -> None:
    """The time that the rest takes is not the receiver's time to answer."""
    outcome = await attempt(answering(HEAD, then=drain), body=SOON)

    assert 0 <= outcome.duration_ms < SOON * 1000


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
    """64 KiB at most, undecodable bytes replaced, and nothing decompressed."""
    outcome = await attempt(answering(line + rest))

    assert int(line.split()[1]) == outcome.status
    assert expected == outcome.response_body


async def test_the_connection_is_closed_once_enough_is_read() -> None:
    script = answering(HEAD + CHUNKED, then=for_ever(b"5\r\nhello\r\n" * 1000))
    async with RawReceiver(script) as receiver:
        await asyncio.wait_for(post(receiver.url), PATIENT / 2)

        assert await asyncio.wait_for(receiver.over.wait(), PATIENT)


async def test_what_has_come_of_a_stalled_body_is_kept() -> None:
    """It is waited for a while, then the connection is closed."""
    script = answering(HEAD + LONGER, b"so far", then=drain)
    async with RawReceiver(script) as receiver:
        outcome = await post(receiver.url, a_sender(body=SOON))
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert "so far" == outcome.response_body


@pytest.mark.parametrize(
    ("location", "expected"), [(b"/there", "/there"), (b"/\xff", "/\ufffd")]
)
async def test_a_redirect_keeps_its_target(location: bytes, expected: str) -> None:
    """It is handed on for the hint, fit to be stored, and not followed."""
    head = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
    async with RawReceiver(answering(head % location)) as receiver:
        outcome = await post(receiver.url)

    assert expected == outcome.location
    assert 1 == len(receiver.connections)


async def test_silence_runs_into_the_time_out() -> None:
    """A receiver that takes the request and says nothing is given up."""
    outcome = await attempt(answering(then=drain), total=SOON)

    assert failed("timeout") == came_to(outcome)
    assert outcome.duration_ms >= SOON * 1000


async def test_a_line_that_trickles_in_runs_into_the_time_out() -> None:
    """Part of a status line is no status."""
    script = answering(b"HTTP/1.1 200", then=for_ever(b""))

    assert failed("timeout") == came_to(await attempt(script, total=SOON))
