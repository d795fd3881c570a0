"""One attempt to deliver: the only HTTP that goes out (rulings 27 to 29)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from reachapi_emulator.delivery.answer import ReceiverAnswer
from reachapi_emulator.delivery.connection import Connection, Opener, OutgoingRequest
from reachapi_emulator.delivery.endpoint import parse
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode, Outcome
from reachapi_emulator.real_time import monotonic

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BreakOff", "Connection", "RecentPorts", "Sender"]

BreakOff = Callable[[Connection], Awaitable[None]]
"""Breaks a delivery that has a connection."""

MAX_IN_BACKLOG = 1.0
"""Seconds until a connection of our own has been accepted here, at the latest."""

_ACKNOWLEDGED = 200
_log = logging.getLogger(__name__)


class Sender:
    """POSTs deliveries, each over a connection of its own.

    Redirects are not followed, answers are not decompressed, and nothing is
    remembered from one attempt to the next.

    Args:
        connect_timeout: seconds until there is a connection, with the name
            looked up and TLS set up.
        total_timeout: seconds for the whole attempt.
        body_timeout: seconds for what follows the answer's status line, out of
            the whole.

    Attributes:
        abandoned: the local ports of attempts that were cancelled.
    """

    def __init__(
        self,
        *,
        connect_timeout: float,
        total_timeout: float,
        body_timeout: float = 1.0,
    ) -> None:
        self._opener = Opener(connect_timeout)
        self._total_timeout = total_timeout
        self._body_timeout = body_timeout
        self.abandoned = RecentPorts()

    async def post(
        self,
        url: str,
        secret: str,
        chunks: Iterable[bytes],
        size: int,
        break_off: BreakOff | None = None,
    ) -> Outcome:
        """Make one attempt; nothing but a cancellation is raised.

        The outcome is decided at the status line. The rest of the answer is
        read afterwards; only a broken head undoes the status. What the receiver
        has not yet taken by the end of its answer is no longer sent.

        Args:
            url: the configured endpoint.
            secret: the account's webhook secret.
            chunks: the body in order; pieces of some 64 KiB cost least.
            size: the sum of their lengths in bytes.
            break_off: breaks the connection instead of a delivery; if there was
                one to break, the outcome is a fault's.
        """
        attempt = _Attempt(chunks, self._body_timeout)
        try:
            async with asyncio.timeout(self._total_timeout) as limit:
                request = OutgoingRequest(parse(url), secret, size)
                connection = await self._opener.open(request)
                self.abandoned.discard(connection.port)
                await attempt.over(connection, limit, break_off)
        except asyncio.CancelledError:
            if attempt.port is not None:
                self.abandoned.add(attempt.port)
            raise
        except TimeoutError:
            return attempt.outcome(attempt.late)
        except AttemptFailed as failure:
            outcome = attempt.outcome(failure.code)
            return replace(outcome, speaks_tls=failure.speaks_tls)
        except Exception:  # noqa: BLE001 - whatever it is, the delivery goes on
            _log.exception("An attempt failed unexpectedly")
            return attempt.outcome(ErrorCode.FAILED)
        return attempt.outcome()


class _Attempt:
    """An attempt under way, and what its receiver has answered so far.

    Attributes:
        port: the local port; None before there is a connection.
        late: what running out of time would mean now; None once it is answered.
    """

    def __init__(self, chunks: Iterable[bytes], body_timeout: float) -> None:
        self._began = monotonic()
        self._chunks = chunks
        self._body_timeout = body_timeout
        self._answer: ReceiverAnswer | None = None
        self._seconds = 0.0
        self._unsent: Exception | None = None
        self.port: int | None = None
        self.late: ErrorCode | None = ErrorCode.TIMEOUT

    def outcome(self, failed: ErrorCode | None = None) -> Outcome:
        """Tell what it came to: a failure, or else the answer's status."""
        answer = self._answer
        if failed is not None or answer is None:
            return Outcome(None, failed, "", _milliseconds(monotonic() - self._began))
        acknowledged = answer.status == _ACKNOWLEDGED
        return Outcome(
            status=answer.status,
            error=None if acknowledged else ErrorCode.UNEXPECTED_STATUS,
            response_body=answer.body,
            duration_ms=_milliseconds(self._seconds),
            location=answer.location,
        )

    async def over(
        self,
        connection: Connection,
        limit: asyncio.Timeout,
        break_off: BreakOff | None,
    ) -> None:
        """Make it over a connection, which is closed in the end.

        Raises:
            AttemptFailed: there was no answer, or a broken one.
        """
        self.port = connection.port
        try:
            if break_off is not None:
                await self._break(connection, break_off)
            await self._exchange(connection, limit)
        finally:
            connection.abort()

    async def _break(self, connection: Connection, break_off: BreakOff) -> NoReturn:
        self.late = ErrorCode.FAULT
        try:
            await break_off(connection)
        except ConnectionError:
            pass  # the receiver was faster
        except Exception:  # noqa: BLE001 - a fault that fails is one all the same
            _log.exception("A delivery could not be broken off")
        raise AttemptFailed(ErrorCode.FAULT)

    async def _exchange(self, connection: Connection, limit: asyncio.Timeout) -> None:
        """Send the request, and read the answer at the same time."""
        connection.send_head()
        upload = asyncio.create_task(self._upload(connection))
        answer = self._answer = ReceiverAnswer(connection)
        try:
            await answer.read_status()
            self._seconds = monotonic() - self._began
            self.late = None
            _shorten(limit, self._body_timeout)
            await answer.read_rest()
        except AttemptFailed:
            if self._unsent is not None:
                raise self._unsent from None
            raise
        finally:
            upload.cancel()

    async def _upload(self, connection: Connection) -> None:
        try:
            await connection.send_body(self._chunks)
        except ConnectionError:
            pass  # the end of what is received tells why
        except Exception as failure:  # noqa: BLE001 - told by who waits for an answer
            self._unsent = failure
            connection.abort()


def _shorten(limit: asyncio.Timeout, seconds: float) -> None:
    end = asyncio.get_running_loop().time() + seconds
    limit.reschedule(min(end, limit.when() or end))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


class RecentPorts:
    """The newest local ports of attempts that were cancelled while under way.

    A receiver in the same process drops what still arrives from them. A port
    that a new attempt is given leaves the record before its first byte is sent;
    anybody else who is given it is told by when they were.
    """

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._ports: dict[int, float] = {}

    def __contains__(self, port: object) -> bool:
        return port in self._ports

    def __len__(self) -> int:
        return len(self._ports)

    def add(self, port: int) -> None:
        """Record a port as the newest; beyond the limit the oldest is forgotten."""
        self.discard(port)
        self._ports[port] = monotonic()
        if len(self._ports) > self._limit:
            del self._ports[next(iter(self._ports))]

    def discard(self, port: int) -> None:
        """Forget a port, if it is there."""
        self._ports.pop(port, None)

    def take(self, port: int, opened: float) -> bool:
        """Tell whether a connection is one of them, and forget it.

        Args:
            port: of its other end.
            opened: when it was, by `monotonic`.
        """
        abandoned = self._ports.pop(port, None)
        return abandoned is not None and opened < abandoned + MAX_IN_BACKLOG
