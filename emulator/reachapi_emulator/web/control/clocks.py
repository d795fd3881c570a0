"""Control routes of the clocks: /_emulator/clock and an account's own."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from reachapi_emulator.state.clock import EVERYONE, TimeError, microseconds, seconds
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    known_account,
    read,
    reply,
    rooms,
)


class ClockPatch(Form):
    """What PATCH /clock takes."""

    frozen: bool


class Advance(Form):
    """What POST /clock/advance takes."""

    seconds: Annotated[float, Meta(ge=-1e12, le=1e12)]


def _whose(request: web.Request) -> str:
    return known_account(request) if "account" in request.match_info else EVERYONE


def _shown(request: web.Request, account: str) -> web.Response:
    reading = rooms(request).clock.read(account)
    return reply({"now": seconds(reading.now), "frozen": reading.frozen})


async def get(request: web.Request) -> web.Response:
    """GET /clock, /accounts/{id}/clock."""
    return _shown(request, _whose(request))


async def patch(request: web.Request) -> web.Response:
    """PATCH /clock, /accounts/{id}/clock: freeze, or go on."""
    form = await read(request, ClockPatch)
    account = _whose(request)
    clock = rooms(request).clock
    if form.frozen:
        clock.freeze(account)
    else:
        clock.resume(account)
    return _shown(request, account)


async def follow(request: web.Request) -> web.Response:
    """DELETE /accounts/{id}/clock: it follows the global clock again."""
    account = known_account(request)
    rooms(request).clock.follow(account)
    return _shown(request, account)


async def advance(request: web.Request) -> web.Response:
    """POST /clock/advance, /accounts/{id}/clock/advance.

    Answers when what fell due has been started.
    """
    form = await read(request, Advance)
    account = _whose(request)
    try:
        rooms(request).clock.advance(microseconds(form.seconds), account)
    except TimeError as error:
        raise ControlError(400, str(error)) from None
    await rooms(request).dispatcher.settle()
    return _shown(request, account)


ROUTES = (
    web.get("/clock", get),
    web.patch("/clock", patch),
    web.post("/clock/advance", advance),
    web.get("/accounts/{account}/clock", get),
    web.patch("/accounts/{account}/clock", patch),
    web.delete("/accounts/{account}/clock", follow),
    web.post("/accounts/{account}/clock/advance", advance),
)
