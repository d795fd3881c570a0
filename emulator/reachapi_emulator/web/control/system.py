"""Control routes of the whole: health, reset, the certificate to trust."""

from typing import Literal

from aiohttp import web

from reachapi_emulator.web.control.reading import (
    ControlError,
    Form,
    existing,
    read,
    reply,
    rooms,
)


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


ROUTES = (
    web.get("/health", health),
    web.post("/reset", reset),
    web.get("/ca.pem", ca_certificate),
)
