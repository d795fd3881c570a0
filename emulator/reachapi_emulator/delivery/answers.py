"""A receiver's answer: its status decides, the start of its body is kept."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import aiohttp

from reachapi_emulator.delivery.failures import FAILURES
from reachapi_emulator.delivery.outcomes import ErrorCode, Outcome

if TYPE_CHECKING:
    from aiohttp import ClientResponse


_ACKNOWLEDGED = 200
_LOWEST_STATUS = 100
_KEPT_BYTES = 64 * 1024


async def refuse_no_status(response: ClientResponse) -> None:
    """Refuse 000 to 099, which the parser lets pass and HTTP does not know.

    Raises:
        aiohttp.ClientResponseError: The status is none.
    """
    if response.status < _LOWEST_STATUS:
        raise aiohttp.ClientResponseError(response.request_info, response.history)


async def outcome_of(
    response: ClientResponse, duration_ms: int, seconds: float
) -> Outcome:
    """Make an outcome of an answer's head; read on for a while, then close.

    Args:
        response: The answer; its status has already decided (Ruling 28).
        duration_ms: Milliseconds until there was a status.
        seconds: How long its body is waited for; how that ends changes nothing.
    """
    acknowledged = response.status == _ACKNOWLEDGED
    return Outcome(
        status=response.status,
        error=None if acknowledged else ErrorCode.UNEXPECTED_STATUS,
        response_body=await _start_of_body(response, seconds),
        duration_ms=duration_ms,
        location=_location(response),
    )


async def _start_of_body(response: ClientResponse, seconds: float) -> str:
    received = bytearray()
    try:
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(seconds):
                while len(received) < _KEPT_BYTES and not response.content.at_eof():
                    received += await response.content.readany()
    finally:
        response.close()
    return received[:_KEPT_BYTES].decode(errors="replace")


def _location(response: ClientResponse) -> str | None:
    """The Location header; aiohttp keeps what is no UTF-8 as lone surrogates."""
    header = response.headers.get("Location")
    if header is None:
        return None
    return header.encode(errors="surrogateescape").decode(errors="replace")
