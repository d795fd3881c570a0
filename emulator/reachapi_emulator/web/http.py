"""Bodies and answers: read within bounds, wrapped in the envelope, streamed."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, NoReturn

import aiohttp
import orjson
from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from reachapi_emulator.services import Services
from reachapi_emulator.vendor.errors import MethodNotAllowed, ReachApiError
from reachapi_emulator.vendor.payload import Payload, Records

SERVICES = web.AppKey("services", Services)
"""Everything behind the routes."""

CA_PEM: web.AppKey[Callable[[], bytes | None]] = web.AppKey("ca_pem")
"""The certificate to trust for https, as bytes; None where https is off."""

JSON = {"Content-Type": "application/json"}
_HEADERS = CIMultiDict(JSON)  # of the kind that an answer copies fastest

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


class StreamedRecords(aiohttp.Payload):
    """Prepared records as the body of an answer, their length known beforehand."""

    def __init__(self, payload: Payload) -> None:
        super().__init__(payload, content_type="application/json")
        self.payload = payload

    @property
    def size(self) -> int:
        """The length in bytes, sent as Content-Length."""
        return len(self.payload)

    def decode(
        self,
        encoding: str = "utf-8",  # noqa: ARG002 - the signature is aiohttp's
        errors: str = "strict",  # noqa: ARG002 - the signature is aiohttp's
    ) -> NoReturn:
        """Refuse: the body exists once, as a stream."""
        raise TypeError("an answer of records is streamed, not decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the pieces, waiting whenever the reader is behind."""
        for piece in self.payload:
            await writer.write(piece)


class Success(NamedTuple):
    """An answer with status 200.

    Its `data` may be Records, or hold ready-made JSON as orjson.Fragment.
    """

    message: str
    data: object


def answer(success: Success) -> web.Response:
    """Wrap a result; records are not joined to a body but streamed."""
    if isinstance(success.data, Records):
        return _streamed(success.message, success.data)
    return _response(200, success.message, success.data)


def refusal(error: ReachApiError) -> web.Response:
    """Wrap a refusal; 405 says which methods are allowed."""
    response = _response(error.status, error.message, error.data)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allowed)
    return response


def _response(status: int, message: str, data: object) -> web.Response:
    body = _wrapped(status, message, data)
    return web.Response(status=status, body=body, headers=_HEADERS)


def _streamed(message: str, records: Records) -> web.Response:
    start = _wrapped(200, message, []).removesuffix(b"]}")
    return web.Response(body=StreamedRecords(Payload(start, records)))


def _wrapped(status: int, message: str, data: object) -> bytes:
    return orjson.dumps({"status": status, "message": message, "data": data})
