"""A client that sends bytes as they are, and so can break every rule of HTTP."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import parse_headers
from io import BufferedReader, BytesIO
from typing import Any, BinaryIO

import orjson

from support.conformance import check_answer

Address = tuple[str, int]
Headers = Mapping[str, str | bytes]

PATIENCE = 10.0
"""Seconds until an answer that is not there counts as a hang."""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, read whole; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """The body, parsed."""
        return orjson.loads(self.body)


@dataclass(frozen=True)
class Wire:
    """One connection: what is written to it, and the answers read from it."""

    socket: socket.socket
    stream: BufferedReader

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def interim(self) -> int:
        """Read the head of an answer that has no body; return its status."""
        return _head(self.stream)[0]

    def reply(self, *, bodiless: bool = False) -> Reply:
        """Read the next answer; `bodiless` is that to a HEAD.

        Raises:
            ConnectionError: the connection ends without it.
            TimeoutError: nothing comes.
        """
        return _reply(self.stream, bodiless=bodiless)

    def rest(self) -> list[Reply]:
        """Read all answers until the other side ends the connection."""
        received = BytesIO(b"".join(self._chunks()))
        size = len(received.getvalue())
        replies = []
        while received.tell() < size:
            replies.append(_reply(received))
        return replies

    def _chunks(self) -> Iterator[bytes]:
        with suppress(ConnectionResetError):  # unread bytes turn a close to a reset
            while chunk := self.stream.read1():
                yield chunk


@contextmanager
def connected(address: Address) -> Iterator[Wire]:
    """Open a connection and close it afterwards."""
    with (
        socket.create_connection(address, PATIENCE) as connection,
        connection.makefile("rb") as stream,
    ):
        yield Wire(connection, stream)


def ask(address: Address, data: bytes) -> Reply:
    """Send bytes on a connection of their own and read one answer."""
    with connected(address) as wire:
        wire.send(data)
        reply = wire.reply(bodiless=data.startswith(b"HEAD "))
    method, target, *_ = [*data.lstrip(b"\r\n").decode("latin-1").split(" ", 2), ""]
    check_answer(method, target, reply.status, reply.headers, reply.body)
    return reply


def head(method: str, target: str | bytes, headers: Headers) -> bytes:
    """Return the head of a request, nothing in it checked or encoded."""
    fields = {"Host": "127.0.0.1", **headers}
    lines = [b"%b: %b" % (name.encode(), _bytes(fields[name])) for name in fields]
    start = b"%b %b HTTP/1.1" % (method.encode(), _bytes(target))
    return b"\r\n".join([start, *lines, b"", b""])


def request(
    method: str,
    target: str | bytes,
    body: bytes = b"",
    headers: Headers | None = None,
) -> bytes:
    """Return a request with its length counted, nothing else of it checked."""
    length = {"Content-Length": str(len(body))}
    return head(method, target, {**length, **(headers or {})}) + body


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _reply(stream: BinaryIO, *, bodiless: bool = False) -> Reply:
    status, headers = _head(stream)
    while status < 200:
        status, headers = _head(stream)
    size = 0 if bodiless else int(headers["content-length"])
    return Reply(status, headers, stream.read(size))


def _head(stream: BinaryIO) -> tuple[int, dict[str, str]]:
    line = stream.readline()
    if not line:
        raise ConnectionError("closed without an answer")
    headers = parse_headers(stream)
    pairs = {name.lower(): value for name, value in headers.items()}
    return int(line.split()[1]), pairs
