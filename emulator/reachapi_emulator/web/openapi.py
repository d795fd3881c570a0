"""The OpenAPI document: written by hand beside this module, served as JSON."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web

from reachapi_emulator.reachapi.errors import MethodNotAllowed
from reachapi_emulator.web.body import uninvited
from reachapi_emulator.web.envelope import refusal

PATH = "/openapi.json"
METHODS = ("GET", "HEAD")


def text() -> str:
    """Return the document as it was written: YAML."""
    return files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")


@cache
def document() -> dict[str, Any]:
    """Return the document, parsed once; its callers share it and change nothing."""
    import yaml  # noqa: PLC0415 # 20 ms that a start need not pay

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text(), loader)  # noqa: S506 # both are safe
    return loaded


def add_routes(app: web.Application) -> None:
    """Serve the document: no key, no limit, no journal, for it is none of the vendor's.

    Another method is 405 in the vendor's envelope, as at every path outside of
    the control API.
    """
    app.router.add_route("*", PATH, _serve, expect_handler=uninvited)


async def _serve(request: web.Request) -> web.Response:
    if request.method not in METHODS:
        return refusal(MethodNotAllowed(METHODS))
    return web.Response(body=_json(), content_type="application/json")


@cache
def _json() -> bytes:
    return orjson.dumps(document())
