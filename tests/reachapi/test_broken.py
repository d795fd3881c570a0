from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from attempts import (
    BODY,
    PATIENT,
    SECRET,
    SOON,
    Supply,
    a_client,
    came_to,
    closed_port,
    failed,
)
from raw_receiver import Connection, RawReceiver, never_reading

from reachapi_emulator.delivery.broken import GARBAGE, BrokenBody
from reachapi_emulator.testing.faults import BREAKS, FaultKind

if TYPE_CHECKING:
    from reachapi_emulator.delivery.outcomes import Outcome


class Ended(RawReceiver):
    """Keeps what arrives on a connection, and how it ends."""

    def __init__(self) -> None:
        super().__init__(self._read)
        self.received = b""
        self.was_reset = False

    async def _read(self, connection: Connection) -> None:
        try:
            while part := await connection.reader.read(1 << 16):
                self.received += part
        except ConnectionResetError:
            self.was_reset = True

    @property
    def body(self) -> bytes:
        """What followed the head."""
        return self.received.partition(b"\r\n\r\n")[2]


async def broken(kind: FaultKind) -> tuple[Outcome, Ended]:
    """Break an attempt off; return its outcome and what the receiver saw."""
    receiver = Ended()
    async with receiver, a_client() as client:
        chunks = [BODY[:7], BODY[7:]]
        outcome = await client.break_off(receiver.url, SECRET, chunks, len(BODY), kind)
        await receiver.over.wait()
    return outcome, receiver


@pytest.mark.parametrize("kind", BREAKS)
async def test_an_attempt_that_is_broken_off_is_a_fault(kind: FaultKind) -> None:
    """It has no status, whatever the receiver makes of it."""
    outcome, _ = await broken(kind)

    assert failed("fault") == came_to(outcome)
    assert not outcome.acknowledged


async def test_a_reset_comes_in_the_middle_of_the_body() -> None:
    """Head and half of the body arrive, then a TCP reset."""
    _, receiver = await broken(FaultKind.RESET)

    assert receiver.was_reset
    assert f"Content-Length: {len(BODY)}".encode() in receiver.received
    assert BODY[: len(BODY) // 2] == receiver.body


async def test_an_empty_delivery_connects_and_sends_nothing() -> None:
    """The connection ends in good order."""
    _, receiver = await broken(FaultKind.EMPTY)

    assert (b"", False) == (receiver.received, receiver.was_reset)


async def test_a_malformed_delivery_is_chunked_and_breaks() -> None:
    """Half of the body in good chunks, then what is none."""
    _, receiver = await broken(FaultKind.MALFORMED)
    half = BODY[: len(BODY) // 2]
    chunks = (b"7\r\n%b\r\n" % half[:7], b"%x\r\n%b\r\n" % (len(half) - 7, half[7:]))

    assert b"\r\nTransfer-Encoding: chunked\r\n" in receiver.received
    assert b"Content-Length" not in receiver.received
    assert b"".join(chunks) + GARBAGE == receiver.body


async def test_random_data_is_no_request() -> None:
    """Nothing but garbage arrives, then the connection ends."""
    _, receiver = await broken(FaultKind.RANDOM)

    assert GARBAGE == receiver.received


async def large(kind: FaultKind) -> int:
    """Break a body of several megabytes off; return how much of it arrived."""
    receiver = Ended()
    supply = Supply()
    async with receiver, a_client() as client:
        await client.break_off(receiver.url, SECRET, supply, supply.size, kind)
        await receiver.over.wait()
    return receiver.received.count(b"x")


async def test_half_of_a_large_body_arrives() -> None:
    """However much that is, all of it is taken before the connection ends."""
    assert Supply.size // 2 == await large(FaultKind.MALFORMED)


async def test_a_reset_takes_along_what_is_on_its_way() -> None:
    """Some of a large body has arrived, never more than half."""
    assert 0 < await large(FaultKind.RESET) <= Supply.size // 2


async def test_a_receiver_that_takes_nothing_holds_up_nobody() -> None:
    """The time-out of the attempt is that of any other."""
    supply = Supply()
    async with RawReceiver(never_reading) as receiver, a_client(total=SOON) as client:
        outcome = await client.break_off(
            receiver.url, SECRET, supply, supply.size, FaultKind.RESET
        )

    assert failed("fault") == came_to(outcome)


async def test_where_nothing_can_be_broken_the_attempt_fails_as_ever() -> None:
    """Nothing listens: that is no fault of a rule's."""
    with closed_port() as port:
        async with a_client(total=PATIENT) as client:
            outcome = await client.break_off(
                f"http://127.0.0.1:{port}/", SECRET, [BODY], len(BODY), FaultKind.EMPTY
            )

    assert failed("refused") == came_to(outcome)


async def test_a_delivery_without_a_body_is_broken_off_all_the_same() -> None:
    """There is no middle, so nothing is sent."""
    receiver = Ended()
    async with receiver, a_client() as client:
        outcome = await client.break_off(receiver.url, SECRET, [], 0, FaultKind.RESET)
        await receiver.over.wait()

    assert failed("fault") == came_to(outcome)
    assert (b"", True) == (receiver.received, receiver.was_reset)


async def test_a_connection_that_is_gone_cannot_be_broken() -> None:
    """Its receiver was faster."""
    body = BrokenBody(FaultKind.EMPTY, [BODY], len(BODY), opened=print)

    with pytest.raises(ConnectionResetError):
        await body.write(Mock(transport=None))
    assert not body.broken
