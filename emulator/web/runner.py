"""The server under the routes: what is no HTTP is refused in the envelope too."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler, _ErrInfo
from aiohttp.web_server import Server

from emulator.reachapi.errors import (
    BadRequest,
    PageNotFound,
    ReachApiError,
    ServerError,
)
from emulator.web.envelope import refusal

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = logging.getLogger("emulator.server")


class EnvelopeRunner(web.AppRunner):
    """An application runner whose server answers malformed requests in JSON."""

    async def _make_server(self) -> Server:
        plain = await super()._make_server()
        return _Server(
            _routed(plain.request_handler),
            request_factory=plain.request_factory,
            **plain._kwargs,  # noqa: SLF001 # there is no other way to them
        )


class _Server(Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


def _routed(handler: Handler) -> Handler:
    """Refuse what no route can match, such as `*`: the router would in plain text."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/"):
            return await handler(request)
        return refusal(PageNotFound())

    return handle


class _Protocol(RequestHandler):
    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Read on; whoever awaits a body learns that its framing has turned bad."""
        super().data_received(data)
        if self._current_request is None or not self._messages:
            return
        message, _ = self._messages[-1]
        content = self._current_request.content
        if isinstance(message, _ErrInfo) and not content.is_eof():
            content.set_exception(web.RequestPayloadError(_first_line(message.message)))

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
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        if status >= ServerError.status:
            log.error("%s %s failed", request.method, request.path, exc_info=exc)
        response = refusal(_reason(status, message or str(exc or "")))
        response.force_close()
        return response


def _reason(status: int, text: str) -> ReachApiError:
    if status >= ServerError.status:
        return ServerError()
    reason = f"Request is not well-formed HTTP: {_first_line(text)}"
    return BadRequest(reason.rstrip(": "))


def _first_line(text: str) -> str:
    first, *_ = text.strip().splitlines() or [""]
    return first
