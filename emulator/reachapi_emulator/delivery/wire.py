"""The connection beneath an attempt: a streamed body, an answer head first."""

from __future__ import annotations

import asyncio
import re
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, cast

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiohttp.abc import AbstractStreamWriter


_END_OF_HEAD = re.compile(rb"\n\r?\n")
_BEFORE_ITS_LAST_BYTE = 2
_HEADS_IN_A_READ = 8


class Line(asyncio.Protocol):
    """An attempt's connection, between the transport and aiohttp's protocol.

    It hands on an answer's head by itself: aiohttp parses what one read brought
    as a whole, so that a broken body would take along the head that came with
    it, and the status with the head (Ruling 28).

    Attributes:
        port: The local port.
        lost: What broke the connection; None as long as nothing did.
    """

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self._inner = cast("asyncio.Protocol", transport.get_protocol())
        self._open = True
        self._seen = b""
        self.port: int = transport.get_extra_info("sockname")[1]
        self.lost: Exception | None = None
        transport.set_protocol(self)

    def abort(self) -> None:
        """Close the connection; what still waits to be sent is dropped."""
        # asyncio's transports do not always bear being aborted once they are closed.
        if self._open:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass on the head, then the rest; interim answers are heads as well."""
        start = 0
        for end in self._ends_of_heads(data):
            self._inner.data_received(data[start:end])
            start = end
        if start < len(data):
            self._inner.data_received(data[start:])

    def _ends_of_heads(self, data: bytes) -> list[int]:
        """Find where heads end; an end may have begun in the read before."""
        before, seen = len(self._seen), self._seen + data
        self._seen = seen[-_BEFORE_ITS_LAST_BYTE:]
        found = islice(_END_OF_HEAD.finditer(seen), _HEADS_IN_A_READ)
        return [match.end() - before for match in found]

    def eof_received(self) -> bool | None:
        """Pass on that the receiver sends no more."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the receiver is behind."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the receiver has caught up."""
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on the end of the connection and keep its cause, which aiohttp wraps."""
        self._open = False
        self.lost = exc
        self._inner.connection_lost(exc)


class Body(aiohttp.Payload):
    """A request body that is asked for as the receiver takes it, never joined.

    Args:
        chunks: The body in order; pieces of some 64 KiB cost least.
        size: The sum of their lengths, sent as Content-Length.
        opened: Called with the local port before the first byte is sent.
    """

    def __init__(
        self, chunks: Iterable[bytes], size: int, opened: Callable[[int], None]
    ) -> None:
        super().__init__(chunks, content_type="application/json")
        self._size = size
        self._opened = opened
        self._line: Line | None = None

    @property
    def port(self) -> int | None:
        """The local port it is sent from; None before there is a connection."""
        return None if self._line is None else self._line.port

    @property
    def lost(self) -> Exception | None:
        """What broke the connection; None as long as nothing did."""
        return None if self._line is None else self._line.lost

    def abort(self) -> None:
        """Close the connection at once, whatever still waits to be sent."""
        if self._line is not None:
            self._line.abort()

    def decode(
        self,
        encoding: str = "utf-8",  # noqa: ARG002 - the signature is aiohttp's
        errors: str = "strict",  # noqa: ARG002 - the signature is aiohttp's
    ) -> NoReturn:
        """Refuse: the body exists once, as a stream."""
        raise TypeError("a webhook body is streamed, not decoded")

    def connect(self, writer: AbstractStreamWriter) -> asyncio.WriteTransport:
        """Take over the connection, on which nothing has been sent yet.

        Raises:
            ConnectionResetError: It is gone already.
        """
        transport = writer.transport
        if transport is None:
            raise ConnectionResetError("gone before the first byte")
        self._line = Line(transport)
        self._opened(self._line.port)
        return transport

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the chunks, waiting whenever the receiver is behind."""
        self.connect(writer)
        for chunk in self._value:
            await writer.write(chunk)


class RecentPorts:
    """The newest local ports of attempts that were cancelled while under way.

    A receiver in the same process drops what still arrives from them. A port
    that a new attempt is given leaves the record before its first byte is sent.
    """

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._ports: dict[int, None] = {}

    def __contains__(self, port: object) -> bool:
        return port in self._ports

    def __len__(self) -> int:
        return len(self._ports)

    def add(self, port: int) -> None:
        """Record a port as the newest; beyond the limit the oldest is forgotten."""
        self.discard(port)
        self._ports[port] = None
        if len(self._ports) > self._limit:
            del self._ports[next(iter(self._ports))]

    def discard(self, port: int) -> None:
        """Forget a port, if it is there."""
        self._ports.pop(port, None)
