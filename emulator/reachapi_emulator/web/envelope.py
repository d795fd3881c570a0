"""Results and refusals as the vendor's JSON (ruling 1)."""

from typing import NamedTuple

import orjson
from aiohttp import web

from reachapi_emulator.reachapi.errors import MethodNotAllowed, ReachApiError
from reachapi_emulator.reachapi.payload import Payload, Records
from reachapi_emulator.web.streaming import Stream

JSON = {"Content-Type": "application/json"}


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
    return web.Response(status=status, body=body, content_type="application/json")


def _streamed(message: str, records: Records) -> web.Response:
    start = _wrapped(200, message, []).removesuffix(b"]}")
    return web.Response(body=Stream(Payload(start, records)))


def _wrapped(status: int, message: str, data: object) -> bytes:
    return orjson.dumps({"status": status, "message": message, "data": data})
