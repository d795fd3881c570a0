"""Control routes of the built-in webhook receivers: /_emulator/inbox."""

import asyncio

from aiohttp import web

from reachapi_emulator.testing.inbox import MAX_BYTES, ScriptedAnswer
from reachapi_emulator.vendor.accounts import SLUG
from reachapi_emulator.web.control.forms import ControlError, read, reply, rooms
from reachapi_emulator.web.http import read_body

MAX_STEPS = 1_000
MAX_DELAY = 600


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if not SLUG.fullmatch(name):
        raise ControlError(
            400, "an inbox name is 1 to 100 letters, digits, '.', '_' or '-'"
        )
    return name


async def receive(request: web.Request) -> web.StreamResponse:
    """POST /inbox/{name}: keep the delivery, answer as scripted, else 200."""
    name = _name(request)
    body = await read_body(request.clone(client_max_size=MAX_BYTES))
    if _is_abandoned(request):
        return _drop(request)
    step = rooms(request).inboxes.receive(name, request.headers, body)
    if step.delay_s:
        await asyncio.sleep(step.delay_s)
    return _drop(request) if step.drop else web.Response(status=step.status)


def _is_abandoned(request: web.Request) -> bool:
    """Tell whether a reset has dropped this delivery while it was on its way.

    It is told once: somebody else may be given the same port.
    """
    if request.transport is None:
        return True
    _, port, *_ = request.transport.get_extra_info("peername")
    abandoned = rooms(request).client.abandoned
    was_dropped = port in abandoned
    abandoned.discard(port)
    return was_dropped


def _drop(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def get(request: web.Request) -> web.Response:
    """GET /inbox/{name}: what it received, oldest first."""
    return reply(rooms(request).inboxes.deliveries(_name(request)))


async def clear(request: web.Request) -> web.Response:
    """DELETE /inbox/{name}."""
    name = _name(request)
    rooms(request).inboxes.clear(name)
    return reply({"cleared": name})


async def script(request: web.Request) -> web.Response:
    """PUT /inbox/{name}/script: one entry an arrival, then 200."""
    name = _name(request)
    steps = await read(request, list[ScriptedAnswer])
    for number, step in enumerate(steps):
        _check(number, step)
    if len(steps) > MAX_STEPS:
        raise ControlError(400, f"a script has at most {MAX_STEPS} entries")
    rooms(request).inboxes.script(name, steps)
    return reply(steps_shown(steps))


def steps_shown(steps: list[ScriptedAnswer]) -> list[dict[str, object]]:
    """Return a script as it was understood."""
    return [
        {"status": step.status, "delay_s": step.delay_s, "drop": step.drop}
        for step in steps
    ]


def _check(number: int, step: ScriptedAnswer) -> None:
    if not 200 <= step.status <= 599:  # noqa: PLR2004 # the final statuses of HTTP
        raise ControlError(400, f"entry {number}: status must be from 200 to 599")
    if not 0 <= step.delay_s <= MAX_DELAY:
        raise ControlError(
            400, f"entry {number}: delay_s must be from 0 to {MAX_DELAY}"
        )


ROUTES = (
    web.post("/inbox/{name}", receive),
    web.get("/inbox/{name}", get),
    web.delete("/inbox/{name}", clear),
    web.put("/inbox/{name}/script", script),
)
