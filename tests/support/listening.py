"""A handler of a test's own, behind the emulator's server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from reachapi_emulator.web.http_server import EnvelopeRunner

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[int]:
    """Serve `GET /` on a free port until the block ends; yield the port."""
    app = web.Application()
    app.router.add_get("/", handler)
    runner = EnvelopeRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
