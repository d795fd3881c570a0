from __future__ import annotations

import pytest

from reachapi_emulator.testing.delivery_faults import breaking
from reachapi_emulator.testing.faults import FaultKind
from reachapi_emulator.testing.request_faults import GARBAGE
from support.attempts import (
    BODY,
    PATIENT,
    SECRET,
    Supply,
    a_sender,
    came_to,
    closed_port,
    failed,
    pass_time,
    post,
    upload,
)
from support.raw_receiver import Connection, RawReceiver, drain, never_reading

HALF = BODY[: len(BODY) // 2]


async def broken(
    kind: FaultKind, chunks: tuple[bytes, ...] = (BODY[:7], BODY[7:])
) -> Connection:
    size = sum(map(len, chunks))
    async with RawReceiver(drain) as receiver:
        outcome = await a_sender().post(
            receiver.url, SECRET, chunks, size, breaking(kind, chunks, size)
        )
        await receiver.over.wait()

    assert failed("fault") == came_to(outcome)
    return receiver.connections[0]


@pytest.mark.parametrize(
    ("kind", "head", "body", "was_reset"),
    [
        (FaultKind.RESET, b"Content-Length: 67", HALF, True),
        (FaultKind.EMPTY, b"", b"", False),
        (
            FaultKind.MALFORMED,
            b"Transfer-Encoding: chunked",
            b"7\r\n%b\r\n1a\r\n%b\r\n%b" % (HALF[:7], HALF[7:], GARBAGE),
            False,
        ),
        (FaultKind.RANDOM, GARBAGE, b"", False),
    ],
)
async def test_what_arrives_of_a_delivery_that_is_broken_off(
    kind: FaultKind, head: bytes, body: bytes, *, was_reset: bool
) -> None:
    seen = await broken(kind)
    before, _, after = seen.received.partition(b"\r\n\r\n")

    assert head in before
    assert (b"Content-Length" in head) == (b"Content-Length" in before)
    assert (body, was_reset) == (after, seen.was_reset)


async def test_a_delivery_without_a_body_is_broken_off_all_the_same() -> None:
    seen = await broken(FaultKind.RESET, ())

    assert (b"", True) == (seen.received, seen.was_reset)


@pytest.mark.parametrize(
    ("kind", "least"), [(FaultKind.MALFORMED, Supply.size // 2), (FaultKind.RESET, 1)]
)
async def test_half_of_a_large_body_arrives_unless_a_reset_takes_it_along(
    kind: FaultKind, least: int
) -> None:
    supply = Supply()
    async with RawReceiver(drain) as receiver:
        await upload(
            receiver.url, supply, break_off=breaking(kind, supply, supply.size)
        )
        await receiver.over.wait()

    arrived = receiver.connections[0].received.count(b"x")
    assert least <= arrived <= Supply.size // 2


async def test_a_receiver_that_takes_nothing_holds_up_nobody() -> None:
    async def script(connection: Connection) -> None:
        await connection.reader.readexactly(1)
        pass_time(PATIENT)
        await never_reading(connection)

    supply = Supply()
    async with RawReceiver(script) as receiver:
        reset = breaking(FaultKind.RESET, supply, supply.size)
        outcome = await upload(receiver.url, supply, break_off=reset)

    assert failed("fault") == came_to(outcome)


async def test_where_nothing_can_be_broken_the_attempt_fails_as_ever() -> None:
    with closed_port() as port:
        url = f"http://127.0.0.1:{port}/"
        outcome = await post(
            url, break_off=breaking(FaultKind.EMPTY, [BODY], len(BODY))
        )

    assert failed("refused") == came_to(outcome)


async def test_a_fault_that_fails_is_one_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
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
