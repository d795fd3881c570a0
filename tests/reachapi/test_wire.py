from __future__ import annotations

import asyncio
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pytest
from attempts import (
    PATIENT,
    SOON,
    Supply,
    a_client,
    acknowledged,
    came_to,
    post,
    upload,
)
from hypothesis import given, strategies as st
from raw_receiver import (
    OK,
    Connection,
    RawReceiver,
    answering,
    answering_then_silent,
    never_reading,
)

from reachapi_emulator.delivery.wire import Body, Line, RecentPorts

if TYPE_CHECKING:
    from reachapi_emulator.delivery.webhooks import WebhookClient


async def test_a_body_is_asked_for_as_the_receiver_takes_it() -> None:
    """What a slow receiver has not taken is not yet in memory."""
    supply = Supply()
    async with RawReceiver(never_reading) as receiver, a_client(total=SOON) as client:
        await upload(client, receiver.url, supply)

    assert supply.taken < Supply.size


async def test_nothing_is_sent_after_the_time_out() -> None:
    """What still waited to be sent is dropped, and the connection closed."""
    given_up = asyncio.Event()
    received = 0

    async def script(connection: Connection) -> None:
        nonlocal received
        connection.hold()
        await given_up.wait()
        connection.resume()
        received = len(await connection.closed())

    supply = Supply()
    async with RawReceiver(script) as receiver, a_client(total=SOON) as client:
        await upload(client, receiver.url, supply)
        given_up.set()
        await asyncio.wait_for(receiver.over.wait(), PATIENT)

    assert 0 < received < supply.taken


async def test_a_connection_that_is_gone_need_not_be_closed() -> None:
    """An answer with a broken body has the connection close once all is sent."""
    broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n"

    async def script(connection: Connection) -> None:
        await connection.reader.readexactly(1)
        connection.hold()
        await connection.send(broken)
        connection.resume()
        await connection.closed()

    async with RawReceiver(script) as receiver, a_client(body=SOON) as client:
        outcome = await upload(client, receiver.url, Supply())

    assert acknowledged() == came_to(outcome)


def test_a_body_is_not_decoded() -> None:
    """Who asks for the text of a stream would use it up."""
    body = Body([b"{}"], 2, opened=print)

    with pytest.raises(TypeError, match="streamed"):
        body.decode()


async def cancel(client: WebhookClient, url: str, when: asyncio.Event) -> None:
    """Cancel an attempt that has got as far as the event tells."""
    under_way = asyncio.create_task(post(client, url))
    await asyncio.wait_for(when.wait(), PATIENT)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way


async def test_a_cancelled_attempt_closes_its_connection() -> None:
    """The receiver learns at once that nobody waits for its answer."""
    async with RawReceiver(answering_then_silent()) as receiver, a_client() as client:
        await cancel(client, receiver.url, receiver.arrived)

        assert await asyncio.wait_for(receiver.over.wait(), PATIENT)


async def test_a_cancelled_attempt_leaves_its_port() -> None:
    """A receiver in this process can tell what is left of the attempt."""
    async with RawReceiver(answering_then_silent()) as receiver, a_client() as client:
        await cancel(client, receiver.url, receiver.arrived)

    assert receiver.connections[0].peer_port in client.abandoned


async def test_an_attempt_cancelled_in_the_answers_body_leaves_its_port() -> None:
    """Until it returns an attempt is under way."""
    answered = asyncio.Event()

    async def script(connection: Connection) -> None:
        await answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")(connection)
        answered.set()
        await connection.closed()

    async with RawReceiver(script) as receiver, a_client() as client:
        await cancel(client, receiver.url, answered)

    assert receiver.connections[0].peer_port in client.abandoned


async def test_an_attempt_cancelled_before_it_was_connected_leaves_no_port() -> None:
    """Nothing was sent, so nothing can arrive."""
    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        under_way = asyncio.create_task(post(client, receiver.url))
        await asyncio.sleep(0)
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way

    assert not client.abandoned


async def test_an_attempt_that_runs_into_its_time_out_leaves_no_port() -> None:
    """Only a cancelled delivery must not arrive any more."""
    script = answering_then_silent()
    async with RawReceiver(script) as receiver, a_client(total=SOON) as client:
        await post(client, receiver.url)

    assert not client.abandoned


async def test_a_port_that_is_used_again_is_no_longer_abandoned() -> None:
    """The system gives ports out again; the new attempt must arrive."""
    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        client.abandoned = RecentPorts(limit=65_536)
        for port in range(65_536):
            client.abandoned.add(port)
        await post(client, receiver.url)

    assert receiver.connections[0].peer_port not in client.abandoned


def test_the_oldest_port_is_forgotten() -> None:
    """The record is bounded."""
    ports = RecentPorts(limit=2)

    for port in (1, 2, 3):
        ports.add(port)

    assert 1 not in ports
    assert 3 in ports


def test_a_port_recorded_again_is_the_newest() -> None:
    """Its age counts from the last time."""
    ports = RecentPorts(limit=2)

    for port in (1, 2, 1, 3):
        ports.add(port)

    assert 1 in ports
    assert 2 not in ports


def test_1024_ports_are_kept() -> None:
    """More would outlive their use."""
    expected = 1024
    ports = RecentPorts()

    for port in range(2 * expected):
        ports.add(port)

    assert expected == len(ports)


def test_a_port_that_is_not_there_may_be_discarded() -> None:
    """Most new attempts come from ports never seen."""
    ports = RecentPorts()

    ports.discard(1)

    assert 1 not in ports


class Wire(asyncio.Transport):
    """A transport that only knows its protocol and its port."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 1)})
        self._protocol: asyncio.BaseProtocol = Reads()

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return who is told of what arrives."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell somebody else."""
        self._protocol = protocol


class Reads(asyncio.Protocol):
    """Keeps what it is given, read by read."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.parts.append(data)


@given(
    end=st.sampled_from([b"\r\n\r\n", b"\n\n"]),
    body=st.binary(max_size=20),
    cuts=st.lists(st.integers(0, 60), max_size=4),
)
def test_a_head_comes_by_itself_however_it_was_cut(
    end: bytes, body: bytes, cuts: list[int]
) -> None:
    """Its end may be spread over reads: what follows it is a part of its own."""
    head = b"HTTP/1.1 200 OK\r\nServer: x" + end
    wire = Wire()
    reads = wire.get_protocol()
    assert isinstance(reads, Reads)
    line = Line(wire)
    bounds = [0, *sorted(cuts), len(head + body)]
    for start, stop in pairwise(bounds):
        line.data_received((head + body)[start:stop])

    sizes = list(accumulate(map(len, reads.parts)))
    assert head + body == b"".join(reads.parts)
    assert len(head) in sizes
