from __future__ import annotations

import pytest

from reachapi_emulator.testing.delivery_faults import breaking
from reachapi_emulator.testing.faults import BREAKS, FaultKind
from reachapi_emulator.testing.request_faults import GARBAGE
from support.attempts import (
    BODY,
    SECRET,
    SOON,
    Supply,
    a_sender,
    came_to,
    closed_port,
    failed,
    post,
    upload,
)
from support.raw_receiver import Connection, RawReceiver, drain, never_reading

HALF = BODY[: len(BODY) // 2]


async def broken(
    kind: FaultKind, chunks: tuple[bytes, ...] = (BODY[:7], BODY[7:])
) -> Connection:
    """Break an attempt off; return what the receiver saw of it."""
    size = sum(map(len, chunks))
    async with RawReceiver(drain) as receiver:
        outcome = await a_sender().post(
            receiver.url, SECRET, chunks, size, breaking(kind, chunks, size)
        )
        await receiver.over.wait()

    assert failed("fault") == came_to(outcome)
    return receiver.connections[0]


@pytest.mark.parametrize("kind", BREAKS)
async def test_an_attempt_that_is_broken_off_is_a_fault(kind: FaultKind) -> None:
    """It has no status, whatever the receiver makes of it."""
    assert await broken(kind)


async def test_a_reset_comes_in_the_middle_of_the_body() -> None:
    """Head and half of the body arrive, then a TCP reset."""
    seen = await broken(FaultKind.RESET)
    head, _, body = seen.received.partition(b"\r\n\r\n")

    assert seen.was_reset
    assert f"Content-Length: {len(BODY)}".encode() in head
    assert HALF == body


async def test_an_empty_delivery_connects_and_sends_nothing() -> None:
    """The connection ends in good order."""
    seen = await broken(FaultKind.EMPTY)

    assert (b"", False) == (seen.received, seen.was_reset)


async def test_a_malformed_delivery_is_chunked_and_breaks() -> None:
    """Half of the body in good chunks, then what is none."""
    seen = await broken(FaultKind.MALFORMED)
    head, _, body = seen.received.partition(b"\r\n\r\n")
    chunks = (b"7\r\n%b\r\n" % HALF[:7], b"%x\r\n%b\r\n" % (len(HALF) - 7, HALF[7:]))

    assert b"\r\nTransfer-Encoding: chunked\r\n" in head
    assert b"Content-Length" not in head
    assert b"".join(chunks) + GARBAGE == body


async def test_random_data_is_no_request() -> None:
    """Nothing but garbage arrives, then the connection ends."""
    assert GARBAGE == (await broken(FaultKind.RANDOM)).received


async def test_a_delivery_without_a_body_is_broken_off_all_the_same() -> None:
    """There is no middle, so nothing is sent."""
    seen = await broken(FaultKind.RESET, ())

    assert (b"", True) == (seen.received, seen.was_reset)


async def large(kind: FaultKind) -> int:
    """Break a body of several megabytes off; return how much of it arrived."""
    supply = Supply()
    async with RawReceiver(drain) as receiver:
        await upload(
            receiver.url, supply, break_off=breaking(kind, supply, supply.size)
        )
        await receiver.over.wait()
    return receiver.connections[0].received.count(b"x")


async def test_half_of_a_large_body_arrives() -> None:
    """However much that is, all of it is taken before the connection ends."""
    assert Supply.size // 2 == await large(FaultKind.MALFORMED)


async def test_a_reset_takes_along_what_is_on_its_way() -> None:
    """Some of a large body has arrived, never more than half."""
    assert 0 < await large(FaultKind.RESET) <= Supply.size // 2


async def test_a_receiver_that_takes_nothing_holds_up_nobody() -> None:
    """The time-out of the attempt is that of any other."""
    supply = Supply()
    async with RawReceiver(never_reading) as receiver:
        outcome = await upload(
            receiver.url,
            supply,
            a_sender(total=SOON),
            breaking(FaultKind.RESET, supply, supply.size),
        )

    assert failed("fault") == came_to(outcome)


async def test_where_nothing_can_be_broken_the_attempt_fails_as_ever() -> None:
    """Nothing listens: that is no fault of a rule's."""
    with closed_port() as port:
        url = f"http://127.0.0.1:{port}/"
        outcome = await post(
            url, break_off=breaking(FaultKind.EMPTY, [BODY], len(BODY))
        )

    assert failed("refused") == came_to(outcome)


async def test_a_fault_that_fails_is_one_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The receiver's being faster is no news; a mistake of our own is logged."""

    async def faster(connection: object) -> None:
        raise ConnectionResetError(connection)

    async def mistaken(connection: object) -> None:
        raise LookupError(connection)

    async with RawReceiver(drain) as receiver:
        outcomes = [
            await post(receiver.url, break_off=each) for each in (faster, mistaken)
        ]

    assert [failed("fault")] * 2 == [came_to(each) for each in outcomes]
    assert 1 == len(caplog.records)
