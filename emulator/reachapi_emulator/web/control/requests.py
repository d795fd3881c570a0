"""Control routes of the journal and the report on the client: /requests, /report."""

from operator import itemgetter
from typing import Annotated

import orjson
from aiohttp import web
from msgspec import Meta

from reachapi_emulator.state.page import Page
from reachapi_emulator.testing.journal import Entry, RequestFilter, to_json
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    existing,
    parameters,
    read,
    reply,
    services_of,
    unit,
    waiting,
    whole_number,
)
from reachapi_emulator.web.control.jobs import Seconds
from reachapi_emulator.web.control.paging import (
    MAX_PAGE,
    PAGING,
    Listed,
    listed,
    page_of,
    send_page,
)
from reachapi_emulator.web.vendor_api import OPERATIONS

_OPERATIONS = {operation.name for operation in OPERATIONS}


class RequestsWait(Form):
    """What POST /requests/wait takes; an account that is yet to be opened is fine."""

    account: str | None = None
    operation: str | None = None
    status: int | None = None
    count: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 1
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


async def every(request: web.Request) -> web.Response:
    """GET /requests?account=&operation=&status=&limit=&before=&after=: newest last."""
    query = parameters(request, "account", "operation", "status", *PAGING)
    page = page_of(query)
    wanted = RequestFilter(
        query["account"], query["operation"], whole_number(query["status"], "status")
    )
    await unit(request, existing, wanted.account)
    known_operation(wanted.operation)
    _known_status(wanted.status)
    found = _every(request, wanted, page)
    evicted = services_of(request).journal.evicted()
    return await send_page(
        request, page, found, b'{"evicted":%d,"requests":[%%b]}' % evicted
    )


def _every(request: web.Request, wanted: RequestFilter, page: Page) -> Listed:
    journal = services_of(request).journal
    found = journal.find(wanted, page._replace(most=page.most + 1))
    return listed(page, found, itemgetter(0), _to_json)


def _to_json(numbered: tuple[int, Entry]) -> bytes:
    return orjson.dumps(to_json(*numbered))


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
    with waiting(request):
        held = await journal.wait(wanted, form.count, form.timeout)
    newest = _every(request, wanted, Page(MAX_PAGE))
    shown = [orjson.Fragment(entry) for entry in newest.entries]
    return reply({"requests": shown}, 200 if held else 408)


async def get_report(request: web.Request) -> web.Response:
    """GET /report?account=."""
    account = parameters(request, "account")["account"]
    await unit(request, existing, account)
    return reply(await services_of(request).client_report.of(account))


ROUTES = (
    web.get("/requests", every),
    web.delete("/requests", clear),
    web.post("/requests/wait", wait),
    web.get("/report", get_report),
)
