"""A receiver's answer: its status line decides, the start of its body is kept."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import h11

from reachapi_emulator.delivery.connection import MAX_HEAD, Connection
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode

if TYPE_CHECKING:
    _Head = h11.InformationalResponse | h11.Response

MAX_LINE = 8190
"""Bytes of the status line, and of a header."""

MAX_HEADERS = 128
MAX_INTERIM_ANSWERS = 20
MAX_KEPT_BYTES = 64 * 1024
"""Bytes of an answer's body that are read and kept."""

_FIRST_STATUS = 100
_FIRST_FINAL_STATUS = 200
_SWITCHING_PROTOCOLS = 101
_VERSION = b"HTTP/"
_TLS_ALERT = b"\x15\x03"
"""Begins what a port that speaks TLS has to say to plain HTTP (RFC 8446, 5.1)."""

_STATUS_LINE = re.compile(rb"HTTP/(?:0\.9|1\.[01]|2\.0) ([0-9]{3})(?: [^\x00\r]*)?\r?")
_END_OF_HEAD = re.compile(rb"\n\r?\n")


class ReceiverAnswer:
    """The answer that arrives on a connection, while a request may still go out.

    Attributes:
        status: the final status, as soon as its line has come; None before.
        location: its Location header, undecodable bytes replaced.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = connection.http
        self._kept = bytearray()
        self.status: int | None = None
        self.location: str | None = None

    @property
    def body(self) -> str:
        """The start of its body so far, undecodable bytes replaced."""
        return self._kept[:MAX_KEPT_BYTES].decode(errors="replace")

    async def read_status(self) -> None:
        """Read as far as the final status line; interim answers are skipped.

        Raises:
            AttemptFailed: there is none.
        """
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            status = await self._next_status()
            if status >= _FIRST_FINAL_STATUS or status == _SWITCHING_PROTOCOLS:
                self.status = status
                return
            await self._head()
        raise AttemptFailed(ErrorCode.INVALID_RESPONSE)

    async def _next_status(self) -> int:
        """Read a status line, which stays with h11 as the start of its head."""
        while True:
            arrived = self._http.trailing_data[0]
            line, end, _ = arrived[:MAX_LINE].partition(b"\n")
            if end:
                return _status_of(line)
            if len(line) == MAX_LINE or not line.startswith(_VERSION[: len(line)]):
                raise AttemptFailed(
                    ErrorCode.INVALID_RESPONSE,
                    speaks_tls=arrived.startswith(_TLS_ALERT),
                )
            await self._receive()

    async def read_rest(self) -> None:
        """Read the rest of the head, and of the body as much as is kept.

        Raises:
            AttemptFailed: the head is broken; a broken body changes nothing.
        """
        if self.status == _SWITCHING_PROTOCOLS:  # nobody asked h11 to switch
            await self._unasked_head()
            return
        head = await self._head()
        self.location = _location(head)
        with suppress(h11.RemoteProtocolError):
            await self._body()

    async def _unasked_head(self) -> None:
        while not _END_OF_HEAD.search(arrived := self._http.trailing_data[0]):
            if len(arrived) > MAX_HEAD:
                raise AttemptFailed(ErrorCode.INVALID_RESPONSE)
            await self._receive()

    async def _head(self) -> _Head:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                await self._receive()
        except h11.RemoteProtocolError:
            raise AttemptFailed(ErrorCode.INVALID_RESPONSE) from None
        head = cast("_Head", event)
        if len(head.headers) > MAX_HEADERS or _longest(head) > MAX_LINE:
            raise AttemptFailed(ErrorCode.INVALID_RESPONSE)
        return head

    async def _body(self) -> None:
        while len(self._kept) < MAX_KEPT_BYTES:
            event = self._http.next_event()
            if isinstance(event, h11.Data):
                self._kept += event.data
            elif event is h11.NEED_DATA:
                await self._connection.receive()
            else:
                return

    async def _receive(self) -> None:
        """Receive more of a head.

        Raises:
            AttemptFailed: there is no more.
        """
        if await self._connection.receive():
            return
        begun = self.status is not None or self._http.trailing_data[0]
        raise AttemptFailed(ended(self._connection.lost, begun=bool(begun)))


def _status_of(line: bytes) -> int:
    """The status; 000 to 099 are none, though they look like one."""
    found = _STATUS_LINE.fullmatch(line)
    if found is None or (status := int(found[1])) < _FIRST_STATUS:
        raise AttemptFailed(ErrorCode.INVALID_RESPONSE)
    return status


def _longest(head: _Head) -> int:
    return max((len(name) + len(value) for name, value in head.headers), default=0)


def _location(head: _Head) -> str | None:
    """The Location header, undecodable bytes replaced."""
    for name, value in head.headers:
        if name == b"location":
            return value.decode(errors="replace")
    return None


def ended(lost: Exception | None, *, begun: bool) -> ErrorCode:
    """Name the end of a connection before the end of an answer's head."""
    # A broken pipe is what an orderly close becomes when more is sent after it.
    if lost is None or isinstance(lost, BrokenPipeError):
        return ErrorCode.INVALID_RESPONSE if begun else ErrorCode.DISCONNECTED
    return ErrorCode.TLS if isinstance(lost, ssl.SSLError) else ErrorCode.RESET
