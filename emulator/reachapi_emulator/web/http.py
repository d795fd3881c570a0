"""Answers: wrapped in the envelope, streamed, or counted while they are sent."""

from collections.abc import Callable
from typing import NamedTuple, NoReturn

import aiohttp
import orjson
from aiohttp import web
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
