from __future__ import annotations

import asyncio
import errno
import ssl
from typing import TYPE_CHECKING

import aiohttp
import pytest
from attempts import (
    BODY,
    SECRET,
    SOON,
    Supply,
    a_client,
    attempt,
    came_to,
    failed,
    upload,
)
from hypothesis import given, settings, strategies as st
from raw_receiver import (
    OK,
    Connection,
    RawReceiver,
    answering,
    answering_endlessly,
    answering_then_reset,
    answering_then_silent,
    never_reading,
)

from reachapi_emulator.delivery.failures import code_of
from reachapi_emulator.delivery.outcomes import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = b"HTTP/1.1 200 OK\r\n"
PIECES = (
    HEAD,
    b"HTTP/1.1 500 Oops\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 099 Low\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"\r\n\r\n",
    b"\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
)


async def test_slow_headers_run_into_the_time_out() -> None:
    """A head that trickles in is still no answer."""

    async def script(connection: Connection) -> None:
        await connection.request()
        for byte in HEAD * 1000:
            await connection.send(bytes([byte]))
            await asyncio.sleep(0.01)

    assert failed("timeout") == came_to(await attempt(script, total=SOON))


async def test_endless_interim_answers_run_into_the_time_out() -> None:
    """An interim answer promises an answer, it is none."""
    script = answering_endlessly(b"", b"HTTP/1.1 102 Processing\r\n\r\n")

    assert failed("timeout") == came_to(await attempt(script, total=SOON))


async def test_silence_runs_into_the_time_out() -> None:
    """A receiver that takes the request and says nothing is given up."""
    outcome = await attempt(answering_then_silent(), total=SOON)

    assert failed("timeout") == came_to(outcome)
    assert outcome.duration_ms >= SOON * 1000


async def test_a_receiver_that_never_reads_runs_into_the_time_out() -> None:
    """An upload that does not get on is given up."""
    async with RawReceiver(never_reading) as receiver, a_client(total=SOON) as client:
        outcome = await upload(client, receiver.url, Supply())

    assert failed("timeout") == came_to(outcome)


async def test_a_reset_before_the_answer() -> None:
    """A reset is told apart from a close."""
    assert failed("reset") == came_to(await attempt(answering_then_reset()))


async def test_a_reset_in_the_head() -> None:
    """Part of a head is no answer."""
    script = answering_then_reset(HEAD + b"Content-Le")

    assert failed("reset") == came_to(await attempt(script))


async def test_a_reset_in_the_middle_of_the_upload() -> None:
    """A receiver that gives up while it is sent to has reset the connection."""

    async def script(connection: Connection) -> None:
        await connection.reader.readexactly(100_000)
        connection.reset()

    async with RawReceiver(script) as receiver, a_client() as client:
        outcome = await upload(client, receiver.url, Supply())

    assert failed("reset") == came_to(outcome)


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
    assert expected is code_of(aiohttp.ClientOSError(), lost)


async def test_a_close_after_the_request() -> None:
    """A receiver that reads and closes has not answered."""
    assert failed("disconnected") == came_to(await attempt(answering()))


async def test_a_close_before_the_request() -> None:
    """A receiver that accepts and has nothing to say has not answered."""

    async def script(connection: Connection) -> None:
        connection.writer.write_eof()
        await connection.closed()

    assert failed("disconnected") == came_to(await attempt(script))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"220 smtp.example ESMTP\r\n", id="another protocol"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x46", id="a TLS alert"),
        pytest.param(HEAD + b"A: " + b"x" * 20_000, id="an over-long header"),
        pytest.param(b"HTTP/1.1 200 " + b"x" * 20_000, id="an over-long status line"),
        pytest.param(HEAD + b"A: b\r\n" * 1000, id="too many headers"),
        pytest.param(HEAD + b"no colon\r\n\r\n", id="no header"),
        pytest.param(HEAD + b"Content-Length: -1\r\n\r\n", id="a negative length"),
        pytest.param(b"HTTP/1.1 20 OK\r\n\r\n", id="a status of two digits"),
        pytest.param(b"HTTP/1.1 000 None\r\n\r\n", id="status 000"),
        pytest.param(b"HTTP/1.1 099 Low\r\n\r\n", id="status 099"),
        pytest.param(b"HTTP/9.9 200 OK\r\n\r\n", id="an unheard-of version"),
        pytest.param(b"HT", id="a close in the status line"),
        pytest.param(HEAD + b"Content-Length: 0\r\n", id="a close in the head"),
    ],
)
async def test_a_broken_answer_has_no_status(answer: bytes) -> None:
    """A broken answer is never logged as the receiver's status."""
    outcome = await attempt(answering(answer))

    assert failed("invalid_response") == came_to(outcome)


@settings(max_examples=50, deadline=None)
@given(
    answer=st.lists(st.sampled_from(PIECES) | st.binary(max_size=20)).map(b"".join),
)
def test_no_answer_upsets_the_client(answer: bytes) -> None:
    """Whatever a receiver writes, there is either a status or the lack of one."""
    outcome = asyncio.run(attempt(answering(answer), body=SOON))

    without_status = outcome.error not in {None, ErrorCode.UNEXPECTED_STATUS}
    assert without_status == (outcome.status is None)


async def test_a_body_that_cannot_be_made_is_the_emulators_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A mistake of the emulator's own is logged, and not the receiver's."""

    def chunks() -> Iterator[bytes]:
        yield BODY
        raise LookupError("no such slice")

    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        outcome = await client.post(receiver.url, SECRET, chunks(), Supply.size)

    assert failed("failed") == came_to(outcome)
    assert "no such slice" in caplog.text
