"""Cross-origin sharing: what lets a page of another origin call the vendor's surface.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Awaitable, Callable, Collection

from aiohttp import web

ANY = "*"
METHODS = ("GET", "HEAD", "POST")
"""Those of the vendor's page, for a path that it does not have: its 404 is read too."""

_HEADERS = "X-API-Key, webhook_secret_key, Content-Type, Accept"
_EXPOSED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")
_MAX_AGE = "600"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
