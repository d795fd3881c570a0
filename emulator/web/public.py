"""The vendor's routes: parse, call, wrap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import orjson
from multidict import MultiMapping

from emulator.contacts import query
from emulator.reachapi.account import Caller
from emulator.reachapi.errors import BadRequest, NotFound
from emulator.reachapi.jobs import Request
from emulator.web.envelope import Success
from emulator.web.rooms import Rooms

MISSING_FILTER = "Missing parameter filter"
MISSING_FETCH = "Required fetchCount and filter"


class Call(Protocol):
    """A request that has passed the checks around it."""

    body: bytes

    @property
    def caller(self) -> Caller:
        """Whose it is."""
        ...

    @property
    def query(self) -> MultiMapping[str]:
        """The parameters of its URL."""
        ...


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the vendor's operations: where it is served and what it does."""

    name: str
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    run: Callable[[Rooms, Call], Success]
    takes_secret: bool = False


GET = ("GET", "HEAD")
POST = ("POST",)


def presets(rooms: Rooms, call: Call) -> Success:
    """Predefined Values: the data set's values that contain what is asked."""
    try:
        values = query.presets(rooms.dataset, list(call.query.items()))
    except query.PresetError as error:
        raise BadRequest(str(error)) from None
    if not values:
        raise NotFound
    return Success("Success", values)


def credit_check(rooms: Rooms, call: Call) -> Success:
    """Credit check API: what a new request may ask for."""
    credit = call.caller.credit
    if call.body:  # it took its time to arrive
        credit = rooms.ledger.credit(call.caller.account)
    return Success("success", {"available_credit": credit.available})


def counts(rooms: Rooms, call: Call) -> Success:
    """Counts API: how many contacts match, and the first of them masked."""
    body = _object(call.body, MISSING_FILTER)
    matches = query.match(rooms.dataset, _filter(rooms, body, MISSING_FILTER))
    shown = query.first(matches, rooms.counts_preview)
    records = b",".join(map(rooms.dataset.masked, shown))
    return Success(
        "success",
        {"counts": len(matches), "records": orjson.Fragment(b"[" + records + b"]")},
    )


def fetch(rooms: Rooms, call: Call) -> Success:
    """Data Fetch API: accept a request whose records come by webhook."""
    body = _object(call.body, MISSING_FETCH)
    count = body.get("fetchCount")
    if type(count) is not int or count < 1:
        raise BadRequest(MISSING_FETCH)
    wanted = _filter(rooms, body, MISSING_FETCH)
    asked = cast("dict[str, object]", body["filter"])
    known = {name: asked[name] for name in wanted}
    matches = query.match(rooms.dataset, wanted)
    job = rooms.jobs.submit(call.caller.account, Request(count, known, matches))
    return Success("Records processing initiated", {"unique_processing_id": job})


def _object(body: bytes, missing: str) -> dict[str, object]:
    """Read a body as a JSON object (ruling 5)."""
    if not body.strip():
        raise BadRequest(missing)
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"Request body is not valid JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise BadRequest("Request body must be a JSON object")
    return parsed


def _filter(rooms: Rooms, body: dict[str, object], missing: str) -> query.Filter:
    raw = body.get("filter")
    if not isinstance(raw, dict):
        raise BadRequest(missing)
    try:
        return query.parse_filter(raw, lenient=rooms.lenient)
    except query.FilterError as error:
        raise BadRequest(str(error)) from None


OPERATIONS = (
    Operation("presets", GET, ("/api/v2/predefined/records/preset-values",), presets),
    Operation("credits", POST, ("/api/v2/retrive/users/active/credits",), credit_check),
    Operation(
        "counts",
        POST,
        ("/api/v2/request/records/count", "/api/v2/async/records/filter/count"),
        counts,
    ),
    Operation(
        "fetch", POST, ("/api/v2/async/records/filter",), fetch, takes_secret=True
    ),
)
