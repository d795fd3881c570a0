"""Clients that shut down their sending side, and still read."""

import asyncio
import socket

import pytest
from aiohttp import web

from support.api import COUNTS, CREDITS, FETCH
from support.listening import listening
from support.raw import PATIENCE, Address, Reply, Wire, connected, head, request
from support.surfaces import envelope_flaw
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]

GOOD = request("POST", CREDITS, headers=DEMO)
LARGE = 16 * 1024 * 1024
"""More than the system's buffers of a connection hold."""


def end(wire: Wire) -> None:
    """Shut down the sending side; answers can still be read."""
    wire.socket.shutdown(socket.SHUT_WR)


def statuses(replies: list[Reply]) -> list[int]:
    """Return the status of each answer."""
    return [reply.status for reply in replies]


async def endless(request: web.Request) -> web.StreamResponse:
    """Answer with an event, and leave the answer open."""
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(b"event")
    await asyncio.Event().wait()
    return response


@pytest.mark.parametrize("number", [1, 3])
def test_who_stops_sending_gets_its_answers(unharmed: Address, number: int) -> None:
    """All that are due, and then the connection ends."""
    with connected(unharmed) as wire:
        wire.send(GOOD * number)
        end(wire)

        assert [200] * number == statuses(wire.rest())


def test_who_stops_sending_may_wait(sturdy: Address) -> None:
    """An answer that takes its time comes all the same."""
    wanted = b'{"state":"delivered","attempts":1,"timeout":4}'
    with connected(sturdy) as first:
        first.send(request("POST", FETCH, b'{"fetchCount":1,"filter":{}}', DEMO))
        job = first.reply().json["data"]["unique_processing_id"]
        first.send(request("POST", f"/_emulator/jobs/{job}/wait", wanted))
        end(first)
        tell(sturdy, "POST", "/clock/advance", {"seconds": 1})

        assert ["delivered"] == [reply.json["state"] for reply in first.rest()]


def test_who_stops_sending_gets_the_rest_of_an_answer(sturdy: Address) -> None:
    """One that has begun is not cut off."""
    inbox = "/_emulator/inbox/shelf"
    with connected(sturdy) as wire:
        wire.send(request("POST", inbox, b"x" * LARGE))
        wire.reply()
        wire.send(request("GET", inbox))
        wire.stream.peek(1)
        end(wire)
        (reply,) = wire.rest()

    assert LARGE < len(reply.body)


async def test_an_answer_without_an_end_ends_with_its_reader() -> None:
    """As a stream of events, which is read for as long as anybody listens."""
    async with listening(endless) as port, asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("GET", "/"))
        await reader.readuntil(b"event\r\n")
        writer.write_eof()

        assert b"" == await reader.read()
        writer.close()


def test_who_stops_within_a_body_is_told(unharmed: Address) -> None:
    """Its request is refused, after those before it."""
    with connected(unharmed) as wire:
        wire.send(GOOD + head("POST", COUNTS, {**DEMO, "Content-Length": "9"}) + b"{")
        end(wire)
        replies = wire.rest()

    assert [200, 400] == statuses(replies)
    assert "" == envelope_flaw(replies[-1])
    assert "ended before its body" in replies[-1].json["message"]


def test_who_stops_within_a_body_that_nobody_reads(unharmed: Address) -> None:
    """The answer is there, and nothing more is waited for."""
    with connected(unharmed) as wire:
        wire.send(head("POST", "/nowhere", {**DEMO, "Content-Length": "9"}) + b"{")
        refused = wire.reply()
        end(wire)

        assert (404, []) == (refused.status, wire.rest())


@pytest.mark.parametrize(
    "data", [b"", b"POST /", GOOD[:-4]], ids=["none", "line", "head"]
)
def test_who_stops_before_a_request_gets_no_answer(
    unharmed: Address, data: bytes
) -> None:
    """Nothing whole was asked."""
    with connected(unharmed) as wire:
        wire.send(data)
        end(wire)

        assert [] == wire.rest()


def test_who_stops_after_an_answer_ends_the_connection(unharmed: Address) -> None:
    """There is nothing more to come from either side."""
    with connected(unharmed) as wire:
        wire.send(GOOD)
        answered = wire.reply()
        end(wire)

        assert (200, []) == (answered.status, wire.rest())
