"""Control routes of the built-in webhook receivers: /_emulator/inbox."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from msgspec import structs

from reachapi_emulator.services import Services
from reachapi_emulator.state.page import Page
from reachapi_emulator.testing.inbox import ScriptedAnswer, ScriptsFull
from reachapi_emulator.vendor.accounts import SLUG
from reachapi_emulator.web.body import read_body
from reachapi_emulator.web.control.forms import (
    ControlError,
    parameters,
    read,
    reply,
    services_of,
    unit,
)
from reachapi_emulator.web.control.paging import (
    PAGING,
    Listed,
    listed,
    page_of,
    send_page,
)

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
    answer = await _kept(request, name)
    if answer is None:
        return _drop(request)
    if answer.delay_s:
        await asyncio.sleep(answer.delay_s)
    return _drop(request) if answer.drop else web.Response(status=answer.status)


async def _kept(request: web.Request, name: str) -> ScriptedAnswer | None:
    """Keep what arrives and return how to answer it; None if it is abandoned."""
    services = services_of(request)
    limited = request.clone(client_max_size=services.budget.inboxes)
    with services.quotas.transfers.holding() as held:
        body = await read_body(limited, held)
        if _is_abandoned(request):
            return None
        return await unit(request, _receive, name, request.headers, body)


def _receive(
    services: Services, name: str, headers: Mapping[str, str], body: bytes
) -> ScriptedAnswer:
    return services.inboxes.receive(name, headers, body)


def _is_abandoned(request: web.Request) -> bool:
    """Tell whether a reset has dropped this delivery while it was on its way.

    It is told once: somebody else may be given the same port.
    """
    if request.transport is None:
        return True
    _, port, *_ = request.transport.get_extra_info("peername")
    abandoned = services_of(request).sender.abandoned
    was_dropped = port in abandoned
    abandoned.discard(port)
    return was_dropped


def _drop(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def get(request: web.Request) -> web.Response:
    """GET /inbox/{name}?limit=&before=&after=: what it received, oldest first."""
    page = page_of(parameters(request, *PAGING))
    found = await unit(request, _deliveries, _name(request), page)
    return await send_page(request, page, found)


def _deliveries(services: Services, name: str, page: Page) -> Listed:
    numbers = services.inboxes.deliveries(name, page)
    return listed(page, numbers, int, services.inboxes.delivery)


async def clear(request: web.Request) -> web.Response:
    """DELETE /inbox/{name}."""
    name = _name(request)
    await unit(request, _clear, name)
    return reply({"cleared": name})


def _clear(services: Services, name: str) -> None:
    services.inboxes.empty(name)


async def get_script(request: web.Request) -> web.Response:
    """GET /inbox/{name}/script: what is still to come of it."""
    answers = await unit(request, _scripted, _name(request))
    return reply([structs.asdict(answer) for answer in answers])


def _scripted(services: Services, name: str) -> list[ScriptedAnswer]:
    return services.inboxes.scripted(name)


async def script(request: web.Request) -> web.Response:
    """PUT /inbox/{name}/script: one entry an arrival, then 200."""
    name = _name(request)
    answers = await read(request, list[ScriptedAnswer])
    for number, answer in enumerate(answers):
        _check(number, answer)
    if len(answers) > MAX_STEPS:
        raise ControlError(400, f"a script has at most {MAX_STEPS} entries")
    await unit(request, _script, name, answers)
    return reply([structs.asdict(answer) for answer in answers])


def _script(services: Services, name: str, answers: list[ScriptedAnswer]) -> None:
    try:
        services.inboxes.script(name, answers)
    except ScriptsFull as error:
        raise ControlError(409, str(error)) from None


def _check(number: int, answer: ScriptedAnswer) -> None:
    if not 200 <= answer.status <= 599:  # noqa: PLR2004 # the final statuses of HTTP
        raise ControlError(400, f"entry {number}: status must be from 200 to 599")
    if not 0 <= answer.delay_s <= MAX_DELAY:
        raise ControlError(
            400, f"entry {number}: delay_s must be from 0 to {MAX_DELAY}"
        )


ROUTES = (
    web.post("/inbox/{name}", receive),
    web.get("/inbox/{name}", get),
    web.delete("/inbox/{name}", clear),
    web.get("/inbox/{name}/script", get_script),
    web.put("/inbox/{name}/script", script),
)
