"""The routes of both surfaces, put together; CORS and the OpenAPI document."""

from collections.abc import Callable, Collection
from functools import cache, partial
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from reachapi_emulator.services import Services
from reachapi_emulator.vendor.errors import MethodNotAllowed
from reachapi_emulator.web.body import uninvited
from reachapi_emulator.web.control import CONTROL_PATH, build_control
from reachapi_emulator.web.exchange import respond
from reachapi_emulator.web.http import refusal
from reachapi_emulator.web.vendor_api import OPERATIONS, Operation

DOCUMENT_PATH = "/openapi.json"
DOCUMENT_METHODS = ("GET", "HEAD")

ANY = "*"
VENDOR_METHODS = ("GET", "HEAD", "POST")
"""Those of the vendor's page, for a path that it does not have: its 404 is read too."""

_HEADERS = "X-API-Key, webhook_secret_key, Content-Type, Accept"
_EXPOSED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")
_MAX_AGE = "600"
MAX_REQUEST_BODY = 1024 * 1024


def openapi_text() -> str:
    """Return the document as it was written: YAML."""
    return files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")


@cache
def openapi_document() -> dict[str, Any]:
    """Return the document, parsed once; its callers share it and change nothing."""
    import yaml  # noqa: PLC0415 # 20 ms that a start need not pay

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(openapi_text(), loader)  # noqa: S506 # both are safe
    return loaded


def add_openapi_route(app: web.Application) -> None:
    """Serve the document: no key, no limit, no journal, for it is none of the vendor's.

    Another method is 405 in the vendor's envelope, as at every path outside of
    the control API.
    """
    app.router.add_route("*", DOCUMENT_PATH, _serve_document, expect_handler=uninvited)


async def _serve_document(request: web.Request) -> web.Response:
    if request.method not in DOCUMENT_METHODS:
        return refusal(MethodNotAllowed(DOCUMENT_METHODS))
    return web.Response(body=_document_json(), content_type="application/json")


@cache
def _document_json() -> bytes:
    return orjson.dumps(openapi_document())


class Cors:
    """Shares answers with the pages of some origins; nothing changes for others.

    Args:
        origins: as a browser sends them, such as `http://localhost:3000`; `*` is any.
    """

    def __init__(self, origins: Collection[str]) -> None:
        self._origins = frozenset(origins)

    def around(self, handler: Handler, methods: Collection[str]) -> Handler:
        """Return a handler that answers preflights itself: no key, limit or journal.

        Args:
            handler: answers what is no preflight of an allowed origin.
            methods: what a preflight is told to be allowed.
        """
        allowed = ", ".join(methods)

        async def respond(request: web.Request) -> web.StreamResponse:
            origin = self._allowed(request)
            response: web.StreamResponse
            if origin is not None and _is_preflight(request):
                response = _preflight(request, allowed)
            else:
                response = await handler(request)
            self._share(response, origin)
            return response

        return respond

    def _allowed(self, request: web.Request) -> str | None:
        origin = request.headers.get("Origin")
        if origin is None or ANY in self._origins:
            return origin
        return origin if origin in self._origins else None

    def _share(self, response: web.StreamResponse, origin: str | None) -> None:
        headers = response.headers
        if ANY not in self._origins:
            headers["Vary"] = "Origin"
        if origin is None:
            return
        headers["Access-Control-Allow-Origin"] = ANY if ANY in self._origins else origin
        exposed = [name for name in _EXPOSED if name in headers]
        if exposed:
            headers["Access-Control-Expose-Headers"] = ", ".join(exposed)


def _is_preflight(request: web.Request) -> bool:
    asks = "Access-Control-Request-Method" in request.headers
    return asks and request.method == "OPTIONS"


def _preflight(request: web.Request, methods: str) -> web.Response:
    response = web.Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = methods
    response.headers["Access-Control-Allow-Headers"] = _HEADERS
    response.headers["Access-Control-Max-Age"] = _MAX_AGE
    if "Access-Control-Request-Private-Network" in request.headers:
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response


def build(
    services: Services, ca_pem: Callable[[], bytes | None] = lambda: None
) -> web.Application:
    """Return the application: the vendor's surface, and the control API beside it.

    Args:
        services: everything behind the routes.
        ca_pem: tells the certificate to trust for https; None where that is off.
    """
    app = web.Application(client_max_size=MAX_REQUEST_BODY)
    app.add_subapp(CONTROL_PATH, build_control(services, ca_pem))
    add_openapi_route(app)
    for operation in OPERATIONS:
        for path in operation.paths:
            _serve(app, services, path, operation)
    _serve(app, services, "/{path:(?s:.*)}", None)  # a line break does not end a path
    return app


def _serve(
    app: web.Application, services: Services, path: str, operation: Operation | None
) -> None:
    handler: Handler = partial(respond, services, operation)
    if cors := services.settings.cors:
        methods = operation.methods if operation else VENDOR_METHODS
        handler = Cors(cors).around(handler, methods)
    app.router.add_route("*", path, handler, expect_handler=uninvited)
