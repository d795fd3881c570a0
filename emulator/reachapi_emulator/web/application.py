"""The routes of both surfaces, put together."""

from functools import partial

from aiohttp import web

from reachapi_emulator.web import control, openapi
from reachapi_emulator.web.body import uninvited
from reachapi_emulator.web.cors import METHODS, Cors, Handler
from reachapi_emulator.web.pipeline import respond
from reachapi_emulator.web.public import OPERATIONS, Operation
from reachapi_emulator.web.rooms import ROOMS, Rooms

LARGEST_BODY = 1024 * 1024


def build(rooms: Rooms) -> web.Application:
    """Return the application: the vendor's surface, and the control API beside it."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app[ROOMS] = rooms
    control.add_routes(app)
    openapi.add_routes(app)
    for operation in OPERATIONS:
        for path in operation.paths:
            _serve(app, path, operation)
    _serve(app, "/{path:(?s:.*)}", None)  # a line break does not end a path
    return app


def _serve(app: web.Application, path: str, operation: Operation | None) -> None:
    rooms = app[ROOMS]
    handler: Handler = partial(respond, rooms, operation)
    if rooms.cors:
        methods = operation.methods if operation else METHODS
        handler = Cors(rooms.cors).around(handler, methods)
    app.router.add_route("*", path, handler, expect_handler=uninvited)
