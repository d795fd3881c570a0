"""A webhook endpoint of one's own, which keeps what arrives byte for byte."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web
from aiohttp.test_utils import RawTestServer

from support.api import Api
from support.conformance import see_delivery
from support.flow import set_webhook

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serving = Callable[[Handler], Awaitable[RawTestServer]]
"""What the fixture `aiohttp_raw_server` gives."""


class Arrival(NamedTuple):
    """One request as it arrived; headers with their names as they were sent."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes


async def nothing() -> None:
    """Do nothing before the answer."""


@dataclass
class Receiver:
    """Answers with the statuses it is given, then 200.

    Attributes:
        statuses: one for each arrival to come.
        headers: sent with every answer.
        meanwhile: awaited before each answer.
    """

    statuses: Iterable[int] = ()
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], Awaitable[None]] = nothing
    arrivals: list[Arrival] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = iter(self.statuses)

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Keep an arrival and answer it."""
        headers = [
            (name.decode(), value.decode()) for name, value in request.raw_headers
        ]
        body = await request.read()
        see_delivery(request.headers, body)
        self.arrivals.append(Arrival(request.method, request.path_qs, headers, body))
        await self.meanwhile()
        return web.Response(status=next(self._next, 200), headers=self.headers)


async def listening(
    api: Api, serving: Serving, receiver: Receiver, path: str = "/"
) -> Receiver:
    """Let a receiver listen, and make it the demo account's webhook."""
    server = await serving(receiver.handle)
    await set_webhook(api, str(server.make_url(path)))
    return receiver
