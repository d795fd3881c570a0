"""Operations that ask what the data holds: presets, the Java SDK's, counts."""

import orjson

from reachapi_emulator.contacts import query
from reachapi_emulator.contacts.fields import BY_PRESET
from reachapi_emulator.reachapi.errors import BadRequest, NotFound
from reachapi_emulator.web.envelope import Success
from reachapi_emulator.web.operation import Call
from reachapi_emulator.web.parsing import note_unknown, object_of, wanted_of
from reachapi_emulator.web.rooms import Rooms

MISSING = "Missing parameter filter"


def presets(rooms: Rooms, call: Call) -> Success:
    """Predefined Values: the data set's values that contain what is asked."""
    note_unknown(call, call.query, BY_PRESET)
    try:
        values = query.presets(rooms.dataset, list(call.query.items()))
    except query.PresetError as error:
        raise BadRequest(str(error)) from None
    if not values:
        raise NotFound
    return Success("Success", values)


def all_values(parameters: tuple[str, ...], rooms: Rooms, call: Call) -> Success:
    """Java SDK: every value of some preset parameters, whoever asks (ruling 17)."""
    del call
    values = query.presets(rooms.dataset, [(name, "") for name in parameters])
    return Success("Success", values)


def counts(rooms: Rooms, call: Call) -> Success:
    """Counts API: how many contacts match, and the first of them masked."""
    wanted = wanted_of(rooms, call, object_of(call, MISSING), MISSING)
    matches = query.match(rooms.dataset, wanted)
    shown = query.first(matches, rooms.counts_preview)
    records = b",".join(map(rooms.dataset.masked, shown))
    return Success(
        "success",
        {"counts": len(matches), "records": orjson.Fragment(b"[" + records + b"]")},
    )
