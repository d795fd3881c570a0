"""A handler that fails too late to be answered for."""

import asyncio
import logging

import pytest
from aiohttp import web

from support.listening import Handler, listening
from support.raw import PATIENCE, request


async def received(handler: Handler) -> bytes:
    """Return all that comes until the connection ends."""
    async with listening(handler) as port, asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("GET", "/"))
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


async def test_an_answer_that_breaks_off_is_not_followed_by_another() -> None:
    """What has begun cannot be taken back: the connection ends."""

    async def fail(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "9"})
        await response.prepare(request)
        await response.write(b"begun")
        raise RuntimeError

    assert (await received(fail)).endswith(b"\r\n\r\nbegun")


async def test_an_answer_that_cannot_be_sent_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The client gets none, the log the reason."""

    async def split(_: web.Request) -> web.StreamResponse:
        return web.Response(headers={"X-Odd": "a\r\nb"})

    with caplog.at_level(logging.ERROR, "aiohttp.server"):
        answer = await received(split)

    assert b"" == answer
    assert "ValueError" in caplog.text
