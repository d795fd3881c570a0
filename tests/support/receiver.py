"""Webhook endpoints of one's own, which keep what arrives byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple

import orjson
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from support.client import Api, point
from support.conformance import see_delivery

PATIENCE = 5.0
"""Seconds until what has not arrived counts as lost."""

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
    """Answers with the statuses it is given, then 200; at once or when released.

    Attributes:
        statuses: one for each arrival to come.
        headers: sent with every answer.
        meanwhile: awaited before each answer.
        answer: called with each delivery, parsed, in place of the statuses.
        url: what to configure as the webhook, once it listens.
    """

    statuses: Iterable[int] = ()
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], Awaitable[None]] = nothing
    answer: Callable[[Any], Awaitable[int]] | None = None
    url: str = ""
    arrivals: list[Arrival] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = iter(self.statuses)
        self._arrived: asyncio.Queue[Any] = asyncio.Queue()
        self._gate = asyncio.Event()
        self._gate.set()

    @property
    def bodies(self) -> list[bytes]:
        """What has arrived, oldest first, to the byte."""
        return [arrival.body for arrival in self.arrivals]

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
        return await self._arrived.get()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Keep an arrival and answer it."""
        headers = [
            (name.decode(), value.decode()) for name, value in request.raw_headers
        ]
        body = await request.read()
        see_delivery(request.headers, body)
        self.arrivals.append(Arrival(request.method, request.path_qs, headers, body))
        self._arrived.put_nowait(orjson.loads(body))
        await self._gate.wait()
        await self.meanwhile()
        status = next(self._next, 200)
        if self.answer is not None:
            status = await self.answer(orjson.loads(body))
        return web.Response(status=status, headers=self.headers)


async def listening(
    api: Api, serving: Serving, receiver: Receiver, path: str = "/"
) -> Receiver:
    """Let a receiver listen, and make it the demo account's webhook."""
    server = await serving(receiver.handle)
    receiver.url = str(server.make_url(path))
    await point(api, receiver.url)
    return receiver


@asynccontextmanager
async def receiving(
    answer: Callable[[Any], Awaitable[int]] | None = None,
) -> AsyncIterator[Receiver]:
    """Run a receiver until the block ends, whatever emulators come and go."""
    receiver = Receiver(answer=answer)
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield receiver
    finally:
        receiver.release()
        await runner.cleanup()


@dataclass
class PlainReceiver:
    """What http.server saw of each connection, in the order in which they ended.

    Attributes:
        url: what to configure as the webhook.
    """

    url: str = ""
    seen: "Queue[str | bytes]" = field(default_factory=Queue)

    def next(self) -> str | bytes:
        """Return a body, or in words what came instead; waits for it."""
        return self.seen.get(timeout=PATIENCE)

    def next_job(self) -> int:
        """Return the unique_processing_id of the next body."""
        job: int = orjson.loads(self.next())["unique_processing_id"]
        return job


@contextmanager
def plainly_receiving() -> Iterator[PlainReceiver]:
    """Run a receiver of the standard library in a thread, until the block ends.

    It answers 200 to what it can read, one connection after the other, so that
    their order is certain.
    """
    receiver = PlainReceiver()
    with HTTPServer(("127.0.0.1", 0), _handler(receiver)) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def _handler(receiver: PlainReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Tells the receiver what it sees."""

        def handle_one_request(self) -> None:
            """Read a request, if there is one."""
            super().handle_one_request()
            if not hasattr(self, "requestline"):
                receiver.seen.put("nothing")

        def do_POST(self) -> None:
            """Read a body and answer."""
            try:
                receiver.seen.put(self._body())
            except (ConnectionResetError, ValueError) as error:
                receiver.seen.put(type(error).__name__)
                return
            self.send_response(200)
            self.end_headers()

        def _body(self) -> bytes:
            if self.headers["Transfer-Encoding"] == "chunked":
                return b"".join(iter(self._chunk, b""))
            return self.rfile.read(int(self.headers["Content-Length"]))

        def _chunk(self) -> bytes:
            size = int(self.rfile.readline(), 16)
            return self.rfile.read(size + 2)[:size]

        def send_error(self, code: int, *_: object, **__: object) -> None:
            """Refuse what is no request."""
            receiver.seen.put(f"error {code}")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler
