"""A webhook receiver that fails a share of its deliveries, each in its own way."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import orjson
from aiohttp import web
from aiohttp.test_utils import RawTestServer

SHARE = 0.35
"""Of the deliveries that are not acknowledged."""

WAYS = ("error", "abort", "no content", "late abort", "redirect")


class FailingReceiver:
    """Acknowledges most deliveries, and remembers what it was sent.

    Attributes:
        url: what to configure as the webhook.
        acknowledged: how often each job was answered by 200.
        failed: how many deliveries were not.
        contents: digests of the bodies that came for each job.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 # which one fails is no secret
        self.url = ""
        self.failed = 0
        self.acknowledged: Counter[int] = Counter()
        self.contents: defaultdict[int, set[str]] = defaultdict(set)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a delivery."""
        body = await request.read()
        job = orjson.loads(body)["unique_processing_id"]
        self.contents[job].add(hashlib.sha256(body).hexdigest())
        if self._random.random() < SHARE:
            self.failed += 1
            return await self._fail(request, self._random.choice(WAYS))
        self.acknowledged[job] += 1
        return web.Response()

    async def _fail(self, request: web.BaseRequest, way: str) -> web.StreamResponse:
        statuses = {"error": 500, "no content": 204, "redirect": 302}
        if way in statuses:
            return web.Response(status=statuses[way], headers={"Location": "/"})
        if way == "late abort":
            await asyncio.sleep(0.05)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


@asynccontextmanager
async def failing(seed: int) -> AsyncIterator[FailingReceiver]:
    """Yield a receiver that listens."""
    receiver = FailingReceiver(seed)
    async with RawTestServer(receiver.handle, host="127.0.0.1") as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver
