"""Control routes of the clocks: /_emulator/clock and an account's own."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from reachapi_emulator.services import Services
from reachapi_emulator.state.clock import EVERYONE, TimeError, microseconds, seconds
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    existing,
    read,
    reply,
    services_of,
    unit,
)


class ClockPatch(Form):
    """What PATCH /clock takes."""

    frozen: bool


class Advance(Form):
    """What POST /clock/advance takes."""

    seconds: Annotated[float, Meta(ge=-1e12, le=1e12)]


def _checked(services: Services, account: str) -> str:
    if account != EVERYONE:
        existing(services, account)
    return account


def _to_json(services: Services, account: str) -> dict[str, object]:
    state = services.clock.read(_checked(services, account))
    return {"now": seconds(state.now), "frozen": state.frozen}


async def get(request: web.Request) -> web.Response:
    """GET /clock, /accounts/{id}/clock."""
    return reply(await unit(request, _to_json, _whose(request)))


async def patch(request: web.Request) -> web.Response:
    """PATCH /clock, /accounts/{id}/clock: freeze, or go on."""
    form = await read(request, ClockPatch)
    return reply(await unit(request, _patch, _whose(request), form))


def _patch(services: Services, account: str, form: ClockPatch) -> dict[str, object]:
    change = services.clock.freeze if form.frozen else services.clock.resume
    change(_checked(services, account))
    return _to_json(services, account)


async def follow(request: web.Request) -> web.Response:
    """DELETE /accounts/{id}/clock: it follows the global clock again."""
    return reply(await unit(request, _follow, _whose(request)))


def _follow(services: Services, account: str) -> dict[str, object]:
    services.clock.follow(_checked(services, account))
    return _to_json(services, account)


async def advance(request: web.Request) -> web.Response:
    """POST /clock/advance, /accounts/{id}/clock/advance.

    Answers when what fell due has been started.
    """
    form = await read(request, Advance)
    account = _whose(request)
    await unit(request, _advance, account, microseconds(form.seconds))
    await services_of(request).worker.run_due()
    return reply(await unit(request, _to_json, account))


def _advance(services: Services, account: str, duration: int) -> None:
    try:
        services.clock.advance(duration, _checked(services, account))
    except TimeError as error:
        raise ControlError(400, str(error)) from None


def _whose(request: web.Request) -> str:
    return request.match_info.get("account", EVERYONE)


ROUTES = (
    web.get("/clock", get),
    web.patch("/clock", patch),
    web.post("/clock/advance", advance),
    web.get("/accounts/{account}/clock", get),
    web.patch("/accounts/{account}/clock", patch),
    web.delete("/accounts/{account}/clock", follow),
    web.post("/accounts/{account}/clock/advance", advance),
)
