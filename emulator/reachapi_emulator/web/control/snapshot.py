"""Control routes of the whole state as a document: /_emulator/snapshot."""

from aiohttp import web

from reachapi_emulator.errors import SnapshotError, SnapshotForeign
from reachapi_emulator.web.body import read_body
from reachapi_emulator.web.control.reading import ControlError, asked, reply, rooms
from reachapi_emulator.web.envelope import JSON

MOST_BYTES = 256 * 1024 * 1024


async def take(request: web.Request) -> web.Response:
    """GET /snapshot: refused where PUT would find it too large."""
    asked(request)
    document = rooms(request).snapshots.take()
    if len(document) > MOST_BYTES:
        raise ControlError(
            409,
            f"the snapshot would have {len(document):,} bytes, and at most "
            f"{MOST_BYTES:,} can be restored: empty inboxes first",
        )
    return web.Response(body=document, headers=JSON)


async def restore(request: web.Request) -> web.Response:
    """PUT /snapshot: everything as it was when the snapshot was taken."""
    asked(request)
    document = await read_body(request.clone(client_max_size=MOST_BYTES))
    try:
        restored = await rooms(request).snapshots.restore(document)
    except SnapshotForeign as error:
        raise ControlError(409, f"the snapshot does not fit: {error}") from None
    except SnapshotError as error:
        raise ControlError(400, f"the body is no snapshot: {error}") from None
    return reply({"restored": restored})


ROUTES = (
    web.get("/snapshot", take),
    web.put("/snapshot", restore),
)
