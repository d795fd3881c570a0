"""One attempt to deliver: the only HTTP that goes out (Rulings 27 to 29)."""

from __future__ import annotations

import asyncio
import math
from time import monotonic
from typing import TYPE_CHECKING

import aiohttp

from reachapi_emulator.delivery.answers import outcome_of, refuse_no_status
from reachapi_emulator.delivery.broken import BrokenBody
from reachapi_emulator.delivery.failures import FAILURES, code_of
from reachapi_emulator.delivery.outcomes import ErrorCode, Outcome
from reachapi_emulator.delivery.resolver import Resolver
from reachapi_emulator.delivery.wire import Body, RecentPorts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reachapi_emulator.testing.faults import FaultKind


_SCHEMES = ("http://", "https://")
_NO_HEADERS_BY_ITSELF = ("Accept", "Accept-Encoding", "User-Agent")


class WebhookClient:
    """POSTs deliveries, each over a connection of its own.

    Redirects, cookies, proxies of the environment and cached addresses play
    no part; answers are not decompressed.

    Args:
        connect_timeout: Seconds until there is a connection, with the name
            looked up and TLS set up.
        total_timeout: Seconds for the whole attempt.
        body_timeout: Seconds for the answer's body, out of the whole.

    Attributes:
        abandoned: The local ports of attempts that were cancelled.
    """

    def __init__(
        self,
        *,
        connect_timeout: float,
        total_timeout: float,
        body_timeout: float = 1.0,
    ) -> None:
        self._connect_timeout = connect_timeout
        self._total_timeout = total_timeout
        self._body_timeout = body_timeout
        self._session: aiohttp.ClientSession
        self.abandoned = RecentPorts()

    async def start(self) -> None:
        """Open the session, on the running event loop."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                force_close=True,
                limit=0,
                resolver=Resolver(),
                use_dns_cache=False,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_NO_HEADERS_BY_ITSELF,
            timeout=aiohttp.ClientTimeout(
                connect=self._connect_timeout,
                ceil_threshold=math.inf,
            ),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Close the session and with it what is still open."""
        await self._session.close()

    async def post(
        self, url: str, secret: str, chunks: Iterable[bytes], size: int
    ) -> Outcome:
        """Make one attempt; nothing but a cancellation is raised.

        The outcome is decided at the status: the answer's body is read
        afterwards, and how that ends changes nothing. What the receiver has
        not yet taken by the end of its answer is no longer sent.

        Args:
            url: The configured endpoint.
            secret: The account's webhook secret.
            chunks: The body in order; pieces of some 64 KiB cost least.
            size: The sum of their lengths in bytes.
        """
        body = Body(chunks, size, opened=self.abandoned.discard)
        return await self._make(url, secret, body)

    async def break_off(
        self, url: str, secret: str, chunks: Iterable[bytes], size: int, kind: FaultKind
    ) -> Outcome:
        """Make one attempt that a fault breaks, if there is a connection to break.

        Args:
            url: The configured endpoint.
            secret: The account's webhook secret.
            chunks: The body in order.
            size: The sum of their lengths in bytes.
            kind: How it breaks.
        """
        body = BrokenBody(kind, chunks, size, opened=self.abandoned.discard)
        return _broken_off(body, await self._make(url, secret, body))

    async def _make(self, url: str, secret: str, body: Body) -> Outcome:
        try:
            return await self._attempt(url, secret, body)
        except asyncio.CancelledError:
            if body.port is not None:
                self.abandoned.add(body.port)
            raise
        finally:
            body.abort()

    async def _attempt(self, url: str, secret: str, body: Body) -> Outcome:
        started = monotonic()
        try:
            async with asyncio.timeout(self._total_timeout):
                response = await self._request(url, secret, body)
        except FAILURES as failure:
            code = code_of(failure, body.lost)
            return Outcome(None, code, "", _milliseconds(monotonic() - started))
        taken = monotonic() - started
        seconds = min(self._body_timeout, self._total_timeout - taken)
        return await outcome_of(response, _milliseconds(taken), seconds)

    async def _request(
        self, url: str, secret: str, body: Body
    ) -> aiohttp.ClientResponse:
        if not url.lower().startswith(_SCHEMES):
            raise aiohttp.NonHttpUrlClientError(url)
        return await self._session.post(
            url,
            data=body,
            headers={"webhook_secret_key": secret},
            allow_redirects=False,
            raise_for_status=refuse_no_status,
        )


def _broken_off(body: BrokenBody, outcome: Outcome) -> Outcome:
    if not body.broken:
        return outcome
    return Outcome(None, ErrorCode.FAULT, "", outcome.duration_ms)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
