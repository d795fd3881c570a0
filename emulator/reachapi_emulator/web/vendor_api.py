"""The vendor's operations: each parses, calls, wraps; one table says where."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias

import orjson
from multidict import MultiMapping

from reachapi_emulator.contacts import query
from reachapi_emulator.contacts.fields import BY_FILTER, BY_PRESET, quoted
from reachapi_emulator.services import Services
from reachapi_emulator.testing.client_report import MAX_NAMES
from reachapi_emulator.testing.journal import FindingKind, Remark
from reachapi_emulator.vendor.accounts import Caller
from reachapi_emulator.vendor.errors import BadRequest, NotFound, Unauthorized
from reachapi_emulator.vendor.job import DataRequest
from reachapi_emulator.web.http import Success

VendorOperation: TypeAlias = Literal[
    "presets", "credits", "counts", "fetch", "batch", "sdk"
]

GET = ("GET", "HEAD")
POST = ("POST",)

KNOWN = ("fetchCount", "filter")
"""What the bodies of the page consist of."""

MAX_DIGITS = 19
"""An id has 64 bits."""

MISSING_FILTER = "Missing parameter filter"
MISSING_COUNT_OR_FILTER = "Required fetchCount and filter"
ACCEPTED = "Records processing initiated"


class VendorRequest(NamedTuple):
    """A request that has passed the checks around it.

    Attributes:
        caller: whose it is; None where the operation needs no key.
        query: the parameters of its URL.
        body: read whole.
        findings: what its client did wrong is added here, with the name that it
            concerns.
        notes: what is worth a warning in the log is added here.
    """

    caller: Caller | None
    query: MultiMapping[str]
    body: bytes
    findings: list[Remark]
    notes: list[str]

    @property
    def account(self) -> str:
        """The caller's account id.

        Raises:
            Unauthorized: there is no caller.
        """
        if self.caller is None:
            raise Unauthorized
        return self.caller.account

    def find_unknown(self, names: Iterable[str], known: Collection[str]) -> None:
        """Add the names that nobody knows, whether they are refused or ignored."""
        unknown = (quoted(name) for name in names if name not in known)
        found = ((FindingKind.UNKNOWN_FIELD, name) for name in unknown)
        self.findings.extend(islice(found, MAX_NAMES))


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the vendor's operations: where it is served and what it does.

    Attributes:
        name: what the journal calls it; several may share one.
        run: does what is asked.
        is_unit: whether it reads or changes what is remembered: it runs as a unit
            of work then, else it asks the data set and the caller alone.
        shows_credit: whether the caller's credit must be of now, however long the
            request has been on its way.
        needs_key: whether who asks is checked and limited.
        takes_secret: whether a webhook secret that is sent must be right.
    """

    name: VendorOperation
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    run: Callable[[Services, VendorRequest], Success]
    is_unit: bool = True
    shows_credit: bool = False
    needs_key: bool = True
    takes_secret: bool = False


def presets(services: Services, asked: VendorRequest) -> Success:
    """Predefined Values: the data set's values that contain what is asked."""
    asked.find_unknown(asked.query, BY_PRESET)
    try:
        values = query.presets(services.dataset, list(asked.query.items()))
    except query.PresetError as error:
        raise BadRequest(str(error)) from None
    if not values:
        raise NotFound
    return Success("Success", values)


def all_values(
    parameters: tuple[str, ...], services: Services, asked: VendorRequest
) -> Success:
    """Java SDK: every value of some preset parameters, whoever asks (ruling 17)."""
    del asked
    values = query.presets(services.dataset, [(name, "") for name in parameters])
    return Success("Success", values)


def credit_check(services: Services, asked: VendorRequest) -> Success:
    """Credit check API: what a new request may ask for."""
    del services
    if asked.caller is None:
        raise Unauthorized
    return Success("success", {"available_credit": asked.caller.credit.available})


def counts(services: Services, asked: VendorRequest) -> Success:
    """Counts API: how many contacts match, and the first of them masked."""
    body = _object(asked, MISSING_FILTER)
    wanted, _ = _filter(services, asked, body, MISSING_FILTER)
    matches = query.match(services.dataset, wanted)
    shown = query.first(matches, services.settings.counts_preview)
    records = b",".join(map(services.dataset.masked, shown))
    return Success(
        "success",
        {"counts": len(matches), "records": orjson.Fragment(b"[" + records + b"]")},
    )


def fetch(services: Services, asked: VendorRequest) -> Success:
    """Data Fetch API: accept a request whose records come by webhook."""
    job = _submit(services, asked, polled=False)
    return Success(ACCEPTED, {"unique_processing_id": job})


def fetch_data(services: Services, asked: VendorRequest) -> Success:
    """Polling: accept a request whose records are asked for later (ruling 32)."""
    job = _submit(services, asked, polled=True)
    return Success(ACCEPTED, {"unique_processing_id": job, "batch_process_id": job})


def batch(services: Services, asked: VendorRequest) -> Success:
    """Polling: the valid records of a request of the caller's (ruling 32)."""
    job = _id(asked, "batch_process_id")
    try:
        return Success("success", services.jobs.batch(asked.account, job))
    except LookupError:
        raise NotFound from None


def _submit(services: Services, asked: VendorRequest, *, polled: bool) -> int:
    body = _object(asked, MISSING_COUNT_OR_FILTER)
    count = body.get("fetchCount")
    if type(count) is not int or count < 1:
        raise BadRequest(MISSING_COUNT_OR_FILTER)
    wanted, known = _filter(services, asked, body, MISSING_COUNT_OR_FILTER)
    matches = query.match(services.dataset, wanted)
    request = DataRequest(count, known, matches, polled)
    return services.jobs.submit(asked.account, request)


def _object(asked: VendorRequest, missing: str) -> dict[str, object]:
    """Read a body as a JSON object (ruling 5).

    Raises:
        BadRequest: it is none; with the message `missing` where it is empty.
    """
    if not asked.body.strip():
        raise BadRequest(missing)
    try:
        parsed = orjson.loads(asked.body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"Request body is not valid JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise BadRequest("Request body must be a JSON object")
    asked.find_unknown(parsed, KNOWN)
    return parsed


def _filter(
    services: Services, asked: VendorRequest, body: dict[str, object], missing: str
) -> tuple[query.Filter, dict[str, object]]:
    """Read the filter of a body (rulings 11 to 13): as it is asked, and as it came.

    Raises:
        BadRequest: it says why; with the message `missing` where it is no object.
    """
    raw = body.get("filter")
    if not isinstance(raw, dict):
        raise BadRequest(missing)
    asked.find_unknown(raw, BY_FILTER)
    try:
        wanted = query.parse_filter(raw, lenient=services.settings.lenient)
    except query.FilterError as error:
        raise BadRequest(str(error)) from None
    known = {name: raw[name] for name in wanted}
    unknown = query.unknown_values(services.dataset, known)
    asked.notes.extend(
        f"no contact has the {name} {quoted(str(value))}, so that it finds nothing"
        for name, value in islice(unknown, MAX_NAMES)
    )
    return wanted, known


def _id(asked: VendorRequest, name: str) -> int:
    """Read the parameter of a query that has but one: an id (ruling 32).

    Raises:
        BadRequest: it is missing, there twice or no number, or not the only one.
        NotFound: it has more digits than any id.
    """
    asked.find_unknown(asked.query, [name])
    for other in asked.query:
        if other != name:
            raise BadRequest(f"Unknown parameter {quoted(other)}: known is {name!r}")
    texts = asked.query.getall(name, [])
    if not texts:
        raise BadRequest(f"Missing parameter {name}")
    if len(texts) > 1:
        raise BadRequest(f"Parameter {name!r} is there twice: give one")
    return _number(texts[0], name)


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadRequest(f"Parameter {name!r} must be a number: digits alone")
    digits = text.lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise NotFound
    return int(digits or "0")


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


def _sdk(name: str) -> Operation:
    path = f"/v1/predefined/retrieve-data/get-{name}"
    return Operation(
        "sdk",
        GET,
        (path,),
        partial(all_values, SDK[name]),
        is_unit=False,
        needs_key=False,
    )


OPERATIONS = (
    Operation(
        "presets",
        GET,
        ("/api/v2/predefined/records/preset-values",),
        presets,
        is_unit=False,
    ),
    Operation(
        "credits",
        POST,
        ("/api/v2/retrive/users/active/credits",),
        credit_check,
        is_unit=False,
        shows_credit=True,
    ),
    Operation(
        "counts",
        POST,
        ("/api/v2/request/records/count", "/api/v2/async/records/filter/count"),
        counts,
        is_unit=False,
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
