"""A webhook receiver on a free port that answers at once or when released."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from support.conformance import see_delivery

Answer = Callable[[Any], Awaitable[int]]


async def acknowledge(delivery: object) -> int:
    """Answer 200, whatever was delivered."""
    del delivery
    return 200


class HangingReceiver:
    """Takes deliveries and answers them, at once or when it is released.

    Args:
        answer: called with each delivery, parsed; returns the status to answer.

    Attributes:
        url: what to configure as the webhook.
        bodies: what has arrived, oldest first, to the byte.
    """

    def __init__(self, answer: Answer) -> None:
        self.url = ""
        self.bodies: list[bytes] = []
        self._answer = answer
        self._arrivals: asyncio.Queue[Any] = asyncio.Queue()
        self._gate = asyncio.Event()
        self._gate.set()

    @property
    def jobs(self) -> list[int]:
        """The unique_processing_id of each delivery, oldest first."""
        return [orjson.loads(body)["unique_processing_id"] for body in self.bodies]

    def hang(self) -> None:
        """Leave deliveries without an answer from now on."""
        self._gate.clear()

    def release(self) -> None:
        """Answer what is waiting, and what comes."""
        self._gate.set()

    async def arrival(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Return the next delivery, waiting for it."""
        return await self._arrivals.get()

    async def take(self, request: web.BaseRequest) -> web.Response:
        """Note a delivery and answer it."""
        body = await request.read()
        see_delivery(request.headers, body)
        self.bodies.append(body)
        self._arrivals.put_nowait(orjson.loads(body))
        await self._gate.wait()
        return web.Response(status=await self._answer(orjson.loads(body)))


@asynccontextmanager
async def receiving(answer: Answer = acknowledge) -> AsyncIterator[HangingReceiver]:
    """Run a receiver until the block ends."""
    receiver = HangingReceiver(answer)
    runner = web.ServerRunner(web.Server(receiver.take), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield receiver
    finally:
        receiver.release()
        await runner.cleanup()
