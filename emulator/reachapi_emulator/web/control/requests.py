"""Control routes of the journal and the report on the client: /requests, /report."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from reachapi_emulator.testing.journal import RequestFilter
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    existing,
    parameters,
    read,
    reply,
    services_of,
    unit,
    whole_number,
)
from reachapi_emulator.web.control.jobs import Seconds
from reachapi_emulator.web.vendor_api import OPERATIONS

MAX_LISTED = 1_000
_OPERATIONS = {operation.name for operation in OPERATIONS}


class RequestsWait(Form):
    """What POST /requests/wait takes; an account that is yet to be opened is fine."""

    account: str | None = None
    operation: str | None = None
    status: int | None = None
    count: Annotated[int, Meta(ge=1, le=MAX_LISTED)] = 1
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
    query = parameters(request, "account", "operation", "status", "limit")
    wanted = RequestFilter(
        query["account"], query["operation"], whole_number(query["status"], "status")
    )
    limit = whole_number(query["limit"], "limit")
    await unit(request, existing, wanted.account)
    known_operation(wanted.operation)
    _known_status(wanted.status)
    journal = services_of(request).journal
    most = MAX_LISTED if limit is None else min(limit, MAX_LISTED)
    return reply({"evicted": journal.evicted(), "requests": journal.find(wanted, most)})


async def clear(request: web.Request) -> web.Response:
    """DELETE /requests?account=."""
    account = parameters(request, "account")["account"]
    await unit(request, existing, account)
    services_of(request).journal.clear(account)
    return reply({"cleared": account or "all"})


async def wait(request: web.Request) -> web.Response:
    """POST /requests/wait: 200 with the requests, 408 with the nearest to it."""
    form = await read(request, RequestsWait)
    known_operation(form.operation)
    _known_status(form.status)
    wanted = RequestFilter(form.account, form.operation, form.status)
    journal = services_of(request).journal
    held = await journal.wait(wanted, form.count, form.timeout)
    found = journal.find(wanted, MAX_LISTED)
    return reply({"requests": found}, 200 if held else 408)


async def get_report(request: web.Request) -> web.Response:
    """GET /report?account=."""
    account = parameters(request, "account")["account"]
    await unit(request, existing, account)
    return reply(await services_of(request).client_report.of(account))


ROUTES = (
    web.get("/requests", listed),
    web.delete("/requests", clear),
    web.post("/requests/wait", wait),
    web.get("/report", get_report),
)
