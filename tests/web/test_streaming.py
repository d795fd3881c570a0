"""Answers of records: sent as their reader takes them."""

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from pyroaring import BitMap

from reachapi_emulator.contacts import query
from reachapi_emulator.vendor.payload import Payload, Records
from reachapi_emulator.web.http import StreamedRecords
from support.api import BATCH, CREDITS, FETCH_DATA
from support.people import mixed
from support.raw import Address, Wire, ask, connected, head, request
from support.threaded import DEMO, tell

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

pytest_plugins = ["support.sturdy"]

SIZE = 5


class Reader:
    """Takes a piece whenever it is allowed to.

    Attributes:
        pieces: what it was offered, the last perhaps not taken yet.
    """

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self._allowed = asyncio.Semaphore(0)

    async def write(self, piece: bytes) -> None:
        """Be offered a piece; return when it is taken."""
        self.pieces.append(piece)
        await self._allowed.acquire()

    def take(self, count: int) -> None:
        """Take so many pieces."""
        for _ in range(count):
            self._allowed.release()


@pytest.fixture
def payload(monkeypatch: pytest.MonkeyPatch) -> Payload:
    """A list of records, each a piece of its own."""
    monkeypatch.setattr(query, "BATCH_SIZE", 1)
    return Payload(b'{"data":[', Records(mixed(SIZE), BitMap(range(SIZE))))


async def test_a_piece_is_asked_for_when_the_last_is_taken(payload: Payload) -> None:
    """What a reader is slow to take is not heaped up for it."""
    reader = Reader()
    writing = asyncio.create_task(
        StreamedRecords(payload).write(cast("AbstractStreamWriter", reader))
    )
    offered = []
    for _ in range(3):
        await asyncio.sleep(0)
        offered.append(len(reader.pieces))
        reader.take(1)
    reader.take(len(list(payload)))
    await writing

    assert [1, 2, 3] == offered
    assert b"".join(payload) == b"".join(reader.pieces)


def test_its_length_is_known_beforehand(payload: Payload) -> None:
    """For the Content-Length."""
    assert len(b"".join(payload)) == StreamedRecords(payload).size


def test_it_is_not_to_be_had_as_text(payload: Payload) -> None:
    """Nobody is to join it by mistake."""
    with pytest.raises(TypeError, match="streamed, not decoded"):
        StreamedRecords(payload).decode()


def polling(wire: Wire, address: Address, count: int) -> None:
    """Submit a request, see it validated and ask for its records."""
    wanted = b'{"fetchCount":%d,"filter":{}}' % count
    accepted = ask(address, request("POST", FETCH_DATA, wanted, DEMO))
    job = accepted.json["data"]["batch_process_id"]
    tell(address, "POST", "/clock/advance", {"seconds": 1})
    wire.send(head("GET", f"{BATCH}?batch_process_id={job}", DEMO))


def test_a_slow_reader_holds_up_nobody(sturdy: Address) -> None:
    """Others are answered while it has taken but the beginning of ten megabytes."""
    with connected(sturdy) as wire:
        polling(wire, sturdy, 9_000)
        start = wire.stream.read(100)
        meanwhile = ask(sturdy, request("POST", CREDITS, b"", DEMO))

    assert start.startswith(b"HTTP/1.1 200 OK\r\n")
    assert 200 == meanwhile.status


def test_a_reader_that_goes_away_does_no_harm(sturdy: Address) -> None:
    """The records are there for the next to ask."""
    for _ in range(2):
        with connected(sturdy) as wire:
            polling(wire, sturdy, 4_500)
            wire.stream.read(100)
    with connected(sturdy) as wire:
        wire.send(head("GET", f"{BATCH}?batch_process_id=1302", DEMO))
        reply = wire.reply()

    assert (200, "success") == (reply.status, reply.json["message"])
