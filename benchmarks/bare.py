"""`python -m benchmarks.bare`: the credits answer by aiohttp, uvloop, orjson alone."""

import asyncio

import orjson
import uvloop
from aiohttp import web

from benchmarks.client import CREDITS


async def credit_check(request: web.Request) -> web.Response:
    """Answer as the emulator does, checking nothing."""
    del request
    data = {"available_credit": 10_000}
    body = orjson.dumps({"status": 200, "message": "success", "data": data})
    return web.Response(body=body, content_type="application/json")


async def serve() -> None:
    """Listen on a free port until the process is ended."""
    app = web.Application()
    app.router.add_post(CREDITS, credit_check)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve())
