"""Receivers that break every rule, all at once: nobody else is held up."""

import asyncio
import contextlib
import gzip
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from benchmarks.memory import resident
from campaign.program import emulator
from campaign.report import CampaignReport
from support.client import Api, opened, point, under

MAX_ANSWER_S = 1.0
"""Seconds that a health answer may take meanwhile."""

MAX_GROWTH_MB = 150
SECONDS = 15

OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
_GZIP = OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000))

Behaviour = Callable[[StreamWriter], Awaitable[None]]


def says(data: bytes, *, stays: bool = False) -> Behaviour:
    """Send bytes, and close, or stay without another word."""

    async def behave(writer: StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if stays:
            await asyncio.sleep(SECONDS)

    return behave


def repeats(first: bytes, again: bytes, pause: float = 0) -> Behaviour:
    """Send the same bytes without end."""

    async def behave(writer: StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


async def resets(writer: StreamWriter) -> None:
    """Break the connection off."""
    writer.transport.abort()


BEHAVIOURS: dict[str, Behaviour] = {
    "silence": says(b"", stays=True),
    "closes": says(b""),
    "resets": resets,
    "interim answers": repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    "early hints": repeats(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" * 500),
    "switching protocols": says(
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n", stays=True
    ),
    "status drips": repeats(b"HTTP/1.1 2", b"0", 0.1),
    "headers": repeats(OK, b"X-Header: value\r\n" * 1_000),
    "one header": repeats(OK + b"X-Header: ", b"v" * 65_536),
    "headers drip": repeats(OK, b"X: y\r\n", 0.1),
    "body": repeats(OK + b"Content-Length: 99999999999\r\n\r\n", b"x" * 65_536),
    "body drips": repeats(OK + b"Content-Length: 1000000\r\n\r\n", b"x", 0.1),
    "body of a 500": repeats(b"HTTP/1.1 500 No\r\n\r\n", b"x" * 65_536),
    "chunks": repeats(_CHUNKED, b"1\r\nx\r\n" * 10_000),
    "a chunk too large": says(_CHUNKED + b"FFFFFFFFFFFFFFFFFFFF\r\n", stays=True),
    "chunks that are none": says(_CHUNKED + b"zz\r\n", stays=True),
    "trailers": repeats(_CHUNKED + b"0\r\n", b"X-Trailer: value\r\n" * 1_000),
    "gzip": says(_GZIP),
    "garbage": repeats(b"", b"\x00\xff\x13\x37" * 10_000),
    "empty lines": repeats(b"", b"\r\n" * 10_000),
    "HTTP/0.9": says(b"<html>hello</html>"),
    "HTTP/2": says(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), stays=True),
    "TLS": says(b"\x15\x03\x01\x00\x02\x02\x28"),
    "status 99": says(b"HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"),
    "status 1000": says(b"HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\n\r\n"),
    "no status": says(b"HTTP/1.1\r\n\r\n", stays=True),
    "two lengths": says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
    "a negative length": says(OK + b"Content-Length: -1\r\n\r\n"),
    "redirects": says(b"HTTP/1.1 302 Found\r\nLocation: /hook\r\n\r\n"),
    "a long reason": says(b"HTTP/1.1 500 " + b"r" * 1_000_000 + b"\r\n\r\n"),
}


async def hostile_receivers(folder: Path) -> CampaignReport:
    """Let all of them be delivered to at once; return what was found."""
    report = CampaignReport("hostile receivers")
    async with (
        emulator(folder / "hostile.db", retry_schedule=(0.2, 0.2)) as (
            program,
            api,
        ),
        contextlib.AsyncExitStack() as stack,
    ):
        before = resident(program.process.pid) or 0
        for number, behaviour in enumerate(BEHAVIOURS.values()):
            url = await stack.enter_async_context(_listening(behaviour))
            client = await opened(api, f"test-hostile-{number}")
            await point(api, url, f"test-hostile-{number}")
            await asyncio.gather(*(client.fetch(1) for _ in range(4)))
        slowest, others = await _watch(api, report)
        after = resident(program.process.pid) or 0
        report.figures |= {
            "receivers": len(BEHAVIOURS),
            "slowest health answer": f"{slowest * 1000:.0f} ms",
            "deliveries to others meanwhile": others,
            "memory": f"{before:.0f} MB, then {after:.0f} MB",
        }
        report.hold(slowest < MAX_ANSWER_S, "health answers at once")
        report.hold(after - before < MAX_GROWTH_MB, "memory is bounded")
        await _expect_ended(api, report)
    return report


async def _watch(api: Api, report: CampaignReport) -> tuple[float, int]:
    """Return the slowest health answer, and how many good deliveries were made."""
    slowest, others = 0.0, 0
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        begun = time.monotonic()
        await api.control("GET", "/health")
        slowest = max(slowest, time.monotonic() - begun)
        shown = await api.wait(await under(api, "demo-api-key").fetch(1))
        report.expect("delivered", shown["state"], "a delivery to a good receiver")
        others += 1
    return slowest, others


async def _expect_ended(api: Api, report: CampaignReport) -> None:
    for number, name in enumerate(BEHAVIOURS):
        jobs = await api.control("GET", f"/jobs?account=test-hostile-{number}")
        for job in jobs:
            ended = await api.wait(job["unique_processing_id"], timeout=60)
            known = ended["state"] in {"delivered", "exhausted"}
            report.hold(known, f"{name}: its job ends")


@contextlib.asynccontextmanager
async def _listening(behaviour: Behaviour) -> AsyncIterator[str]:
    async def meet(reader: StreamReader, writer: StreamWriter) -> None:
        over = OSError, asyncio.IncompleteReadError, asyncio.CancelledError
        with contextlib.suppress(*over):
            await reader.readuntil(b"\r\n\r\n")
            await behaviour(writer)
        with contextlib.suppress(OSError):
            writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()
