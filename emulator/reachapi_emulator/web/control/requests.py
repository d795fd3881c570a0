"""Control routes of the journal: /_emulator/requests."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from reachapi_emulator.lab.journal import Wanted
from reachapi_emulator.web.control.jobs import Seconds
from reachapi_emulator.web.control.reading import (
    ControlError,
    Form,
    asked,
    existing,
    read,
    reply,
    rooms,
    whole,
)
from reachapi_emulator.web.public import OPERATIONS

MOST_LISTED = 1_000
_OPERATIONS = {operation.name for operation in OPERATIONS}


class WaitForm(Form):
    """What POST /requests/wait takes; an account that is yet to be opened is fine."""

    account: str | None = None
    operation: str | None = None
    status: int | None = None
    count: Annotated[int, Meta(ge=1, le=MOST_LISTED)] = 1
    timeout: Seconds = 10.0


def known_operation(operation: str | None) -> None:
    """Refuse an operation that there is not.

    Raises:
        ControlError: 400, with those that there are.
    """
    if operation is not None and operation not in _OPERATIONS:
        names = ", ".join(sorted(_OPERATIONS))
        raise ControlError(400, f"unknown operation {operation!r}: one of {names}")


def _known_status(status: int | None) -> None:
    if status is not None and not 100 <= status <= 599:  # noqa: PLR2004 # the range of HTTP
        raise ControlError(400, "status must be from 100 to 599")


async def listed(request: web.Request) -> web.Response:
    """GET /requests?account=&operation=&status=&limit=: newest last."""
    query = asked(request, "account", "operation", "status", "limit")
    wanted = Wanted(
        query["account"], query["operation"], whole(query["status"], "status")
    )
    limit = whole(query["limit"], "limit")
    _check(request, wanted)
    journal = rooms(request).journal
    most = MOST_LISTED if limit is None else min(limit, MOST_LISTED)
    return reply({"evicted": journal.evicted(), "requests": journal.find(wanted, most)})


def _check(request: web.Request, wanted: Wanted) -> None:
    if wanted.account is not None:
        existing(request, wanted.account)
    known_operation(wanted.operation)
    _known_status(wanted.status)


async def clear(request: web.Request) -> web.Response:
    """DELETE /requests?account=."""
    account = asked(request, "account")["account"]
    if account is not None:
        existing(request, account)
    rooms(request).journal.clear(account)
    return reply({"cleared": account or "all"})


async def wait(request: web.Request) -> web.Response:
    """POST /requests/wait: 200 with the requests, 408 with the nearest to it."""
    form = await read(request, WaitForm)
    known_operation(form.operation)
    _known_status(form.status)
    wanted = Wanted(form.account, form.operation, form.status)
    journal = rooms(request).journal

    def enough() -> bool | None:
        return journal.count(wanted, form.count) >= form.count or None

    held = await journal.changed.until(enough, form.timeout)
    found = journal.find(wanted, MOST_LISTED)
    return reply({"requests": found}, 200 if held else 408)


ROUTES = (
    web.get("/requests", listed),
    web.delete("/requests", clear),
    web.post("/requests/wait", wait),
)
