"""A stand-in for a live API: an emulator that does not say that it is one."""

from collections.abc import Mapping

import aiohttp
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings

PASSED_ON = ("X-API-Key", "Content-Type", "Accept", "webhook_secret_key")
HIDDEN = "/_emulator"


class Lookalike:
    """Passes requests on to an emulator of its own, without a limit.

    Args:
        dataset: the emulator's.
        instead: by the status of its answer, the status and the message to send
            in its place.

    Attributes:
        emulator: behind it, to see there what has happened.
        keys: the API keys that were sent, in their order.
    """

    def __init__(
        self, dataset: Dataset, instead: Mapping[int, tuple[int, str]]
    ) -> None:
        self.emulator = Server(Settings(port=0, rate_limit=0), dataset)
        self.instead = instead
        self.url = ""
        self.keys: list[str] = []

    async def start(self) -> None:
        """Listen on a free port."""
        await self.emulator.start()
        self._session = aiohttp.ClientSession()
        self._server = RawTestServer(self._handle, host="127.0.0.1")
        await self._server.start_server()
        self.url = str(self._server.make_url(""))

    async def stop(self) -> None:
        """End."""
        await self._server.close()
        await self._session.close()
        await self.emulator.stop()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        headers = {n: request.headers[n] for n in PASSED_ON if n in request.headers}
        self.keys.append(headers.get("X-API-Key", ""))
        path = request.path_qs.replace(HIDDEN, "/hidden")
        async with self._session.request(
            request.method,
            self.emulator.url + path,
            headers=headers,
            data=await request.read(),
        ) as answer:
            return self._answer(answer.status, await answer.read())

    def _answer(self, status: int, body: bytes) -> web.Response:
        if status not in self.instead:
            return web.Response(
                status=status, body=body, content_type="application/json"
            )
        other, message = self.instead[status]
        envelope = {"status": other, "message": message, "data": None}
        return web.json_response(envelope, status=other)
