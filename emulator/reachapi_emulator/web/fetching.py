"""Operations that fetch records: by webhook, or polled for."""

from typing import cast

from reachapi_emulator.contacts import query
from reachapi_emulator.reachapi.errors import BadRequest, NotFound
from reachapi_emulator.reachapi.job import Request
from reachapi_emulator.web.envelope import Success
from reachapi_emulator.web.operation import Call
from reachapi_emulator.web.parsing import id_of, object_of, wanted_of
from reachapi_emulator.web.rooms import Rooms

ACCEPTED = "Records processing initiated"
MISSING = "Required fetchCount and filter"


def fetch(rooms: Rooms, call: Call) -> Success:
    """Data Fetch API: accept a request whose records come by webhook."""
    job = _submit(rooms, call, polled=False)
    return Success(ACCEPTED, {"unique_processing_id": job})


def fetch_data(rooms: Rooms, call: Call) -> Success:
    """Polling: accept a request whose records are asked for later (ruling 32)."""
    job = _submit(rooms, call, polled=True)
    return Success(ACCEPTED, {"unique_processing_id": job, "batch_process_id": job})


def batch(rooms: Rooms, call: Call) -> Success:
    """Polling: the valid records of a request of the caller's (ruling 32)."""
    job = id_of(call, "batch_process_id")
    try:
        return Success("success", rooms.jobs.batch(call.caller.account, job))
    except LookupError:
        raise NotFound from None


def _submit(rooms: Rooms, call: Call, *, polled: bool) -> int:
    body = object_of(call, MISSING)
    count = body.get("fetchCount")
    if type(count) is not int or count < 1:
        raise BadRequest(MISSING)
    wanted = wanted_of(rooms, call, body, MISSING)
    asked = cast("dict[str, object]", body["filter"])
    known = {name: asked[name] for name in wanted}
    matches = query.match(rooms.dataset, wanted)
    request = Request(count, known, matches, polled)
    return rooms.jobs.submit(call.caller.account, request)
