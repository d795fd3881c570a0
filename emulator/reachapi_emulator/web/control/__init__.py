"""The /_emulator routes: what a tester may turn; meets no rule of the vendor's."""

from aiohttp import web

from reachapi_emulator.web.control import (
    accounts,
    clocks,
    console,
    events,
    faults,
    inboxes,
    jobs,
    requests,
    state,
)
from reachapi_emulator.web.control.forms import ControlError, Handler, answered
from reachapi_emulator.web.control.guard import Guard, shielded
from reachapi_emulator.web.http import uninvited
from reachapi_emulator.web.rooms import ROOMS

PREFIX = "/_emulator"
ROUTES = (
    *state.ROUTES,
    *accounts.ROUTES,
    *jobs.ROUTES,
    *requests.ROUTES,
    *clocks.ROUTES,
    *inboxes.ROUTES,
    *faults.ROUTES,
    *events.ROUTES,
    *console.ROUTES,
)
OPEN = frozenset(
    {
        *(("GET", "/health"), ("GET", "/ca.pem"), ("POST", "/inbox/{name}")),
        *((route.method, route.path) for route in console.ROUTES),
    }
)
"""What needs no control token: who asks for these has none to send."""
PAGES = frozenset({"", "/"})
"""What a link of any page may lead to."""


def add_routes(app: web.Application) -> None:
    """Mount the control API at PREFIX, a path that it does not know included."""
    guard = Guard(app[ROOMS].allowed_hosts, app[ROOMS].control_token)
    methods: dict[str, list[str]] = {}
    for route in ROUTES:
        path, handler = PREFIX + route.path, _guarded(guard, route)
        _add(app, route.method, path, handler)
        if route.method == "GET":
            _add(app, "HEAD", path, handler)  # health checks ask so
        methods.setdefault(path, []).append(route.method)
    for path, allowed in methods.items():
        _add(app, "*", path, guard.around(_not_allowed(allowed)))
    _add(app, "*", PREFIX + "{path:(?s:/.*)?}", guard.around(_unknown))


def _guarded(guard: Guard, route: web.RouteDef) -> Handler:
    return guard.around(
        route.handler,
        open_to_all=(route.method, route.path) in OPEN,
        is_page=route.path in PAGES,
    )


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    whole = shielded(answered(handler))
    app.router.add_route(method, path, whole, expect_handler=uninvited)


def _not_allowed(allowed: list[str]) -> Handler:
    async def refuse(request: web.Request) -> web.StreamResponse:
        del request
        raise web.HTTPMethodNotAllowed("", allowed)

    return refuse


async def _unknown(request: web.Request) -> web.StreamResponse:
    raise ControlError(404, f"there is no {request.path}: see docs/control-api.md")
