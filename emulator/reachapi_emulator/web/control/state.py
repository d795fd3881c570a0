"""Control routes of the whole: health, reset, snapshots, the certificate to trust."""

from typing import Literal

from aiohttp import web

from reachapi_emulator.errors import SnapshotError, SnapshotForeign
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    asked,
    existing,
    read,
    reply,
    rooms,
)
from reachapi_emulator.web.http import JSON, read_body

MAX_BYTES = 256 * 1024 * 1024


class ResetForm(Form):
    """What POST /reset takes."""

    scope: Literal["all", "journal"] = "all"
    account: str | None = None


async def health(request: web.Request) -> web.Response:
    """GET /health: served only once everything is ready."""
    found = rooms(request)
    return reply(
        {"status": "ok", "version": found.version, "contacts": len(found.dataset)}
    )


async def reset(request: web.Request) -> web.Response:
    """POST /reset: everything, one account, or the journal, as just started."""
    form = await read(request, ResetForm)
    if form.account is not None:
        existing(request, form.account)
    if form.scope == "journal":
        rooms(request).journal.clear(form.account)
    else:
        try:
            await rooms(request).reset(form.account)
        except LookupError as error:  # deleted meanwhile
            raise ControlError(404, str(error)) from None
    return reply({"reset": form.scope, "account": form.account})


async def ca_certificate(request: web.Request) -> web.Response:
    """GET /ca.pem: the certificate authority's certificate."""
    pem = rooms(request).ca_pem
    if pem is None:
        raise ControlError(404, "https is off: start the emulator with --tls")
    return web.Response(body=pem, content_type="application/x-pem-file")


async def take(request: web.Request) -> web.Response:
    """GET /snapshot: refused where PUT would find it too large."""
    asked(request)
    document = rooms(request).snapshots.take()
    if len(document) > MAX_BYTES:
        raise ControlError(
            409,
            f"the snapshot would have {len(document):,} bytes, and at most "
            f"{MAX_BYTES:,} can be restored: empty inboxes first",
        )
    return web.Response(body=document, headers=JSON)


async def restore(request: web.Request) -> web.Response:
    """PUT /snapshot: everything as it was when the snapshot was taken."""
    asked(request)
    document = await read_body(request.clone(client_max_size=MAX_BYTES))
    try:
        restored = await rooms(request).snapshots.restore(document)
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
