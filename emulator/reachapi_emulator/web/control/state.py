"""Control routes of the whole: health, reset, snapshots, the certificate to trust."""

from typing import Literal

from aiohttp import web

from reachapi_emulator import __version__
from reachapi_emulator.budget import Budget
from reachapi_emulator.errors import SnapshotError, SnapshotForeign
from reachapi_emulator.testing.snapshots import heaviest, too_many_deliveries
from reachapi_emulator.web.body import read_body
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    existing,
    parameters,
    read,
    reply,
    send,
    services_of,
    unit,
)
from reachapi_emulator.web.http import CA_PEM


class ResetForm(Form):
    """What POST /reset takes."""

    scope: Literal["all", "journal"] = "all"
    account: str | None = None


async def health(request: web.Request) -> web.Response:
    """GET /health: served only once everything is ready; 503: nothing is written."""
    services = services_of(request)
    failure = await services.store_failure()
    shown = {
        "status": "ok" if failure is None else "failing",
        "version": __version__,
        "contacts": len(services.dataset),
        "store_error": failure,
        "unwritten": services.worker.unwritten,
    }
    return reply(shown, 200 if failure is None else 503)


async def reset(request: web.Request) -> web.Response:
    """POST /reset: everything, one account, or the journal, as just started."""
    form = await read(request, ResetForm)
    await unit(request, existing, form.account)
    services = services_of(request)
    if form.scope == "journal":
        services.journal.clear(form.account)
    else:
        try:
            await services.reset(form.account)
        except LookupError as error:  # deleted meanwhile
            raise ControlError(404, str(error)) from None
    return reply({"reset": form.scope, "account": form.account})


async def ca_certificate(request: web.Request) -> web.Response:
    """GET /ca.pem: the certificate authority's certificate."""
    pem = request.app[CA_PEM]()
    if pem is None:
        raise ControlError(404, "https is off: start the emulator with --tls")
    return web.Response(body=pem, content_type="application/x-pem-file")


async def take(request: web.Request) -> web.Response:
    """GET /snapshot: refused where PUT would find it too large."""
    parameters(request)
    services = services_of(request)
    least = await services.store.unit(services.snapshots.least)
    if least > services.budget.snapshot:
        raise _too_large(least, services.budget, too_many_deliveries(least))
    document = await services.snapshots.take()
    if len(document) > services.budget.snapshot:
        raise _too_large(len(document), services.budget, heaviest(document))
    return await send(request, document)


def _too_large(size: int, budget: Budget, why: str) -> ControlError:
    return ControlError(
        409,
        f"the snapshot would have {size:,} bytes or more, and at most "
        f"{budget.snapshot:,} can be restored; {why}; or start with a larger "
        "--memory-budget",
    )


async def restore(request: web.Request) -> web.Response:
    """PUT /snapshot: everything as it was when the snapshot was taken."""
    parameters(request)
    services = services_of(request)
    limited = request.clone(client_max_size=services.budget.snapshot)
    try:
        with services.quotas.transfers.holding() as held:
            document = await read_body(limited, held)
            restored = await services.snapshots.restore(document)
    except SnapshotForeign as error:
        raise ControlError(409, f"the snapshot does not fit: {error}") from None
    except SnapshotError as error:
        raise ControlError(400, f"the body is no snapshot: {error}") from None
    return reply({"restored": restored})


ROUTES = (
    web.get("/health", health),
    web.post("/reset", reset),
    web.get("/ca.pem", ca_certificate),
    web.get("/snapshot", take),
    web.put("/snapshot", restore),
)
