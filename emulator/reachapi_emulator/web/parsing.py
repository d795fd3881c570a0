"""What a request to the vendor's surface says: its body, its filter, its id."""

from collections.abc import Collection, Iterable

import orjson

from reachapi_emulator.contacts import query
from reachapi_emulator.contacts.fields import BY_FILTER, quoted
from reachapi_emulator.lab.findings import Kind
from reachapi_emulator.reachapi.errors import BadRequest, NotFound
from reachapi_emulator.web.operation import Call
from reachapi_emulator.web.rooms import Rooms

KNOWN = ("fetchCount", "filter")
"""What the bodies of the page consist of."""

MOST_DIGITS = 19
"""An id has 64 bits."""


def object_of(call: Call, missing: str) -> dict[str, object]:
    """Read a body as a JSON object (ruling 5); what it has too much is noted.

    Raises:
        BadRequest: it is none; with the message `missing` where it is empty.
    """
    if not call.body.strip():
        raise BadRequest(missing)
    try:
        parsed = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"Request body is not valid JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise BadRequest("Request body must be a JSON object")
    note_unknown(call, parsed, KNOWN)
    return parsed


def note_unknown(call: Call, asked: Iterable[str], known: Collection[str]) -> None:
    """Note the names that nobody knows, whether they are refused or ignored."""
    if unknown := [name for name in asked if name not in known]:
        call.note(Kind.UNKNOWN_FIELD, map(quoted, unknown))


def wanted_of(
    rooms: Rooms, call: Call, body: dict[str, object], missing: str
) -> query.Filter:
    """Read the filter of a body (rulings 11 to 13); unknown fields are noted.

    Raises:
        BadRequest: it says why; with the message `missing` where it is no object.
    """
    raw = body.get("filter")
    if not isinstance(raw, dict):
        raise BadRequest(missing)
    note_unknown(call, raw, BY_FILTER)
    try:
        return query.parse_filter(raw, lenient=rooms.lenient)
    except query.FilterError as error:
        raise BadRequest(str(error)) from None


def id_of(call: Call, name: str) -> int:
    """Read the parameter of a query that has but one: an id (ruling 32).

    Raises:
        BadRequest: it is missing, there twice or no number, or not the only one.
        NotFound: it has more digits than any id.
    """
    note_unknown(call, call.query, [name])
    for other in call.query:
        if other != name:
            raise BadRequest(f"Unknown parameter {quoted(other)}: known is {name!r}")
    texts = call.query.getall(name, [])
    if not texts:
        raise BadRequest(f"Missing parameter {name}")
    if len(texts) > 1:
        raise BadRequest(f"Parameter {name!r} is there twice: give one")
    return _id(texts[0], name)


def _id(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadRequest(f"Parameter {name!r} must be a number: digits alone")
    digits = text.lstrip("0")
    if len(digits) > MOST_DIGITS:
        raise NotFound
    return int(digits or "0")
