"""Reading control requests and answering them: JSON in, JSON out, clear errors."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
import orjson
from aiohttp import web

from reachapi_emulator.budget import QuotaFull
from reachapi_emulator.services import Services
from reachapi_emulator.web.body import SECONDS, read_body
from reachapi_emulator.web.http import JSON, SERVICES
from reachapi_emulator.web.http_server import while_connected

P = ParamSpec("P")
T = TypeVar("T")


MAX_SENDING = 120.0
"""Seconds that a large answer may take, for it takes up room of others."""

MAX_UNCOUNTED = 256 * 1024
"""Bytes of an answer that does not wait for room."""

SHIELD = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer: kept nowhere, framed and embedded by no page."""


class ControlError(Exception):
    """A refusal of the control API: an HTTP status, what to do, perhaps headers."""

    def __init__(
        self, status: int, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers or {}


class Form(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The shape of a control body; a key that it does not name is refused."""


def services_of(request: web.Request) -> Services:
    """Return what the handlers work with."""
    return request.app[SERVICES]


async def unit(
    request: web.Request,
    function: Callable[Concatenate[Services, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a function of the services as a unit of work: all of it, or nothing."""
    services = services_of(request)
    return await services.store.unit(function, services, *args, **kwargs)


@contextmanager
def waiting(request: web.Request) -> Iterator[None]:
    """Count a request that waits inside the block; cancel it if its client hangs up.

    Raises:
        ControlError: 503, too many wait.
    """
    services = services_of(request)
    with services.quotas.waits.holding() as held, while_connected(request):
        try:
            held.add(1)
        except QuotaFull:
            raise ControlError(
                503,
                f"{services.quotas.waits.size:,} requests wait already: let some of "
                "them end first",
            ) from None
        yield


async def read(request: web.Request, form: type[T]) -> T:
    """Read a body as a form; none is read as `{}`.

    Raises:
        ControlError: 400, it is not JSON or not of that shape.
    """
    with services_of(request).quotas.bodies.holding() as held:
        body = await read_body(request, held)
    try:
        return msgspec.json.decode(body.strip() or b"{}", type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(400, f"the body does not fit: {error}") from None


def parameters(request: web.Request, *names: str) -> dict[str, str | None]:
    """Read the query: a text, or None, for each name.

    Raises:
        ControlError: 400, another parameter is there, or one is there twice.
    """
    for name in request.query:
        if name not in names:
            known = ", ".join(names) or "none"
            raise ControlError(400, f"unknown parameter {name!r}: known are {known}")
        if len(request.query.getall(name)) > 1:
            raise ControlError(400, f"parameter {name!r} is there twice: give one")
    return {name: request.query.get(name) for name in names}


def whole_number(text: str | None, name: str) -> int | None:
    """Read a parameter as a whole number of at most 18 digits.

    Raises:
        ControlError: 400, it is none.
    """
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004 # fits SQL's 64 bits
        raise ControlError(400, f"{name} must be a whole number")
    return int(text)


def existing(services: Services, account: str | None) -> None:
    """Refuse an account that there is not; None stands for all. Called in a unit.

    Raises:
        ControlError: 404, there is none.
    """
    if account is None:
        return
    if not account.isascii() or services.accounts.find(account) is None:
        raise ControlError(
            404,
            f"there is no account {account!r}: POST /_emulator/accounts opens one; "
            "a test- key opens its own with its first request",
        )


def reply(data: object, status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.Response(status=status, body=orjson.dumps(data), headers=JSON)


async def send(
    request: web.Request, document: bytes, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with JSON; while a large one is sent, others wait for room.

    Raises:
        ControlError: 503, other large answers and bodies are under way.
    """
    every = {**SHIELD, **JSON, **(headers or {})}
    response = web.Response(body=document, headers=every)
    if len(document) <= MAX_UNCOUNTED:
        return response
    transfers = services_of(request).quotas.transfers
    with transfers.holding() as sent:
        try:
            async with asyncio.timeout(SECONDS):
                await sent.wait_for(min(len(document), transfers.size))
        except TimeoutError:
            raise ControlError(
                503,
                "too many large answers at once: ask for them one after the other, or "
                "start with a larger --memory-budget",
            ) from None
        await _deliver(request, response)
    return response


async def _deliver(request: web.Request, response: web.Response) -> None:
    """Send a large answer; who does not read it loses the connection."""
    try:
        async with asyncio.timeout(MAX_SENDING):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
