"""The server under the routes, and its ports: all that is private to aiohttp."""

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any, cast

from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.http import RawRequestMessage, StreamWriter
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler, _ErrInfo
from aiohttp.web_server import Server

from reachapi_emulator.budget import DEFAULT_BUDGET
from reachapi_emulator.errors import StartError
from reachapi_emulator.hostnames import url_of
from reachapi_emulator.real_time import monotonic
from reachapi_emulator.vendor.errors import (
    BadRequest,
    PageNotFound,
    ReachApiError,
    RequestTimeout,
    ServerError,
)
from reachapi_emulator.web.http import refusal

Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = logging.getLogger("reachapi_emulator.server")

_ADVICE = {
    errno.EADDRINUSE: "is in use: stop what listens there, or choose another {option} "
    "(0 takes a free one)",
    errno.EACCES: "is not allowed for this user: choose a {option} above 1023",
    errno.EADDRNOTAVAIL: "is no address of this machine: choose another --host",
}
MAX_HEAD = 64 * 1024
"""Bytes of a request's head; a line or a field of it has at most 8,190."""

HEAD_SECONDS = 30
"""How long the head of a request may take to arrive, from its first bytes on."""

PROBE_SECONDS = 1.0
"""How often a client is looked for that has stopped sending, and is owed an answer."""

CONNECTION_BYTES = 16 * 1024
"""What an open connection needs, about."""

_UNKNOWN_ADDRESS = "is no address that can be listened on: choose another --host"


class _EndError(ConnectionError):
    """The client sends no more, and all that it asked for is answered."""


_END = _ErrInfo(400, _EndError(), "")
_PROBE = b"HTTP/1.1 100 Continue\r\n\r\n"
_PARSED = 16
"""Where no more requests are waiting, aiohttp has parsed all that has come."""
_LATE = "its head did not arrive in time"
_TOO_LARGE = f"its head has more than {MAX_HEAD:,} bytes"


class EnvelopeRunner(web.AppRunner):
    """An application runner whose server answers malformed requests in JSON.

    Args:
        app: the application.
        max_bytes: bytes that open connections may need together.
        options: as the parent's.
    """

    def __init__(
        self,
        app: web.Application,
        *,
        max_bytes: int = DEFAULT_BUDGET.connections,
        **options: Any,  # noqa: ANN401 # as the parent's
    ) -> None:
        super().__init__(app, **options)
        self._most = max_bytes // CONNECTION_BYTES

    async def _make_server(self) -> Server:
        plain = await super()._make_server()
        return _Server(
            _routed(plain.request_handler),
            most=self._most,
            request_factory=plain.request_factory,
            **plain._kwargs,  # noqa: SLF001 # there is no other way to them
            auto_decompress=False,  # web/body.py does, in slices
        )


class _Server(Server):
    def __init__(self, handler: Answering, *, most: int, **options: Any) -> None:  # noqa: ANN401 # as the parent's
        super().__init__(handler, **options)
        self._most = most
        self._open: set[_Protocol] = set()

    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)

    def connection_made(
        self, handler: RequestHandler, transport: asyncio.Transport
    ) -> None:
        """Let a connection in; one too many costs the one that is idle longest."""
        super().connection_made(handler, transport)
        one = cast("_Protocol", handler)
        self._open.add(one)
        if len(self._open) > self._most:
            idle = (each for each in self._open if each.is_idle())
            ended = min(idle, key=lambda each: each.used, default=one)
            self._open.discard(ended)
            ended.force_close()

    def connection_lost(
        self, handler: RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Let it go."""
        super().connection_lost(handler, exc)
        self._open.discard(cast("_Protocol", handler))


def opened(request: web.BaseRequest) -> float:
    """Return when the connection of a request was opened, by `monotonic`."""
    return cast("_Protocol", request.protocol).opened


def when_lost(request: web.BaseRequest, callback: Callable[[], object]) -> None:
    """Let a callback know when the connection of a request is gone."""
    cast("_Protocol", request.protocol).on_lost = callback


@contextmanager
def while_connected(request: web.BaseRequest) -> Iterator[None]:
    """Cancel what waits inside the block, if the client hangs up."""
    task = cast("asyncio.Task[object]", asyncio.current_task())
    when_lost(request, task.cancel)
    try:
        yield
    finally:
        when_lost(request, _nothing)


def _nothing() -> None:
    """Do nothing."""


def _routed(handler: Answering) -> Answering:
    """Refuse what no route can match, such as `*`: the router would in plain text."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/"):
            return await handler(request)
        return refusal(PageNotFound())

    return handle


class _Protocol(RequestHandler):
    __slots__ = (
        *("_arriving", "_before", "_in_time", "_is_upgrade", "_of_head"),
        *("on_lost", "opened", "used"),
    )

    def __init__(self, manager: Server, **kwargs: Any) -> None:  # noqa: ANN401 # as the parent's
        super().__init__(manager, **kwargs)
        self._arriving: StreamReader | None = None
        self._of_head = self._before = 0
        self._is_upgrade = False
        self.on_lost: Callable[[], object] = _nothing
        self._in_time: asyncio.TimerHandle | None = None
        self.opened = self.used = monotonic()

    def data_received(self, data: bytes) -> None:
        """Read on; whoever awaits a body learns that its framing has turned bad."""
        if self._of_head > MAX_HEAD:
            return  # it has been refused
        known, continues = len(self._messages), self._is_in_head()
        self.used = monotonic()
        super().data_received(data)
        self._of_head += len(data) if continues else 0
        self._check_heads(known, len(data))
        if not self._messages:
            return
        message, body = self._messages[-1]
        if isinstance(message, _ErrInfo):
            self._break_off(_first_line(message.message))
        else:
            self._arriving, self._is_upgrade = body, message.upgrade

    def _is_in_head(self) -> bool:
        """Tell whether what comes next belongs to a head, and to no body before it."""
        arriving = self._arriving
        is_between = arriving is None or arriving.is_eof()
        return is_between and not self._is_upgrade and len(self._messages) <= _PARSED

    def _check_heads(self, known: int, size: int) -> None:
        """Refuse a head that is too large, whether it has come whole or not.

        Of one that began in the middle of what came before, it is not known how
        much of that was its own: new messages are measured if it may be too much.

        Args:
            known: how many messages there were already.
            size: bytes that have come since.
        """
        messages = self._messages
        if known == len(messages):
            if self._of_head > MAX_HEAD:
                self._refuse(_TOO_LARGE)
            elif self._of_head and self._in_time is None:
                self._in_time = self._loop.call_later(HEAD_SECONDS, self._be_late)
            return
        self._stop_timer()
        if self._before + self._of_head + size > MAX_HEAD:
            for index in range(known, len(messages)):
                if _head_size(messages[index][0]) > MAX_HEAD:
                    messages[index] = _refused(_TOO_LARGE)
        self._of_head, self._before = 0, size

    def _be_late(self) -> None:
        """Refuse a head that takes too long, and read no more of it."""
        self._of_head = MAX_HEAD + 1
        self._refuse(_LATE, RequestTimeout.status)

    def _stop_timer(self) -> None:
        if self._in_time is not None:
            self._in_time.cancel()
            self._in_time = None

    def _refuse(self, reason: str, status: int = 400) -> None:
        """Answer what never became a message, once those before it are answered."""
        self._messages.append(_refused(reason, status))
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell who has asked to be told."""
        self._stop_timer()
        super().connection_lost(exc)
        self.on_lost()

    def eof_received(self) -> bool:  # type: ignore[override] # as asyncio's own
        """Keep the connection for the answers that are due, then close it.

        A client may shut down its sending side and wait (RFC 9112, section 9.6).
        TLS has no such half, and an answer without an end has one with its reader.
        """
        if self.is_idle() or self._is_endless() or self.ssl_context is not None:
            return False
        self._break_off("the request ended before its body did")
        self._messages.append((_END, EMPTY_PAYLOAD))
        self._loop.call_soon(self._probe)
        return True

    def _probe(self) -> None:
        """Find out whether a client that has stopped sending is there still.

        One that has hung up looks the same until something is sent. An interim
        answer means nothing to one that waits (RFC 9110, section 15.2.1), and is
        refused by the system of one that has gone: the connection is lost then.
        """
        request = self._current_request
        if self.transport is None or request is None:
            return
        if request.version >= HttpVersion11 and not request.writer.output_size:
            self.transport.write(_PROBE)
        self._loop.call_later(PROBE_SECONDS, self._probe)

    def is_idle(self) -> bool:
        """Tell whether no request is being answered, or waits for it."""
        return self._waiter is not None and not self._messages

    def _is_endless(self) -> bool:
        current = self._current_request
        writer = None if current is None else current.writer
        return isinstance(writer, StreamWriter) and writer.chunked

    def _break_off(self, reason: str) -> None:
        if self._arriving is not None and not self._arriving.is_eof():
            self._arriving.set_exception(web.RequestPayloadError(reason))

    async def finish_response(
        self,
        request: web.BaseRequest,
        resp: web.StreamResponse,
        start_time: float | None,
    ) -> tuple[web.StreamResponse, bool]:
        """Answer; who still waits for 100 Continue may send anything next."""
        if "Expect" in request.headers and not request.content.is_eof():
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

    def log_exception(self, *args: Any, **kw: Any) -> None:  # noqa: ANN401 # as logging's
        """Log a fault; a body that turns bad after its answer is the client's."""
        if not isinstance(kw.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **kw)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what never reached a handler, and close the connection."""
        if isinstance(exc, _EndError):
            raise _EndError
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        if status >= ServerError.status:
            log.error("%s %s failed", request.method, request.path, exc_info=exc)
        response = refusal(_reason(status, message or str(exc or "")))
        response.force_close()
        return response


def _refused(reason: str, status: int = 400) -> tuple[_ErrInfo, StreamReader]:
    return _ErrInfo(status, ConnectionError(reason), reason), EMPTY_PAYLOAD


def _head_size(message: RawRequestMessage | _ErrInfo) -> int:
    if isinstance(message, _ErrInfo):
        return 0
    fields = sum(len(name) + len(value) for name, value in message.raw_headers)
    return len(message.path) + fields


def _reason(status: int, text: str) -> ReachApiError:
    if status >= ServerError.status:
        return ServerError()
    if status == RequestTimeout.status:
        return RequestTimeout()
    reason = f"Request is not well-formed HTTP: {_first_line(text)}"
    return BadRequest(reason.rstrip(": "))


def _first_line(text: str) -> str:
    first, *_ = text.strip().splitlines() or [""]
    return first


class Listener(web.TCPSite):
    """A port that is taken first, and serves when all of them have been.

    Args:
        runner: of the application.
        host: name or address; empty for every one of this machine.
        port: 0 takes a free one.
        tls: what https is spoken with; left out, it is http.
    """

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        tls: SSLContext | None = None,
    ) -> None:
        host = host or "0.0.0.0"  # noqa: S104 # asked for
        super().__init__(runner, host, port, ssl_context=tls)
        self._at, self._tls = (host, port), tls
        self._taken: asyncio.Server

    @property
    def url(self) -> str:
        """The address under which this machine reaches it, once it is taken."""
        port = self._taken.sockets[0].getsockname()[1]
        return url_of(self._at[0], port, "https" if self._tls else "http")

    @property
    def is_reachable_from_outside(self) -> bool:
        """Whether other machines may get here, once it is taken."""
        addresses = [each.getsockname()[0] for each in self._taken.sockets]
        return not all(ip_address(each).is_loopback for each in addresses)

    async def start(self) -> None:
        """Take the port; nobody is let in as yet.

        Raises:
            StartError: it cannot be had.
        """
        await web.BaseSite.start(self)
        try:
            self._taken = await self._bound()
        except (OSError, UnicodeError) as error:
            raise self._refusal(error) from error
        self._server = self._taken  # what the runner stops

    async def serve(self) -> None:
        """Let requests in.

        Raises:
            StartError: somebody else has been quicker.
        """
        try:
            await self._taken.start_serving()
        except OSError as error:
            raise self._refusal(error) from error

    async def _bound(self) -> asyncio.Server:
        """Take one port at every address of the host."""
        host, port = self._at
        server = await self._bound_at(host, port)
        taken = {each.getsockname()[1] for each in server.sockets}
        if len(taken) == 1:
            return server
        server.close()  # 0 has taken another one at each
        return await self._bound_at(host, taken.pop())

    async def _bound_at(self, host: str, port: int) -> asyncio.Server:
        factory = cast("Server", self._runner.server)  # it has been set up
        return await asyncio.get_running_loop().create_server(
            factory, host, port, ssl=self._tls, backlog=128, start_serving=False
        )

    def _refusal(self, error: Exception) -> StartError:
        number = getattr(error, "errno", None) or 0
        option = "--tls-port" if self._tls else "--port"
        advice = _ADVICE.get(number, _UNKNOWN_ADDRESS).format(option=option)
        host, port = self._at
        return StartError(f"{host}:{port} {advice}")
