"""Deliveries that break off, as a fault rule says."""

from __future__ import annotations

import socket
import struct
import sys
from typing import TYPE_CHECKING

from reachapi_emulator.delivery.wire import Body
from reachapi_emulator.testing.faults import FaultKind

if TYPE_CHECKING:
    from asyncio import WriteTransport
    from collections.abc import Awaitable, Callable, Iterable

    from aiohttp.abc import AbstractStreamWriter

__all__ = ["BrokenBody"]


GARBAGE = bytes(range(0x80, 0xC0)) + b"\r\n"
"""Neither HTTP nor the size of a chunk; a line, so that nobody waits for its end."""

_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def reset(transport: WriteTransport) -> None:
    """Close with a TCP reset."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
    )
    transport.abort()


class BrokenBody(Body):
    """A request body that breaks its connection instead of being sent whole.

    aiohttp sends a head with the first bytes of its body: nothing of it has been
    sent when the body is asked for.

    Args:
        kind: How it breaks.
        chunks: The body in order.
        size: The sum of their lengths in bytes.
        opened: Called with the local port before the first byte is sent.

    Attributes:
        broken: Whether there was a connection to break.
    """

    def __init__(
        self,
        kind: FaultKind,
        chunks: Iterable[bytes],
        size: int,
        opened: Callable[[int], None],
    ) -> None:
        super().__init__(chunks, size, opened)
        self._half = max(1, size // 2)
        self._end = _ENDS[kind]
        self.broken = False
        if kind is FaultKind.MALFORMED:
            self._size = None  # sent chunked

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Break the connection.

        Raises:
            ConnectionAbortedError: It is broken.
        """
        transport = self.connect(writer)
        self.broken = True
        transport.set_write_buffer_limits(high=0)  # to drain is to send it all
        await self._end(self, writer, transport)
        raise ConnectionAbortedError("broken off by a fault rule")

    async def write_half(self, writer: AbstractStreamWriter) -> None:
        """Send the head and the first half of the body."""
        left = self._half
        for chunk in self._value:
            await writer.write(chunk[:left])
            left -= len(chunk)
            if left <= 0:
                break
        await writer.drain()


async def _reset(
    body: BrokenBody, writer: AbstractStreamWriter, transport: WriteTransport
) -> None:
    await body.write_half(writer)
    reset(transport)


async def _empty(
    body: BrokenBody, writer: AbstractStreamWriter, transport: WriteTransport
) -> None:
    del body, writer
    transport.close()


async def _malformed(
    body: BrokenBody, writer: AbstractStreamWriter, transport: WriteTransport
) -> None:
    await body.write_half(writer)
    await _random(body, writer, transport)


async def _random(
    body: BrokenBody, writer: AbstractStreamWriter, transport: WriteTransport
) -> None:
    del body
    transport.write(GARBAGE)
    await writer.drain()
    transport.close()


_ENDS: dict[
    FaultKind,
    Callable[[BrokenBody, AbstractStreamWriter, WriteTransport], Awaitable[None]],
] = {
    FaultKind.RESET: _reset,
    FaultKind.EMPTY: _empty,
    FaultKind.MALFORMED: _malformed,
    FaultKind.RANDOM: _random,
}
