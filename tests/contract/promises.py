"""The promises of every endpoint, of credits, fetch, polling and the Java SDK."""

from collections.abc import Iterator

from contract.search import SEARCH
from contract.table import (
    ANYTHING,
    DOCUMENTED,
    JSON,
    KEY,
    NUMBER,
    OBSERVED,
    OURS,
    TEXTS,
    Expected,
    Like,
    Promise,
    Request,
    accepted,
    anywhere,
    get,
    here,
    post,
    refused,
    starting,
    the,
)
from support.client import (
    BATCH,
    COUNTS,
    COUNTS_OF_SAMPLES,
    CREDITS,
    FETCH,
    FETCH_DATA,
    PRESETS,
    SDK,
)
from support.contacts import values_of
from support.surface import C_SUITE, SDK_FIELDS

WRONG_KEY = "reachapi-contract-suite-no-such-key"
PAGE_KEY = "gEqboyoK7JSfMvxxxxxxxxxx"
UNAUTHORIZED = refused(401, "Unauthorized")
PAGE_NOT_FOUND = refused(404, "Page Not Found")
NOT_FOUND = refused(404, "Not Found")
INCOMPLETE = refused(400, "Required fetchCount and filter")
CREDIT = accepted("success", {"available_credit": 10_000})
LEVELS = {"filter": C_SUITE}
GOOD = {"fetchCount": 5, "filter": C_SUITE}

FREE = (
    (get(PRESETS, job_title="dev"), "Success"),
    (post(CREDITS), "success"),
    (post(COUNTS, LEVELS), "success"),
    (post(COUNTS_OF_SAMPLES, LEVELS), "success"),
)
"""A request that succeeds, of each path that costs nothing, and its message."""

NOT_FREE = (
    post(FETCH, GOOD),
    post(FETCH_DATA, GOOD),
    get(BATCH, batch_process_id="none"),
)
IN_ORDER = Like("an envelope", lambda body: list(body) == ["status", "message", "data"])


def envelopes() -> Iterator[Promise]:
    """Yield what holds of every success."""
    for request, message in FREE:
        success = accepted(message, ANYTHING)
        html = request._replace(headers={"Accept": "text/html"})
        yield anywhere("Ruling 1", DOCUMENTED)(request, (200, JSON, IN_ORDER, None))
        yield anywhere("Ruling 2", DOCUMENTED)(request, success)
        yield anywhere("An Overview", DOCUMENTED)(html, success)
    fetched = NOT_FREE[0]
    yield here("Ruling 1", DOCUMENTED)(fetched, (200, JSON, IN_ORDER, None))


NEVER_ISSUED = (
    *("", " ", "DEMO-API-KEY", "demo-api-key,demo-api-key", '"demo-api-key"'),
    *("Bearer demo-api-key", "demo-api-ke", "' OR 1=1 --", "x" * 5000),
    *("test-", "test-\xe4", "test-a b", "test-a/b", f"test-{'x' * 96}", "Test-me"),
)
HEADER_NAMES = ("X-API-Key", "x-api-key", "X-Api-Key", "X-API-KEY")
ELSEWHERE = (("Authorization", f"Bearer {KEY}"), ("X_API_Key", KEY), ("api-key", KEY))


def keys() -> Iterator[Promise]:
    """Yield who is unauthorized, and where a key is looked for."""
    for key in (None, WRONG_KEY, PAGE_KEY):
        for request, _ in FREE:
            asked = request.under(key)
            yield anywhere("HTTP Return Codes: 401", DOCUMENTED)(asked, UNAUTHORIZED)
        for request in NOT_FREE:
            asked = request.under(key)
            yield here("HTTP Return Codes: 401", DOCUMENTED)(asked, UNAUTHORIZED)
    for key in NEVER_ISSUED:
        yield here("Ruling 6", OURS)(post(CREDITS).under(key), UNAUTHORIZED)
    wrong = get(f"{PRESETS}?job_title=dev&X-API-Key={WRONG_KEY}").under(None)
    yield anywhere("API Key", DOCUMENTED)(wrong, UNAUTHORIZED)
    page = here("API Key", DOCUMENTED)
    for name in HEADER_NAMES:
        yield page(Request("POST", CREDITS, None, {name: KEY}, None), CREDIT)
    for name, text in ELSEWHERE:
        yield page(Request("POST", CREDITS, None, {name: text}, None), UNAUTHORIZED)
    yield page(post(f"{CREDITS}?X-API-Key={KEY}").under(None), UNAUTHORIZED)


def order() -> Iterator[Promise]:
    """Yield which of two faults is told, where no credit is at stake."""
    for key in (None, WRONG_KEY):
        yield anywhere("Ruling 4", OURS)(post(FETCH, {}).under(key), UNAUTHORIZED)
    nowhere = get("/api/v2/no-such-endpoint").under(None)
    yield anywhere("Ruling 4", OURS)(nowhere, PAGE_NOT_FOUND)


PATHS = (
    *(CREDITS, COUNTS, COUNTS_OF_SAMPLES, FETCH),
    *(PRESETS, FETCH_DATA, BATCH, f"{SDK}sic"),
)
READ = (PRESETS, BATCH, f"{SDK}sic")
METHODS = (
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"),
    *("PROPFIND", "M-SEARCH"),
)
UNKNOWN_PATHS = (
    *("/", "/api/v2", *(f"{path}/" for path in PATHS), *(f"/{path}" for path in PATHS)),
    *(FETCH.upper(), CREDITS.replace("v2", "v1"), CREDITS.replace("e/c", "e%2Fc")),
    *("/_emulators", "/favicon.ico", "/api/v2/%0Acredits", "/%00", "/%ff"),
    *(SDK, f"{SDK}planet", f"{SDK}Country", f"{SDK}country/", f"{SDK}job_title"),
)


def paths() -> Iterator[Promise]:
    """Yield what is served, and by which method."""
    for path in ("/api/v2/no-such-endpoint", CREDITS.replace("retrive", "retrieve")):
        asked = post(path, {})
        yield anywhere("HTTP Return Codes: 404", DOCUMENTED)(asked, PAGE_NOT_FOUND)
    for path in UNKNOWN_PATHS:
        yield here("HTTP Return Codes: 404", DOCUMENTED)(post(path), PAGE_NOT_FOUND)
    for method in METHODS:
        asked = Request(method, "/api/v2/nothing")
        answer = _bodiless(method, PAGE_NOT_FOUND)
        yield here("HTTP Return Codes: 404", DOCUMENTED)(asked, answer)
    for path in PATHS:
        allowed = ("GET", "HEAD") if path in READ else ("POST",)
        answer = refused(405, "Method Not Allowed", ", ".join(allowed))
        for method in METHODS:
            promise = anywhere if method == "GET" and path in PATHS[:4] else here
            if method not in allowed:
                asked = Request(method, path)
                yield promise("Ruling 3", OURS)(asked, _bodiless(method, answer))
    large = post(COUNTS, b" " * (2**20 + 1))
    too_large = refused(413, "Payload Too Large")
    yield here("Ruling 3", OURS)(large, too_large, "a body over a mebibyte")


def _bodiless(method: str, answer: Expected) -> Expected:
    status, _, body, allow = answer
    return (status, JSON, "" if method == "HEAD" else body, allow)


def credit() -> Iterator[Promise]:
    """Yield what the credit check tells."""
    source = "Credit check API: API Endpoint"
    number = accepted("success", {"available_credit": NUMBER})
    yield anywhere(source, DOCUMENTED)(post(CREDITS), number, "a whole number")
    for body in (None, b"{}", b'{"filter": {}}'):
        yield here(source, DOCUMENTED)(post(CREDITS, body), CREDIT)


NOBODY = {"job_title": {"0": "reachapi contract suite: no such value"}}
BUT_NO_COUNT: tuple[object, ...] = (
    None,
    "5",
    "",
    0,
    -1,
    5.0,
    0.5,
    True,
    False,
    [],
    [5],
    {},
    {"0": 5},
)
BUT_NO_FILTER: tuple[object, ...] = (None, [], ["C-Suite"], "C-Suite", 5, True, 0.5)
MISNAMED = (
    ("fetchcount", "filter"),
    ("fetch_count", "filter"),
    ("fetchCount", "Filter"),
)
JAVA_SAMPLE = (
    b'{\r\n \n "fetchCount": 5000,\r\n "filter": {\r\n "job_title_level": {\r\n'
    b' "0": "C-Suite"\r\n }\r\n }\r\n}\r\n\n\n\n\n'
)
INITIATED = "Records processing initiated"
BOTH = ["unique_processing_id", "batch_process_id"]
BOTH_IDS = Like(
    "a number under two names",
    lambda data: list(data) == BOTH and data[BOTH[0]] == data[BOTH[1]] == NUMBER,
)


def fetch() -> Iterator[Promise]:
    """Yield what a data request is answered, to be delivered or polled for."""
    missing = anywhere("Data Fetch API: 400", DOCUMENTED)
    for body in ({}, {"fetchCount": 1}, {"filter": NOBODY}):
        yield missing(post(FETCH, body), INCOMPLETE)
    yield anywhere("Ruling 32", OBSERVED)(post(FETCH_DATA, {}), INCOMPLETE)
    another = post(FETCH, {})._replace(headers={"webhook_secret_key": WRONG_KEY})
    yield anywhere("Ruling 21", OURS)(another, UNAUTHORIZED)
    started = accepted(INITIATED, {"unique_processing_id": NUMBER})
    page = here("Data Fetch API: API Endpoint", DOCUMENTED)
    yield page(post(FETCH, {"fetchCount": 5000, "filter": C_SUITE}), started)
    yield page(post(FETCH, JAVA_SAMPLE), started)
    for kind in ("text/plain", "application/xml"):
        yield page(post(FETCH, GOOD, Content_Type=kind), started)
    both = accepted(INITIATED, BOTH_IDS)
    yield here("Ruling 32", OBSERVED)(post(FETCH_DATA, GOOD), both)
    for path in (FETCH, FETCH_DATA):
        yield from _bad_fetches(path)


def _bad_fetches(path: str) -> Iterator[Promise]:
    for count in BUT_NO_COUNT:
        asked = post(path, {"fetchCount": count, "filter": C_SUITE})
        yield here("Ruling 20", OURS)(asked, INCOMPLETE)
    for secret in ("", "another", "DEMO-WEBHOOK-SECRET", "\xe4"):
        asked = post(path, GOOD)._replace(headers={"webhook_secret_key": secret})
        yield here("Ruling 21", OURS)(asked, UNAUTHORIZED)
    body = here("Ruling 5", OURS)
    for value in BUT_NO_FILTER:
        yield body(post(path, {"fetchCount": 5, "filter": value}), INCOMPLETE)
    for count, wanted in MISNAMED:
        yield body(post(path, {count: 5, wanted: C_SUITE}), INCOMPLETE)
    for blank in (None, b"\r\n"):
        yield body(post(path, blank), INCOMPLETE)
    yield body(post(path, b'{"fetchCount": 5, "filter": }'), NO_JSON)
    yield body(post(path, [GOOD]), refused(400, "Request body must be a JSON object"))
    misspelt = {"fetchCount": 5, "filter": {"job_titel": {"0": "manager"}}}
    meant = "Unknown filter field 'job_titel': did you mean 'job_title'?"
    yield here("Ruling 13", OURS)(post(path, misspelt), refused(400, meant))


NO_JSON = refused(400, starting("Request body is not valid JSON: "))
UNKNOWN_ID = str(2**53 - 1)
"""The highest number that JSON is sure to keep, and no id of anybody's."""

UNKNOWN_IDS = ("0", str(2**63 - 1), str(2**63), str(2**64), "9" * 5_000)
NO_IDS = (
    *("", "-1", "%2B1300", "1300.0", "1e3", "1_300", "%201300", "0x514", "%D9%A1"),
    *("%C2%B2", "%ff", "None"),
)
NAMED_ID = "Unknown parameter '{}': known is 'batch_process_id'"
BAD_QUERIES = (
    ("", "Missing parameter batch_process_id"),
    ("?", "Missing parameter batch_process_id"),
    ("?batch_process_id=1&batch_process_id=1", "is there twice: give one"),
    ("?unique_processing_id=1", NAMED_ID.format("unique_processing_id")),
    ("?batch_process_id=1300&page=2", NAMED_ID.format("page")),
    (f"?{'x' * 5_000}=1", NAMED_ID.format("x" * 64 + "\u2026")),
)


def polling() -> Iterator[Promise]:
    """Yield what a request for records is answered where there are none."""
    observed, ours = anywhere("Ruling 32", OBSERVED), here("Ruling 32", OURS)
    yield observed(get(BATCH, batch_process_id=UNKNOWN_ID), NOT_FOUND)
    for query in ("", "?batch_process_id=", "?batch_process_id=abc"):
        yield observed(get(BATCH + query), refused(400, ANYTHING))
    for number in UNKNOWN_IDS:
        yield ours(get(BATCH, batch_process_id=number), NOT_FOUND)
    digits = refused(400, "Parameter 'batch_process_id' must be a number: digits alone")
    yield ours(get(f"{BATCH}?batch_process_id"), digits)
    for text in NO_IDS:
        yield ours(get(f"{BATCH}?batch_process_id={text}"), digits)
    for query, message in BAD_QUERIES:
        told = message.replace("is there", "Parameter 'batch_process_id' is there")
        yield ours(get(BATCH + query), refused(400, told))


def sdk() -> Iterator[Promise]:
    """Yield what the Java SDK is answered; a live API serves it at another host."""
    observed, ours = here("Ruling 17", OBSERVED), here("Ruling 17", OURS)
    for name in SDK_FIELDS:
        asked = get(f"{SDK}{name}").under(None)
        yield observed(asked, accepted("Success", TEXTS), name)
        yield ours(asked, _values_of(name), f"all values of {name}")
    for key in (KEY, "never-issued", "", "test-sdk"):
        yield ours(get(f"{SDK}country").under(key), _values_of("country"))
    for query in ("?country=Germany", "?x=%00&x=1", "?"):
        yield ours(get(f"{SDK}country{query}"), _values_of("country"))


def _values_of(name: str) -> Expected:
    values = the(f"all values of {name}", lambda: values_of(*SDK_FIELDS[name]))
    return accepted("Success", values)


PROMISES = (
    *envelopes(),
    *keys(),
    *order(),
    *paths(),
    *credit(),
    *SEARCH,
    *fetch(),
    *polling(),
    *sdk(),
)
"""Every promise that a single request shows."""
