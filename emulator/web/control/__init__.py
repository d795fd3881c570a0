"""The /_emulator routes: what a tester may turn; meets no rule of the vendor's."""

from aiohttp import web

from emulator.web.body import invite
from emulator.web.control import accounts, clocks, inboxes, jobs, requests, system
from emulator.web.control.reading import ControlError, Handler, answered

PREFIX = "/_emulator"
ROUTES = (
    *system.ROUTES,
    *accounts.ROUTES,
    *jobs.ROUTES,
    *requests.ROUTES,
    *clocks.ROUTES,
    *inboxes.ROUTES,
)


def add_routes(app: web.Application) -> None:
    """Mount the control API at PREFIX, a path that it does not know included."""
    methods: dict[str, list[str]] = {}
    for route in ROUTES:
        path = PREFIX + route.path
        _add(app, route.method, path, route.handler)
        if route.method == "GET":
            _add(app, "HEAD", path, route.handler)  # health checks ask so
        methods.setdefault(path, []).append(route.method)
    for path, allowed in methods.items():
        _add(app, "*", path, _not_allowed(allowed))
    _add(app, "*", PREFIX + "{path:(?s:/.*)?}", _unknown)


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    app.router.add_route(method, path, answered(handler), expect_handler=invite)


def _not_allowed(allowed: list[str]) -> Handler:
    async def refuse(request: web.Request) -> web.StreamResponse:
        del request
        raise web.HTTPMethodNotAllowed("", allowed)

    return refuse


async def _unknown(request: web.Request) -> web.StreamResponse:
    raise ControlError(404, f"there is no {request.path}: see docs/control-api.md")
