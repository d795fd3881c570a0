"""The control route of what the client did wrong: /_emulator/report."""

from aiohttp import web

from reachapi_emulator.web.control.reading import asked, existing, reply, rooms


async def get(request: web.Request) -> web.Response:
    """GET /report?account=."""
    account = asked(request, "account")["account"]
    if account is not None:
        existing(request, account)
    return reply(rooms(request).judge.report(account))


ROUTES = (web.get("/report", get),)
