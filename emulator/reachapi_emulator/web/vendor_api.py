"""The vendor's operations: one table; each parses, calls, wraps."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

import orjson
from multidict import MultiMapping

from reachapi_emulator.contacts import query
from reachapi_emulator.contacts.fields import BY_FILTER, BY_PRESET, quoted
from reachapi_emulator.testing.journal import FindingKind
from reachapi_emulator.vendor.accounts import Caller
from reachapi_emulator.vendor.errors import BadRequest, NotFound
from reachapi_emulator.vendor.jobs import DataRequest
from reachapi_emulator.web.http import Success
from reachapi_emulator.web.rooms import Rooms

GET = ("GET", "HEAD")
POST = ("POST",)


class Call(Protocol):
    """A request that has passed the checks around it."""

    body: bytes

    @property
    def caller(self) -> Caller:
        """Whose it is; nobody's where the operation needs no key."""
        ...

    def note(self, kind: FindingKind, names: Iterable[str] = ("",)) -> None:
        """Remember what its client did wrong, and the names that it concerns."""
        ...

    @property
    def query(self) -> MultiMapping[str]:
        """The parameters of its URL."""
        ...


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the vendor's operations: where it is served and what it does.

    Attributes:
        name: what the journal calls it; several may share one.
        needs_key: whether who asks is checked and limited.
        takes_secret: whether a webhook secret that is sent must be right.
    """

    name: str
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    run: Callable[[Rooms, Call], Success]
    needs_key: bool = True
    takes_secret: bool = False


KNOWN = ("fetchCount", "filter")
"""What the bodies of the page consist of."""

MAX_DIGITS = 19
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
        call.note(FindingKind.UNKNOWN_FIELD, map(quoted, unknown))


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
    if len(digits) > MAX_DIGITS:
        raise NotFound
    return int(digits or "0")


MISSING_FILTER = "Missing parameter filter"


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
    wanted = wanted_of(rooms, call, object_of(call, MISSING_FILTER), MISSING_FILTER)
    matches = query.match(rooms.dataset, wanted)
    shown = query.first(matches, rooms.counts_preview)
    records = b",".join(map(rooms.dataset.masked, shown))
    return Success(
        "success",
        {"counts": len(matches), "records": orjson.Fragment(b"[" + records + b"]")},
    )


ACCEPTED = "Records processing initiated"
MISSING_COUNT_OR_FILTER = "Required fetchCount and filter"


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
    body = object_of(call, MISSING_COUNT_OR_FILTER)
    count = body.get("fetchCount")
    if type(count) is not int or count < 1:
        raise BadRequest(MISSING_COUNT_OR_FILTER)
    wanted = wanted_of(rooms, call, body, MISSING_COUNT_OR_FILTER)
    asked = cast("dict[str, object]", body["filter"])
    known = {name: asked[name] for name in wanted}
    matches = query.match(rooms.dataset, wanted)
    request = DataRequest(count, known, matches, polled)
    return rooms.jobs.submit(call.caller.account, request)


SDK = {
    "zip-code": ("address_zipcode",),
    "emp-size": ("employee_size",),
    "revenue-amount": ("annual_revenue_amount",),
    "job-title": ("job_title",),
    "job-title-level": ("job_title_level",),
    "department-function": ("job_dept_name", "job_function_name"),
    "sic": ("sic_code",),
    "country": ("address_country",),
    "state": ("address_state",),
    "city": ("address_city",),
    "industry": ("company_industry_categories_list",),
}
"""What the Java SDK asks for, as preset parameters (ruling 17)."""


def credit_check(rooms: Rooms, call: Call) -> Success:
    """Credit check API: what a new request may ask for."""
    credit = call.caller.credit
    if call.body:  # it took its time to arrive
        credit = rooms.ledger.credit(call.caller.account)
    return Success("success", {"available_credit": credit.available})


def _sdk(name: str) -> Operation:
    path = f"/v1/predefined/retrieve-data/get-{name}"
    return Operation(
        "sdk", GET, (path,), partial(all_values, SDK[name]), needs_key=False
    )


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
    Operation(
        "fetch",
        POST,
        ("/api/v2/async/records/filter/data",),
        fetch_data,
        takes_secret=True,
    ),
    Operation("batch", GET, ("/api/v2/records/batch-process",), batch),
    *map(_sdk, SDK),
)
