"""A receiver that speaks bytes, and so can break every rule of HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

Script = Callable[["Connection"], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SMALL_BUFFER = 4096


@dataclass
class Connection:
    """One accepted connection, as its script sees it."""

    reader: StreamReader
    writer: StreamWriter
    arrived: asyncio.Event
    head: bytes = b""
    body: bytes = b""

    @property
    def peer_port(self) -> int:
        """The sender's port."""
        port: int = self.writer.get_extra_info("peername")[1]
        return port

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The request's headers in their order, names as they were sent."""
        lines = self.head.decode().split("\r\n")[1:-2]
        return [(name, value) for name, _, value in (x.partition(": ") for x in lines)]

    async def request(self) -> None:
        """Read the request to its end."""
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        size = int(dict(self.headers)["Content-Length"])
        self.body = await self.reader.readexactly(size)
        self.arrived.set()

    async def send(self, data: bytes) -> None:
        """Send bytes and let the other side read them."""
        self.writer.write(data)
        await self.writer.drain()
        for _ in range(5):
            await asyncio.sleep(0)

    async def closed(self) -> bytes:
        """Wait until the other side closes; what it sent until then."""
        return await self.reader.read()

    def hold(self) -> None:
        """Stop taking what the other side sends."""
        cast("asyncio.Transport", self.writer.transport).pause_reading()

    def resume(self) -> None:
        """Take what the other side sends again."""
        cast("asyncio.Transport", self.writer.transport).resume_reading()

    def reset(self) -> None:
        """Close with a TCP reset."""
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
        )
        self.writer.transport.abort()


@dataclass
class RawReceiver:
    """Listens on a free port of 127.0.0.1 and runs the script on each connection.

    Attributes:
        connections: Those accepted so far.
        arrived: Set once a request has been read.
        over: Set once a script has ended.
    """

    script: Script
    connections: list[Connection] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
        self.port: int = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._accept, sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        connection = Connection(reader, writer, self.arrived)
        self.connections.append(connection)
        task = asyncio.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.script(connection)
        finally:
            self.over.set()
            connection.writer.close()


async def never_reading(connection: Connection) -> None:
    """A script that takes nothing beyond what the system's buffers hold."""
    connection.hold()
    await asyncio.Event().wait()


def answering(*parts: bytes) -> Script:
    """A script that reads the request, sends the parts and closes."""

    async def script(connection: Connection) -> None:
        await connection.request()
        for part in parts:
            await connection.send(part)

    return script


def answering_then_silent(*parts: bytes) -> Script:
    """A script that reads the request, sends the parts and leaves it at that."""

    async def script(connection: Connection) -> None:
        await answering(*parts)(connection)
        await connection.closed()

    return script


def answering_then_reset(*parts: bytes) -> Script:
    """A script that reads the request, sends the parts and resets the connection."""

    async def script(connection: Connection) -> None:
        await answering(*parts)(connection)
        connection.reset()

    return script


def answering_endlessly(start: bytes, again: bytes) -> Script:
    """A script that reads the request, sends the start, then the other for ever."""

    async def script(connection: Connection) -> None:
        await answering(start)(connection)
        while True:
            await connection.send(again)

    return script
