"""A request's body: invited, and read within bounds of size and time."""

import asyncio

from aiohttp import HttpVersion11, web

SECONDS = 30
"""How long a body may take to arrive."""

CODINGS = ("identity", "gzip", "deflate")
"""What a Content-Encoding may say; others depend on what is installed beside."""

NO_CODING = "it is not coded as gzip or deflate"


async def read_body(request: web.Request) -> bytes:
    """Invite and read a body, of whichever surface.

    Raises:
        web.HTTPRequestEntityTooLarge: it is over the request's limit, or says so.
        web.RequestPayloadError: it is broken, breaks off, is late, is coded as
            nothing, or in a way that is not read.
    """
    length = request.content_length or 0
    if length > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size)
    _check_coding(", ".join(request.headers.getall("Content-Encoding", CODINGS[:1])))
    try:
        async with asyncio.timeout(SECONDS):
            await _invite(request)
            body = await request.read()
    except TimeoutError:
        raise web.RequestPayloadError("it did not arrive in time") from None
    except ConnectionError as error:
        raise web.RequestPayloadError(str(error)) from None
    if length and not body:
        raise web.RequestPayloadError("it decodes to nothing")
    return body


async def uninvited(request: web.Request) -> None:
    """Handle no Expect header: who refuses a body unread does not ask for it.

    100 Continue is sent when a body is read. Other expectations are passed over:
    RFC 9110, section 10.1.1, leaves it to the server whether to refuse those.
    """


def _check_coding(coding: str) -> None:
    if coding.lower() not in CODINGS:
        raise web.RequestPayloadError(NO_CODING)


async def _invite(request: web.Request) -> None:
    """Send 100 Continue to who waits for it."""
    expected = request.headers.get("Expect", "").lower()
    if expected == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer has not begun
