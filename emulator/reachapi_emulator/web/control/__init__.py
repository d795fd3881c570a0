"""The control API: what a tester turns and sees; meets no rule of the vendor's.

An application of its own below /_emulator. Around every handler of it stand, in this
order: the shield's headers, refusals as JSON, the guard. They are put there when a
route is added: as middlewares of the application they would cost every request of the
vendor's surface some microseconds too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from reachapi_emulator.services import Services
from reachapi_emulator.web.body import uninvited
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
from reachapi_emulator.web.control.forms import ControlError, reply
from reachapi_emulator.web.control.guard import Guard, shield
from reachapi_emulator.web.http import CA_PEM, SERVICES

CONTROL_PATH = "/_emulator"

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
        *(state.health, state.ca_certificate, inboxes.receive),
        *(console.moved, console.page, console.file),
    }
)
"""What needs no control token: who asks for these has none to send."""

PAGES = frozenset({console.moved, console.page})
"""What a link of any page may lead to."""


def build_control(
    services: Services, ca_pem: Callable[[], bytes | None]
) -> web.Application:
    """Return the application to be mounted at CONTROL_PATH."""
    settings = services.settings
    hosts = (settings.host, *settings.allowed_host)
    guard = Guard(hosts, settings.control_token, opens=OPEN, pages=PAGES)
    around = (guard.middleware, refusals_as_json, shield)
    app = web.Application()
    app[SERVICES], app[CA_PEM] = services, ca_pem
    methods: defaultdict[str, list[str]] = defaultdict(list)
    for route in ROUTES:
        _add(app, route.method, route.path, route.handler, around)
        if route.method == "GET":  # health checks ask so
            _add(app, "HEAD", route.path, route.handler, around)
        methods[route.path].append(route.method)
    for path, allowed in methods.items():
        _add(app, "*", path, _not_allowed(allowed), around)
    # a line break does not end a path
    _add(app, "*", "/{path:(?s:.*)}", _unknown, around)
    return app


def _add(
    app: web.Application,
    method: str,
    path: str,
    handler: Handler,
    around: Iterable[Middleware],
) -> None:
    """Add a route, middlewares around its handler, the innermost first."""
    for middleware in around:
        handler = partial(middleware, handler=handler)
    app.router.add_route(method, path, handler, expect_handler=uninvited)


def _not_allowed(allowed: list[str]) -> Handler:
    async def refuse(request: web.Request) -> web.StreamResponse:
        del request
        raise web.HTTPMethodNotAllowed("", allowed)

    return refuse


async def _unknown(request: web.Request) -> web.StreamResponse:
    raise ControlError(404, f"there is no {request.path}: see docs/control-api.md")


@web.middleware
async def refusals_as_json(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Answer every refusal as `{"error": text}`."""
    try:
        return await handler(request)
    except ControlError as error:
        response = reply({"error": str(error)}, error.status)
        response.headers.update(error.headers)
        return response
    except web.HTTPMethodNotAllowed as error:
        methods = ", ".join(sorted(error.allowed_methods))
        response = reply({"error": f"method not allowed: use {methods}"}, 405)
        response.headers["Allow"] = methods
        return response
    except web.HTTPException as error:
        return reply({"error": error.reason}, error.status)
    except web.RequestPayloadError as error:
        return reply({"error": f"the body cannot be read: {error}"}, 400)
