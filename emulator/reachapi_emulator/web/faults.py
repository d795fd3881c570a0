"""How a fault in a request looks to the client: a refusal, or a broken connection."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import orjson
from aiohttp import web

from reachapi_emulator.lab.breakage import GARBAGE, reset
from reachapi_emulator.lab.fault import DELIVERED, Kind
from reachapi_emulator.reachapi.errors import (
    BadRequest,
    Forbidden,
    InsufficientCredit,
    MethodNotAllowed,
    NotFound,
    PageNotFound,
    PayloadTooLarge,
    ReachApiError,
    ServerError,
    TooManyRequests,
    Unauthorized,
)
from reachapi_emulator.web.operation import Operation

_REFUSALS: dict[int, type[ReachApiError]] = {
    each.status: each
    for each in (
        *(BadRequest, Unauthorized, Forbidden, PageNotFound),
        *(PayloadTooLarge, TooManyRequests, ServerError),
    )
}
_SEARCHES = {"presets", "batch"}
"""Operations whose 404 says that nothing was found, not that there is no page."""

_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


class Broken(Exception):
    """A fault breaks the connection instead of an answer."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.kind = kind


def refusal_of(status: int, operation: Operation, body: bytes) -> ReachApiError:
    """Return the refusal that a fault orders, as the vendor would word it.

    Args:
        status: from 400 to 599; one without words of the vendor's has HTTP's.
        operation: that was asked for.
        body: of the request; 402 repeats what it asked for.
    """
    if status == InsufficientCredit.status and operation.name == DELIVERED:
        return InsufficientCredit(0, _wanted(body))
    if status == MethodNotAllowed.status:
        return MethodNotAllowed(operation.methods)
    if status == NotFound.status and operation.name in _SEARCHES:
        return NotFound()
    if status in _REFUSALS:
        return _REFUSALS[status]()
    error = ReachApiError(_phrase(status))
    error.status = status
    return error


def _wanted(body: bytes) -> int:
    """Return the fetchCount of a body, or 1 where there is none to repeat."""
    try:
        count = orjson.loads(body)["fetchCount"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return 1
    return count if type(count) is int and count >= 1 else 1


def _phrase(status: int) -> str:
    if status == InsufficientCredit.status:
        return InsufficientCredit.message
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def break_off(request: web.Request, kind: Kind) -> web.Response:
    """Break the connection; the response that is returned goes nowhere."""
    if request.transport is not None:
        _BREAKS[kind](request.transport)
    return web.Response()


def _empty(transport: asyncio.WriteTransport) -> None:
    transport.close()


def _malformed(transport: asyncio.WriteTransport) -> None:
    transport.write(_CHUNKED)
    _random(transport)


def _random(transport: asyncio.WriteTransport) -> None:
    transport.write(GARBAGE)
    transport.close()


_BREAKS: dict[Kind, Callable[[asyncio.WriteTransport], None]] = {
    Kind.RESET: reset,
    Kind.EMPTY: _empty,
    Kind.MALFORMED: _malformed,
    Kind.RANDOM: _random,
}
