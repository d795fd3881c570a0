from __future__ import annotations

import asyncio

import pytest
from attempts import (
    PATIENT,
    SOON,
    a_client,
    acknowledged,
    answered,
    attempt,
    came_to,
    post,
)
from raw_receiver import (
    OK,
    RawReceiver,
    answering,
    answering_endlessly,
    answering_then_reset,
    answering_then_silent,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LONGER_THAN_SENT = b"Content-Length: 1000\r\n\r\n"


async def test_the_answers_body_is_kept() -> None:
    """What the receiver says is there to be read, undecodable bytes replaced."""
    expected = "ok \ufffd"
    script = answering(HEAD + b"Content-Length: 4\r\n\r\n", b"ok \xff")

    assert expected == (await attempt(script)).response_body


async def test_a_compressed_body_is_left_as_it_is() -> None:
    """Nothing is decompressed, so nothing can blow up."""
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
    expected = "abc"

    assert expected == (await attempt(answering(head + b"abc"))).response_body


@pytest.mark.parametrize(
    ("line", "expected"),
    [(HEAD, acknowledged()), (b"HTTP/1.1 500 Oops\r\n", answered(500))],
)
async def test_a_huge_body_is_capped(
    line: bytes, expected: tuple[int, str | None]
) -> None:
    """64 KiB of a body are kept, whatever the status."""
    kept = "y" * 65_536
    head = line + b"Content-Length: 10000000\r\n\r\n"
    outcome = await attempt(answering(head, *[b"y" * 1_000_000] * 10))

    assert expected == came_to(outcome)
    assert kept == outcome.response_body


async def test_an_endless_body_does_not_undo_200() -> None:
    """The connection is closed once enough has been read."""
    again = b"5\r\nhello\r\n" * 1000
    script = answering_endlessly(HEAD + CHUNKED, again)
    async with RawReceiver(script) as receiver, a_client() as client:
        outcome = await asyncio.wait_for(post(client, receiver.url), PATIENT / 2)
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert acknowledged() == came_to(outcome)


async def test_a_stalled_body_does_not_undo_200() -> None:
    """The body is waited for a while, then the connection is closed."""
    expected = "so far"
    script = answering_then_silent(HEAD + LONGER_THAN_SENT, expected.encode())
    async with RawReceiver(script) as receiver, a_client(body=SOON) as client:
        outcome = await post(client, receiver.url)
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert acknowledged() == came_to(outcome)
    assert expected == outcome.response_body


@pytest.mark.parametrize(
    ("line", "expected"),
    [(HEAD, acknowledged()), (b"HTTP/1.1 500 Oops\r\n", answered(500))],
)
async def test_a_reset_in_the_body_leaves_the_status(
    line: bytes, expected: tuple[int, str | None]
) -> None:
    """Once there is a status, a reset changes nothing."""
    script = answering_then_reset(line + LONGER_THAN_SENT + b"abc")

    assert expected == came_to(await attempt(script))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HEAD + CHUNKED + b"no chunk\r\n", acknowledged()),
        (OK + b"more than was announced", acknowledged()),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"more", acknowledged()),
        (
            b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
            answered(204),
        ),
    ],
)
async def test_a_broken_body_leaves_the_status(
    answer: bytes, expected: tuple[int, str | None]
) -> None:
    """A body that comes in one read with its head cannot spoil the head."""
    assert expected == came_to(await attempt(answering(answer), body=SOON))


async def test_a_redirect_keeps_its_target() -> None:
    """The target is handed on, for the hint."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    expected = "/there"

    assert expected == (await attempt(answering(head))).location


async def test_a_target_that_is_no_text_can_still_be_stored() -> None:
    """Bytes that are no UTF-8 are replaced, not kept as lone surrogates."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\nContent-Length: 0\r\n\r\n"
    expected = "/\ufffd"

    assert expected == (await attempt(answering(head))).location


async def test_the_duration_ends_with_the_status() -> None:
    """The time that the answer's body takes is not the receiver's time to answer."""
    outcome = await attempt(answering_then_silent(HEAD + LONGER_THAN_SENT), body=SOON)

    assert 0 <= outcome.duration_ms < SOON * 1000
