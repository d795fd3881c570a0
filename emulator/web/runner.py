"""The server under the routes: what is no HTTP is refused in the envelope too."""

import logging

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

from emulator.reachapi.errors import BadRequest, ReachApiError, ServerError
from emulator.web.envelope import refusal

log = logging.getLogger("emulator.server")


class EnvelopeRunner(web.AppRunner):
    """An application runner whose server answers malformed requests in JSON."""

    async def _make_server(self) -> Server:
        plain = await super()._make_server()
        return _Server(
            plain.request_handler,
            request_factory=plain.request_factory,
            **plain._kwargs,  # noqa: SLF001 # there is no other way to them
        )


class _Server(Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(RequestHandler):
    __slots__ = ()

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
    first, *_ = text.strip().splitlines() or [""]
    return BadRequest(f"Request is not well-formed HTTP: {first}".rstrip(": "))
