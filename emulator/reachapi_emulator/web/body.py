"""Bodies of requests: invited, read and unpacked, within bounds of time and bytes."""

import asyncio
import zlib
from collections.abc import Iterator
from io import BytesIO

from aiohttp import HttpVersion11, web

from reachapi_emulator.budget import Holding, QuotaFull

SECONDS = 30
"""How long a body may take to arrive."""

MAX_WAIT_FOR_ROOM = SECONDS / 2
"""Seconds that a large body waits until others have gone."""

MAX_SLICE = 256 * 1024
"""Bytes that are unpacked at once; then others have their turn."""

MAX_MEMBERS = 1_000
"""Parts that a gzip body may consist of."""

CODINGS = ("identity", "gzip", "deflate")
"""What a Content-Encoding may say; others depend on what is installed beside."""

NO_CODING = "it is not coded as gzip or deflate"

_GZIP, _ZLIB, _RAW = 31, 15, -15  # as zlib calls them
_METHOD, _DEFLATE = 0x0F, 8  # what the first byte says where there is a head


async def read_body(request: web.Request, held: Holding) -> bytes:
    """Invite and read a body, of whichever surface.

    Args:
        request: its head has been read; its limit is that of the unpacked body.
        held: counts the bytes; who calls lets go of them when the body is done with.

    Raises:
        web.HTTPRequestEntityTooLarge: it is over the request's limit, or says so.
        web.HTTPServiceUnavailable: all bodies together are too large at the moment.
        web.RequestPayloadError: it is broken, breaks off, is late, is coded as
            nothing, or in a way that is not read.
    """
    length = request.content_length or 0
    if length > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size)
    coding = _coding(request)
    try:
        async with asyncio.timeout(SECONDS):
            return await _read(request, coding, held)
    except TimeoutError:
        raise web.RequestPayloadError("it did not arrive in time") from None
    except ConnectionError as error:
        raise web.RequestPayloadError(str(error)) from None
    except QuotaFull:
        raise web.HTTPServiceUnavailable(
            reason="too many large bodies at once: send them one after the other, or "
            "start with a larger --memory-budget"
        ) from None


async def uninvited(request: web.Request) -> None:
    """Handle no Expect header: who refuses a body unread does not ask for it.

    100 Continue is sent when a body is read. Other expectations are passed over:
    RFC 9110, section 10.1.1, leaves it to the server whether to refuse those.
    """


def _coding(request: web.Request) -> str:
    named = request.headers.getall("Content-Encoding", CODINGS[:1])
    coding = ", ".join(named).lower()
    if coding not in CODINGS:
        raise web.RequestPayloadError(NO_CODING)
    return coding


async def _invite(request: web.Request) -> None:
    """Send 100 Continue to who waits for it."""
    expected = request.headers.get("Expect", "").lower()
    if expected == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer has not begun


class _Arriving:
    """A body as far as it has arrived."""

    def __init__(self, most: int, held: Holding) -> None:
        self._most, self._held = most, held
        self._reserved = 0
        self._packed = 0
        self._whole = BytesIO()

    async def reserve(self, size: int) -> None:
        """Wait for room for all of it, if that is much: it need not come twice."""
        if size <= MAX_SLICE:
            return
        try:
            async with asyncio.timeout(MAX_WAIT_FOR_ROOM):
                await self._held.wait_for(size)
        except TimeoutError:
            raise QuotaFull from None
        self._reserved = size

    def count(self, packed: bytes) -> None:
        """Count what has come, before it is unpacked."""
        self._packed += len(packed)
        self._check(self._packed)

    def add(self, piece: bytes) -> None:
        self._check(self._whole.tell() + len(piece))
        if not self._reserved:
            self._held.add(len(piece))
        self._whole.write(piece)

    def _check(self, size: int) -> None:
        if size > self._most:
            raise web.HTTPRequestEntityTooLarge(self._most)

    def whole(self) -> bytes:
        return self._whole.getvalue()


async def _read(request: web.Request, coding: str, held: Holding) -> bytes:
    body = _Arriving(request.client_max_size, held)
    if coding == CODINGS[0]:
        await body.reserve(request.content_length or 0)
        await _invite(request)
        async for piece in request.content.iter_any():
            body.add(piece)
    else:
        await _invite(request)
        await _unpack(request, Unpacker(coding), body)
    return body.whole()


async def _unpack(request: web.Request, unpacker: "Unpacker", body: _Arriving) -> None:
    """Read what is packed, in slices between which others have their turn.

    Raises:
        web.RequestPayloadError: it is not coded so, or ends too early.
    """
    try:
        async for packed in request.content.iter_any():
            body.count(packed)
            for piece in unpacker.unpack(packed):
                body.add(piece)
                await asyncio.sleep(0)
    except zlib.error:
        raise web.RequestPayloadError(NO_CODING) from None
    if not unpacker.ended:
        raise web.RequestPayloadError("it ends before what is packed in it does")


class Unpacker:
    """Unpacks gzip, of several members too, and deflate, with or without its head.

    Attributes:
        ended: nothing is missing of what has come.

    Args:
        coding: `gzip` or `deflate`.
    """

    def __init__(self, coding: str) -> None:
        self._is_gzip = coding == "gzip"
        self._members = 0
        self._stream = zlib.decompressobj()
        self.ended = True

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Yield what some more bytes unpack to.

        Raises:
            zlib.error: they are not coded so.
        """
        while data:
            if self.ended:
                self._begin(data[0])
            piece = self._stream.decompress(data, MAX_SLICE)
            yield piece
            self.ended = self._stream.eof
            data = self._stream.unused_data or self._stream.unconsumed_tail

    def _begin(self, first: int) -> None:
        """Begin a member; only gzip may have more than one."""
        self._members += 1
        if self._members > (MAX_MEMBERS if self._is_gzip else 1):
            raise zlib.error("too many members")
        wrapped = _ZLIB if first & _METHOD == _DEFLATE else _RAW
        self._stream = zlib.decompressobj(_GZIP if self._is_gzip else wrapped)
