"""How a fault in a request looks to the client: a refusal, or a broken connection."""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus

import orjson

from reachapi_emulator.delivery.connection import reset
from reachapi_emulator.testing.faults import DELIVERED, FaultKind
from reachapi_emulator.vendor.errors import (
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

_REFUSALS: dict[int, type[ReachApiError]] = {
    each.status: each
    for each in (
        *(BadRequest, Unauthorized, Forbidden, PageNotFound),
        *(PayloadTooLarge, TooManyRequests, ServerError),
    )
}
_SEARCHES = {"presets", "batch"}
"""Operations whose 404 says that nothing was found, not that there is no page."""

GARBAGE = bytes(range(0x80, 0xC0)) + b"\r\n"
"""Neither HTTP nor the size of a chunk; a line, so that nobody waits for its end."""

_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


class Broken(Exception):
    """A fault breaks the connection instead of an answer."""

    def __init__(self, kind: FaultKind) -> None:
        super().__init__(kind)
        self.kind = kind


def refusal_of(
    status: int, operation: str, methods: Sequence[str], body: bytes
) -> ReachApiError:
    """Return the refusal that a fault orders, as the vendor would word it.

    Args:
        status: from 400 to 599; one without words of the vendor's has HTTP's.
        operation: that was asked for.
        methods: that it takes, for 405.
        body: of the request; 402 repeats what it asked for.
    """
    if status == InsufficientCredit.status and operation == DELIVERED:
        return InsufficientCredit(0, _wanted(body))
    if status == MethodNotAllowed.status:
        return MethodNotAllowed(methods)
    if status == NotFound.status and operation in _SEARCHES:
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


def break_off(transport: asyncio.WriteTransport, kind: FaultKind) -> None:
    """Break the connection of a request."""
    _BREAKS[kind](transport)


def _empty(transport: asyncio.WriteTransport) -> None:
    transport.close()


def _malformed(transport: asyncio.WriteTransport) -> None:
    transport.write(_CHUNKED)
    _random(transport)


def _random(transport: asyncio.WriteTransport) -> None:
    transport.write(GARBAGE)
    transport.close()


_BREAKS: dict[FaultKind, Callable[[asyncio.WriteTransport], None]] = {
    FaultKind.RESET: reset,
    FaultKind.EMPTY: _empty,
    FaultKind.MALFORMED: _malformed,
    FaultKind.RANDOM: _random,
}
