"""A request's body: invited, and read within bounds of size and time."""

import asyncio

from aiohttp import HttpVersion11, web

SECONDS = 30
"""How long a body may take to arrive."""


async def read_body(request: web.Request) -> bytes:
    """Read a body, of whichever surface.

    Raises:
        web.HTTPRequestEntityTooLarge: it is over the request's limit, or says so.
        web.RequestPayloadError: it is broken, breaks off, is late, or is coded
            as nothing.
    """
    length = request.content_length or 0
    if length > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size)
    try:
        async with asyncio.timeout(SECONDS):
            body = await request.read()
    except TimeoutError:
        raise web.RequestPayloadError("it did not arrive in time") from None
    except ConnectionError as error:
        raise web.RequestPayloadError(str(error)) from None
    if length and not body:
        raise web.RequestPayloadError("it decodes to nothing")
    return body


async def invite(request: web.Request) -> None:
    """Send 100 Continue to who waits for it; pass over any other expectation.

    RFC 9110, section 10.1.1, leaves it to the server whether to refuse those.
    """
    expected = request.headers["Expect"].lower()
    if expected == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer has not begun
