"""The connection of one attempt: opened, written to past h11, closed or reset."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import struct
import sys
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import h11
from aiohappyeyeballs import start_connection

from reachapi_emulator.delivery.names import Resolver, numeric, unblocked
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohappyeyeballs import AddrInfoType

    from reachapi_emulator.delivery.endpoint import Endpoint
    from reachapi_emulator.delivery.names import Addresses

MAX_HEAD = 64 * 1024
"""Bytes of an answer's head, or of a line about a chunk of its body."""

_PIECE = 4096
"""Bytes: what is smaller is sent together, and so much is received at a time."""

_NEXT_ADDRESS_AFTER = 0.25
_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_Socket = socket.socket  # bound here: a test may put another in its place


class OutgoingRequest(NamedTuple):
    """What an attempt is to send.

    Attributes:
        endpoint: where to.
        secret: the account's webhook secret.
        size: the length of the body in bytes.
    """

    endpoint: Endpoint
    secret: str
    size: int

    def head(self, *, chunked: bool) -> h11.Request:
        """Make the head: two headers of its own, and what HTTP needs (ruling 27).

        Raises:
            ValueError: the secret is no header's value; it is not told.
        """
        endpoint = self.endpoint
        length = (b"Content-Length", b"%d" % self.size)
        authorization = endpoint.authorization
        headers = [
            (b"Host", endpoint.authority),
            (b"webhook_secret_key", self.secret.encode(errors="ignore")),
            *([(b"Authorization", authorization)] if authorization else []),
            (b"Transfer-Encoding", b"chunked") if chunked else length,
            (b"Content-Type", b"application/json"),
            (b"Connection", b"close"),
        ]
        try:
            return h11.Request(method=b"POST", target=endpoint.target, headers=headers)
        except h11.LocalProtocolError:
            raise ValueError("the webhook secret is no header's value") from None


class Connection:
    """An open connection: a request goes out, and an answer may come meanwhile.

    Attributes:
        http: h11's side of it; it has been given all that has arrived.
        port: the local port.
    """

    def __init__(
        self, transport: asyncio.Transport, end: _End, request: OutgoingRequest
    ) -> None:
        self._transport = transport
        self._end = end
        self._writer = asyncio.StreamWriter(
            transport, end, end.reader, asyncio.get_running_loop()
        )
        self._request = request
        self._held = bytearray()
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self.port: int = transport.get_extra_info("sockname")[1]

    @property
    def lost(self) -> Exception | None:
        """What broke the connection; None as long as nothing did."""
        return self._end.lost

    def send_head(self, *, chunked: bool = False) -> None:
        """Send the request's head, with the body's length unless it is chunked."""
        self._pass_on(self._request.head(chunked=chunked))

    async def send(self, piece: bytes) -> None:
        """Send a piece of the body, waiting while the receiver is behind.

        Raises:
            ConnectionError: the connection is gone.
        """
        self._pass_on(h11.Data(data=piece))
        await self._writer.drain()

    async def send_body(self, pieces: Iterable[bytes]) -> None:
        """Send the whole body; it is asked for as the receiver takes it.

        Raises:
            ConnectionError: the connection is gone.
        """
        for piece in pieces:
            await self.send(piece)
        self._pass_on(h11.EndOfMessage())
        self._flush()

    def _pass_on(self, event: h11.Event) -> None:
        for piece in self.http.send_with_data_passthrough(event) or ():
            self.write(piece)

    def write(self, data: bytes) -> None:
        """Send bytes as they are, HTTP or not."""
        if len(data) >= _PIECE:
            self._flush()
            self._transport.write(data)
            return
        self._held += data
        if len(self._held) >= _PIECE:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._transport.write(self._held)
            self._held = bytearray()

    async def drain(self) -> None:
        """Wait until the system has taken all that was sent.

        Raises:
            ConnectionError: the connection is gone.
        """
        self._flush()
        self._transport.set_write_buffer_limits(high=0)
        await self._writer.drain()

    async def receive(self) -> bool:
        """Give h11 what has arrived, waiting for it; tell whether more may come."""
        data = await self._end.reader.read(_PIECE)
        self.http.receive_data(data)
        if len(data) == _PIECE:  # more may wait, which must not hold up the loop
            await asyncio.sleep(0)
        return bool(data)

    def close(self) -> None:
        """Close in good order, once what was written has been taken."""
        self._flush()
        self._transport.close()

    def reset(self) -> None:
        """Close with a TCP reset; what still waits to be sent is dropped."""
        if not self._end.gone:
            reset(self._transport)

    def abort(self) -> None:
        """Close at once; what still waits to be sent is dropped."""
        # asyncio's transports do not always bear being aborted once they are closed.
        if not self._end.gone:
            self._transport.abort()


class Opener:
    """Opens connections, each of its own; proxies of the environment play no part.

    Args:
        timeout: seconds until there is a connection, with the name looked up
            and TLS set up.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._names = Resolver()

    async def open(self, request: OutgoingRequest) -> Connection:
        """Open a connection on which nothing has been sent yet.

        Raises:
            AttemptFailed: there is none, or not in time.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._open(request)
        except TimeoutError:
            raise AttemptFailed(ErrorCode.CONNECT_TIMEOUT) from None

    async def _open(self, request: OutgoingRequest) -> Connection:
        endpoint = request.endpoint
        sock = await _connected(await self._addresses(endpoint))
        loop = asyncio.get_running_loop()
        try:
            transport, end = await loop.create_connection(
                _End,
                sock=sock,
                ssl=self._trust if endpoint.tls else None,
                server_hostname=endpoint.host.removesuffix(".")
                if endpoint.tls
                else None,
            )
        except OSError as failure:
            raise AttemptFailed(ErrorCode.TLS) from failure
        return Connection(transport, end, request)

    async def _addresses(self, endpoint: Endpoint) -> Addresses:
        if endpoint.numeric:
            return numeric(endpoint.host, endpoint.port)
        found = await self._names.look_up(endpoint.host, endpoint.port)
        return unblocked(endpoint.host, found)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """What the system trusts, or SSL_CERT_FILE; read once, when it is needed."""
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


class _End(asyncio.StreamReaderProtocol):
    """Our end, where what has arrived can still be read once the connection is lost.

    Attributes:
        reader: what arrives; at its end where the connection was lost.
        lost: what broke the connection; None as long as nothing did.
        gone: whether the connection is closed, in whatever way.
    """

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader(loop=asyncio.get_running_loop())
        super().__init__(self.reader, loop=asyncio.get_running_loop())
        self.lost: Exception | None = None
        self.gone = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep the cause, which streams would tell before what they have buffered."""
        self.lost = exc
        self.gone = True
        super().connection_lost(None)


def reset(transport: asyncio.WriteTransport) -> None:
    """Close a connection with a TCP reset."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
    )
    transport.abort()


async def _connected(addresses: Addresses) -> socket.socket:
    try:
        return await start_connection(
            addresses,
            happy_eyeballs_delay=_NEXT_ADDRESS_AFTER,
            socket_factory=_new_socket,
        )
    except OSError as failure:
        raise AttemptFailed(_unconnected(failure)) from failure


def _new_socket(address: AddrInfoType) -> socket.socket:
    return _Socket(*address[:3])


def _unconnected(failure: OSError) -> ErrorCode:
    # Where a host has several addresses their errors arrive joined in one text.
    if f"[Errno {errno.ECONNREFUSED}]" in str(failure):
        return ErrorCode.REFUSED
    return ErrorCode.UNREACHABLE
