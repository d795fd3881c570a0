"""How long a connection lives, and for whom; ports, https, and late failures."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.errors import StartError
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.tls import Authority
from reachapi_emulator.web import http_server
from reachapi_emulator.web.http_server import Listener
from support.client import COUNTS, CREDITS, FETCH, PRESETS, Serve
from support.listening import Handler, listening
from support.raw import PATIENCE, Address, Reply, Wire, connected, head, request
from support.surfaces import envelope_flaw
from support.threaded import DEMO, tell, threaded
from support.tls import address, trusting

pytest_plugins = ["support.sturdy"]

GOOD = request("POST", CREDITS, headers=DEMO)
LOST = request("POST", "/nowhere", headers=DEMO)
LARGE = 16 * 1024 * 1024
"""More than the system's buffers of a connection hold."""


def http_1_0(data: bytes) -> bytes:
    """Return a request in the version before."""
    return data.replace(b"HTTP/1.1", b"HTTP/1.0", 1)


def end(wire: Wire) -> None:
    """Shut down the sending side; answers can still be read."""
    wire.socket.shutdown(socket.SHUT_WR)


def statuses(replies: list[Reply]) -> list[int]:
    """Return the status of each answer."""
    return [reply.status for reply in replies]


@pytest.mark.parametrize(
    "data",
    [http_1_0(GOOD), request("POST", CREDITS, headers={**DEMO, "Connection": "close"})],
    ids=["HTTP/1.0", "close"],
)
def test_a_connection_that_ends_with_the_answer(unharmed: Address, data: bytes) -> None:
    with connected(unharmed) as wire:
        wire.send(data)

        assert [200] == statuses(wire.rest())


def test_http_1_0_can_keep_a_connection(unharmed: Address) -> None:
    wish = {**DEMO, "Connection": "keep-alive"}
    with connected(unharmed) as wire:
        wire.send(http_1_0(request("POST", CREDITS, headers=wish)))
        kept = wire.reply()
        wire.send(GOOD)

        assert "keep-alive" == kept.headers["connection"]
        assert 200 == wire.reply().status


def test_answers_come_in_the_order_of_requests(unharmed: Address) -> None:
    several = [
        LOST,
        GOOD,
        request("POST", COUNTS, b"{}", DEMO),
        request("GET", PRESETS),
        request("POST", COUNTS, b'{"filter":{}}', DEMO),
    ]
    with connected(unharmed) as wire:
        wire.send(b"".join(several))

        assert [404, 200, 400, 401, 200] == [wire.reply().status for _ in several]


def test_of_a_hundred_requests_at_once_none_is_lost(unharmed: Address) -> None:
    with connected(unharmed) as wire:
        wire.send(GOOD * 100)

        assert [200] * 100 == [wire.reply().status for _ in range(100)]


def test_answers_that_nobody_reads_are_no_fault_of_the_emulator(
    unharmed: Address,
) -> None:
    with connected(unharmed) as wire:
        wire.send(GOOD * 50)


@pytest.mark.parametrize("number", [1, 3])
def test_who_stops_sending_gets_its_answers(unharmed: Address, number: int) -> None:
    with connected(unharmed) as wire:
        wire.send(GOOD * number)
        end(wire)

        assert [200] * number == statuses(wire.rest())


def test_who_stops_sending_gets_an_answer_that_takes_its_time(sturdy: Address) -> None:
    wanted = b'{"state":"delivered","attempts":1,"timeout":4}'
    with connected(sturdy) as wire:
        wire.send(request("POST", FETCH, b'{"fetchCount":1,"filter":{}}', DEMO))
        job = wire.reply().json["data"]["unique_processing_id"]
        wire.send(request("POST", f"/_emulator/jobs/{job}/wait", wanted))
        end(wire)
        tell(sturdy, "POST", "/clock/advance", {"seconds": 1})

        assert ["delivered"] == [reply.json["state"] for reply in wire.rest()]


def test_who_stops_sending_gets_the_rest_of_an_answer(sturdy: Address) -> None:
    inbox = "/_emulator/inbox/shelf"
    with connected(sturdy) as wire:
        wire.send(request("POST", inbox, b'"%b"' % (b"x" * LARGE)))
        wire.reply()
        wire.send(request("GET", inbox))
        wire.stream.peek(1)
        end(wire)
        (reply,) = wire.rest()

    assert len(reply.body) > LARGE


def test_who_stops_within_a_body_is_told_after_the_answers_before(
    unharmed: Address,
) -> None:
    with connected(unharmed) as wire:
        wire.send(GOOD + head("POST", COUNTS, {**DEMO, "Content-Length": "9"}) + b"{")
        end(wire)
        replies = wire.rest()

    assert [200, 400] == statuses(replies)
    assert "" == envelope_flaw(replies[-1])
    assert "ended before its body" in replies[-1].json["message"]


@pytest.mark.parametrize(
    ("data", "answered"),
    [
        (b"", []),
        (b"POST /", []),
        (GOOD[:-4], []),
        (GOOD, [200]),
        (head("POST", "/nowhere", {**DEMO, "Content-Length": "9"}) + b"{", [404]),
    ],
    ids=["none", "line", "head", "whole", "unread body"],
)
def test_who_stops_with_nothing_due_ends_the_connection(
    unharmed: Address, data: bytes, answered: list[int]
) -> None:
    with connected(unharmed) as wire:
        wire.send(data)
        replies = [wire.reply() for _ in answered]
        end(wire)

        assert (answered, []) == (statuses(replies), wire.rest())


def test_a_head_that_takes_too_long_is_told_so(
    sturdy: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it trickles in; also the second one of a connection."""
    monkeypatch.setattr(f"{http_server.__name__}.HEAD_SECONDS", 0.05)
    for before in (b"", GOOD):
        with connected(sturdy) as wire:
            wire.send(before)
            answered = [wire.reply().status for _ in before[:1]]
            wire.send(GOOD[:9])
            wire.send(GOOD[9:-4])
            (late,) = wire.rest()

        assert [200] * len(answered) == answered
        assert (408, "") == (late.status, envelope_flaw(late))


def test_a_head_in_time_is_not_held_against_what_follows(
    sturdy: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its body nor its answer: a wait may take longer than a head."""
    monkeypatch.setattr(f"{http_server.__name__}.HEAD_SECONDS", 0.02)
    wanted = b'{"count":9,"timeout":0.06}'
    data = request("POST", "/_emulator/requests/wait", wanted)
    with connected(sturdy) as wire:
        wire.send(data[:9])
        wire.send(data[9:])

        assert 408 == wire.reply().status  # the wait's, in its own shape
        wire.send(GOOD)
        assert 200 == wire.reply().status


async def test_an_idle_connection_is_closed_after_its_time(serve: Serve) -> None:
    """A setting; what is half sent by then is not waited for either."""
    api = await serve(keep_alive_timeout=0.1)
    host, port = urlsplit(api.url).hostname or "", urlsplit(api.url).port or 0
    async with asyncio.timeout(PATIENCE):
        ends = [await asyncio.open_connection(host, port) for _ in range(2)]
        ends[1][1].write(GOOD[:9])
        left = [await reader.read() for reader, _ in ends]
        for _, writer in ends:
            writer.close()

    assert [b"", b""] == left


async def test_connections_have_a_bound(serve: Serve) -> None:
    """Of a budget of 16 MiB they have one, 64 of them; the longest idle ones go."""
    api = await serve(memory_budget=16)
    host, port = urlsplit(api.url).hostname or "", urlsplit(api.url).port or 0
    async with AsyncExitStack() as exits:
        ends = [await asyncio.open_connection(host, port) for _ in range(64)]
        burst = (asyncio.open_connection(host, port) for _ in range(3))
        ends += await asyncio.gather(*burst)
        for _, writer in ends:
            exits.callback(writer.close)
        async with asyncio.timeout(PATIENCE):
            gone = [await reader.read() for reader, _ in ends[:3]]
            ends[3][1].write(GOOD)
            answer = await ends[3][0].readline()

    assert [b""] * 3 == gone
    assert answer.startswith(b"HTTP/1.1 200")


async def received(handler: Handler, *, until: bytes = b"") -> bytes:
    """Ask a handler, stop sending after some bytes, return all that comes then."""
    async with listening(handler) as port, asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("GET", "/"))
        if until:
            await reader.readuntil(until)
            writer.write_eof()
        answer = await reader.read()
        writer.close()
    return answer


async def test_an_answer_without_an_end_ends_with_its_reader() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"event")
        await asyncio.Event().wait()
        return response

    assert b"" == await received(endless, until=b"event\r\n")


async def test_an_answer_that_breaks_off_is_not_followed_by_another() -> None:
    async def fail(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "9"})
        await response.prepare(request)
        await response.write(b"begun")
        raise RuntimeError

    assert (await received(fail)).endswith(b"\r\n\r\nbegun")


async def test_an_answer_that_cannot_be_sent_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def split(_: web.Request) -> web.StreamResponse:
        return web.Response(headers={"X-Odd": "a\r\nb"})

    with caplog.at_level(logging.ERROR, "aiohttp.server"):
        answer = await received(split)

    assert b"" == answer
    assert "ValueError" in caplog.text


ORIGIN = "https://localhost:3000"
WAIT = request("POST", "/_emulator/requests/wait", b'{"count":2,"timeout":10}')
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}


def test_the_https_port_goes_through_the_same_code(
    dataset: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """TLS has no half of a connection that stays open; nothing is logged about it."""
    settings = Settings(port=0, tls=True, tls_port=0, ca_dir=tmp_path, cors=(ORIGIN,))
    emulator = Server(settings, dataset)
    with caplog.at_level(logging.WARNING), threaded(emulator) as plain:
        there = address(emulator.tls_url)
        context = trusting(Authority(tmp_path).certificate)
        with (
            socket.create_connection(there, PATIENCE) as inner,
            context.wrap_socket(inner, server_hostname=there[0]) as secured,
            secured.makefile("rb") as stream,
        ):
            wire = Wire(secured, stream)
            wire.send(request("OPTIONS", CREDITS, headers=PREFLIGHT) + GOOD)
            preflight, answer = wire.reply(bodiless=True), wire.reply()
            wire.send(WAIT)
            secured.unwrap()  # TLS's own farewell
        with connected(plain) as other:  # lets the wait end
            other.send(GOOD)
            after = other.reply().status

    assert (204, 200, 200) == (preflight.status, answer.status, after)
    assert ORIGIN == preflight.headers["access-control-allow-origin"]
    assert [] == caplog.records


@pytest.fixture
async def runner() -> AsyncIterator[web.AppRunner]:
    """The runner of an application without a route."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    yield runner
    await runner.cleanup()


async def status_of(url: str) -> bytes:
    """Return the status line that answers a request."""
    reader, writer = await asyncio.open_connection(*address(url))
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return line


async def test_a_port_is_taken_first_and_served_when_all_is_ready(
    runner: web.AppRunner,
) -> None:
    listener = Listener(runner, "127.0.0.1", 0)
    await listener.start()
    url = listener.url

    with pytest.raises(ConnectionRefusedError):
        await status_of(url)
    await listener.serve()
    assert b" 404 " in await status_of(url)
    await runner.cleanup()
    socket.create_server(address(url)).close()  # it is free again


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is not up")
async def test_a_name_of_two_addresses_has_one_port(
    runner: web.AppRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def addresses(_: str, port: int, **__: object) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        return [(*kind, (each, port)) for each in ("127.0.0.1", "127.0.0.2")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)

    await Listener(runner, "two", 0).start()

    (first, one), (second, other) = runner.addresses
    assert {"127.0.0.1", "127.0.0.2"} == {first, second}
    assert one == other


async def test_where_two_take_a_port_the_slower_is_refused(
    runner: web.AppRunner,
) -> None:
    quick = Listener(runner, "127.0.0.1", 0)
    await quick.start()
    _, port = address(quick.url)
    slow = Listener(runner, "127.0.0.1", port)

    async def serve_both() -> None:
        await slow.start()
        await quick.serve()
        await slow.serve()

    with pytest.raises(StartError, match=f"127.0.0.1:{port} is in use: stop what"):
        await serve_both()
