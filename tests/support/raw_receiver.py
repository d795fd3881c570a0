"""A receiver that speaks bytes, and so can break every rule of HTTP."""

import asyncio
import contextlib
import socket
import ssl
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self, cast

Script = Callable[["Connection"], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\n"
OK = HEAD + b"Content-Length: 0\r\n\r\n"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SMALL_BUFFER = 4096


@dataclass
class Connection:
    """One accepted connection, as its script sees it.

    Attributes:
        head: of the request, once it has been read.
        received: what `drain` has read so far.
        was_reset: whether the other side has reset the connection.
    """

    reader: StreamReader
    writer: StreamWriter
    arrived: asyncio.Event
    head: bytes = b""
    body: bytes = b""
    received: bytes = b""
    was_reset: bool = False

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

    async def drain(self) -> None:
        """Read until the other side closes or resets."""
        try:
            while part := await self.reader.read(1 << 16):
                self.received += part
        except ConnectionResetError:
            self.was_reset = True

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
        tls: how it speaks TLS, if it does.
        connections: those accepted so far.
        arrived: set once a request has been read.
        over: set once a script has ended.
    """

    script: Script
    tls: ssl.SSLContext | None = None
    connections: list[Connection] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
        self.port: int = listener.getsockname()[1]
        scheme = "https" if self.tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/hook"
        self._server = await asyncio.start_server(
            self._accept, sock=listener, ssl=self.tls
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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


async def drain(connection: Connection) -> None:
    """Take everything and say nothing."""
    await connection.drain()


async def never_reading(connection: Connection) -> None:
    """Take nothing beyond what the system's buffers hold."""
    connection.hold()
    await asyncio.Event().wait()


def answering(*parts: bytes, then: Script | None = None) -> Script:
    """Return a script that reads the request, sends the parts, and closes.

    Args:
        parts: are sent one by one, so that each arrives by itself.
        then: is what it does before it closes.
    """

    async def script(connection: Connection) -> None:
        await connection.request()
        for part in parts:
            await connection.send(part)
        if then is not None:
            await then(connection)

    return script


async def reset(connection: Connection) -> None:
    """Reset the connection."""
    connection.reset()


def for_ever(data: bytes) -> Script:
    """Return a script that sends the same again and again."""

    async def script(connection: Connection) -> None:
        while True:
            await connection.send(data)

    return script
