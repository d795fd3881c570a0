"""Every control route: which there are, and what each refuses and how."""

import gzip
from collections import defaultdict
from collections.abc import Iterator

import orjson
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.client import CREDITS, FETCH
from support.control import PREFIX, ROUTES, Route, filled, remembered
from support.raw import Address, Reply, ask, request
from support.surfaces import CONTROL, FORMS, STREAMS, Endpoint
from support.threaded import DEMO, prepare, tell, threaded

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OTHERS = {"/events", "/console/{version}/{file}"}  # a stream; kept by browsers
READ = [route for route in ROUTES if route.method == "GET"]
LARGEST = 1024 * 1024
STAND = b'{"frozen":true}'
SHIELD = {
    "cache-control": "no-store",
    "content-security-policy": "frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@pytest.fixture(scope="module")
def standing(dataset: Dataset) -> Iterator[Address]:
    """An emulator whose clock stands; job 1300 is delivered, 1301 reserves 5."""
    with threaded(Server(Settings(port=0), dataset)) as address:
        prepare(address)
        tell(address, "POST", "/clock/advance", {"seconds": 1})
        wanted = orjson.dumps({"fetchCount": 5, "filter": {}})
        ask(address, request("POST", FETCH, wanted, DEMO))
        tell(address, "POST", "/faults", {"phase": "webhook", "kind": "DUPLICATE"})
        yield address


@pytest.fixture
def unharmed(standing: Address) -> Iterator[Address]:
    """The same emulator, in which the test must change nothing."""
    before = remembered(standing)
    yield standing
    assert before == remembered(standing)


def sent(address: Address, route: str, body: bytes = b"") -> Reply:
    """Return the answer to a control request, given as its method and path."""
    method, path = route.split(" ")
    return ask(address, request(method, PREFIX + path, body))


def refusal(reply: Reply) -> tuple[int, str]:
    """Return status and text of a refusal, which is JSON of one key."""
    assert "application/json" == reply.headers["content-type"]
    assert ["error"] == list(reply.json)
    return reply.status, reply.json["error"]


def allowed() -> dict[str, list[str]]:
    """Return the methods of every path, sorted."""
    methods: dict[str, list[str]] = defaultdict(list)
    for route in ROUTES:
        methods[route.target].append(route.method)
    return {path: sorted(listed) for path, listed in methods.items()}


def test_the_table_of_routes_is_whole() -> None:
    served = {(each.method, each.path.removeprefix(PREFIX)) for each in CONTROL}

    assert served | {("GET", path) for path in STREAMS} == {r[:2] for r in ROUTES}


@pytest.mark.parametrize(("path", "methods"), allowed().items())
def test_a_method_that_a_path_does_not_have(
    unharmed: Address, path: str, methods: list[str]
) -> None:
    listed = ", ".join(methods)
    others = {*METHODS} - {*methods} - ({"HEAD"} if "GET" in methods else set())
    replies = {each: ask(unharmed, request(each, path)) for each in others}
    texts = {reply.body for each, reply in replies.items() if each != "HEAD"}

    assert {(405, listed)} == {(r.status, r.headers["allow"]) for r in replies.values()}
    assert [{"error": f"method not allowed: use {listed}"}] == [
        *map(orjson.loads, texts)
    ]


@pytest.mark.parametrize("route", READ, ids=str)
def test_head_is_get_without_a_body(unharmed: Address, route: Route) -> None:
    """Health checks ask so; a stream of events ends with its head."""
    reply = ask(unharmed, request("HEAD", route.target))
    expected = 200, "text/event-stream"
    if route.path != "/events":
        got = ask(unharmed, request("GET", route.target))
        expected = got.status, got.headers["content-type"]

    assert b"" == reply.body
    assert expected == (reply.status, reply.headers["content-type"])


@pytest.mark.parametrize(
    "path", ["/nowhere", "/health/", "//health", "/accounts/demo/nowhere", "/%FF"]
)
def test_a_path_that_is_not_there(unharmed: Address, path: str) -> None:
    found = f"there is no /_emulator{path}: see docs/control-api.md"

    assert (404, found) == refusal(sent(unharmed, f"GET {path}"))


@pytest.mark.parametrize(
    ("method", "target"),
    [
        *(("GET", route.target) for route in READ if route.path not in OTHERS),
        *(("HEAD", "/_emulator/events"), ("POST", "/_emulator/health")),
        *(("GET", "/_emulator/nowhere"), ("POST", "/_emulator/faults")),
    ],
)
def test_every_answer_is_kept_and_embedded_by_nobody(
    unharmed: Address, method: str, target: str
) -> None:
    headers = ask(unharmed, request(method, target)).headers
    policy = headers["content-security-policy"].split("; ")[-1]
    found = {name: headers[name] for name in SHIELD}
    assert SHIELD == {**found, "content-security-policy": policy}


def test_control_meets_no_rule_of_the_vendors(shared: Address) -> None:
    """No key check, no limit, and no `test-` key is used by it."""
    tell(shared, "POST", "/reset")
    tell(shared, "PATCH", "/clock", {"frozen": True})
    suspended = tell(shared, "POST", "/accounts", {"id": "acme"})["api_key"]
    tell(shared, "PATCH", "/accounts/acme", {"suspended": True})
    keys = ["", "wrong", suspended, "test-a", *["demo-api-key"] * 11]
    listed = [
        ask(shared, request("GET", f"{PREFIX}/accounts", b"", {"X-API-Key": key}))
        for key in keys
    ]
    calls = [ask(shared, request("POST", CREDITS, b"", DEMO)) for _ in range(11)]
    after = sent(shared, "GET /accounts")

    assert [200] * 16 == [reply.status for reply in [*listed, after]]
    assert ["demo", "acme"] == [account["id"] for account in after.json]
    assert [200] * 10 + [429] == [reply.status for reply in calls]


NOBODY = "there is no account "
NO_FIT = "the body does not fit: "
RULE = {"phase": "request", "kind": "EMPTY_RESPONSE"}
SDK = {**RULE, "operation": "sdk"}
STATUS = {"phase": "request", "kind": "status", "status": 503}
OUT_OF_BOUNDS: dict[str, tuple[float, ...]] = {
    "times": (0, 1_000_001, True),
    "probability": (0, 1.1),
    "seed": (-1, 2**53),
    "status": (399, 600),
    "seconds": (0, 601),
}
"""What no field of a fault rule can be."""

REFUSED: dict[str, list[tuple[object, str]]] = {
    "POST /accounts": [
        ({"id": "a" * 101}, "an account id is"),
        ({"name": "n" * 201}, f"{NO_FIT}Expected `str` of length <= 200"),
        ({"credits": 10**12 + 1}, f"{NO_FIT}Expected `int` <= 1000000000000 - at"),
        ({"webhook": {"url": "http://h/" + "x" * 2_048}}, "a webhook url is http:"),
    ],
    "PUT /accounts/demo/webhook": [
        (
            {"url": "ftp://h/"},
            "a webhook url is http:// or https://, a host, and at mo",
        ),
    ],
    "POST /clock/advance": [
        ({"seconds": -1}, "time never goes backwards: seconds must be 0 or more"),
        ({"seconds": 253_402_300_800}, "that is after the year 9999: advance by less"),
        ({"seconds": 1e300}, f"{NO_FIT}Expected `float` <= 1000000000000.0"),
    ],
    "PATCH /clock": [
        (b"", f"{NO_FIT}Object missing required field `frozen`"),
        (b"frozen=true", f"{NO_FIT}JSON is malformed"),
        (b'{"frozen":"\xff"}', NO_FIT),
    ],
    "POST /jobs/1301/wait": [
        ({"state": "done"}, "unknown state 'done': one of submitted, validating, "),
        ({"attempts": 1_001}, f"{NO_FIT}Expected `int` <= 1000 - at `$.attempts`"),
    ],
    "POST /requests/wait": [
        ({"operation": "sing"}, "unknown operation 'sing': one of batch, counts, "),
        ({"status": 600}, "status must be from 100 to 599"),
    ],
    "PUT /inbox/hook/script": [
        ([{}, {"status": 600}], "entry 1: status must be from 200 to 599"),
        ([{"delay_s": 601}], "entry 0: delay_s must be from 0 to 600"),
        ([{}] * 1_001, "a script has at most 1000 entries"),
    ],
    "POST /faults": [
        *(
            ({**RULE, name: value}, f"{NO_FIT}Expected `")
            for name, values in OUT_OF_BOUNDS.items()
            for value in values
        ),
        ({"kind": "EMPTY_RESPONSE"}, f"{NO_FIT}Object missing required f"),
        ({"phase": "request"}, f"{NO_FIT}Object missing required field `kind`"),
        ({**RULE, "phase": "answer"}, "unknown phase 'answer': one of request"),
        ({**RULE, "kind": "FIRE"}, "unknown kind 'FIRE': one of status, de"),
        ({**RULE, "operation": "sing"}, "unknown operation 'sing': one of"),
        ({**RULE, "colour": 1}, f"{NO_FIT}Object contains unknown field `colour`"),
        ({**RULE, "seed": 1}, "seed belongs to probability: give both, or neither"),
        ({**STATUS, "status": None}, "kind status needs status"),
        ({**STATUS, "seconds": 1}, "seconds belongs to kind delay, not to status"),
        ({**RULE, "status": 500}, "status belongs to kind status, not to EMPTY_RESPON"),
        ({**RULE, "kind": "delay"}, "kind delay needs seconds"),
        ({**STATUS, "phase": "webhook"}, "a delivery has no status of ours: PUT /_emu"),
        ({**RULE, "kind": "DUPLICATE"}, "DUPLICATE is for deliveries: its phase is we"),
        ({**RULE, "kind": "REORDER"}, "REORDER is for deliveries: its phase is webhoo"),
        ({**RULE, "phase": "webhook", "operation": "counts"}, "counts has no d"),
        ({**SDK, "account": "demo"}, "sdk needs no API key, so it"),
    ],
    "PUT /snapshot": [
        ({}, "the body is no snapshot: Object missing required field `version`"),
        ([], "the body is no snapshot: Expected `object`, got `array`"),
    ],
}


WRONG: list[tuple[str, int, str]] = [
    ("GET /jobs?state=done", 400, "unknown state 'done': one of submitted, valid"),
    ("GET /jobs?state=a&state=b", 400, "parameter 'state' is there twice: give one"),
    ("GET /requests?operation=sing", 400, "unknown operation 'sing': one of batch,"),
    ("GET /requests?status=99", 400, "status must be from 100 to 599"),
    ("GET /requests?status=ok", 400, "status must be a whole number"),
    ("GET /requests?limit=-1", 400, "limit must be a whole number"),
    *(
        (f"{route}?id=1", 400, f"unknown parameter 'id': known are {known}")
        for route, known in {
            "GET /accounts": "prefix, idle, limit, before, after",
            "GET /jobs": "account, state, limit, before, after",
            "GET /requests": "account, operation, status, limit, before, after",
            "DELETE /requests": "account",
            "GET /faults": "none",
            "DELETE /faults": "account",
            "GET /report": "account",
            "GET /events": "account",
            "GET /snapshot": "none",
            "PUT /snapshot": "none",
        }.items()
    ),
    *(
        (f"{route}?account={name}", 404, NOBODY)
        for route in (
            *("GET /jobs", "GET /requests", "DELETE /requests", "GET /report"),
            *("GET /events", "DELETE /faults"),
        )
        for name in ("nobody", "", "%C3%A9", "test-")
    ),
    ("GET /ca.pem", 404, "https is off: start the emulator with --tls"),
    ("GET /console/", 404, "there is no /_emulator/console/: see docs/control-api.md"),
    ("POST /jobs/1301/redeliver", 409, "job 1301 is being validated: wait until it"),
    ("GET /jobs/1301/payload", 409, "job 1301 is being validated: wait until it"),
]
"""Routes whose path or query is refused."""


@pytest.mark.parametrize(
    ("route", "body", "status", "text"),
    [
        *((route, b"", *row) for route, *row in WRONG),
        *(
            (route, body, 400, text)
            for route, rows in REFUSED.items()
            for body, text in rows
        ),
        ("POST /accounts", {"id": "demo"}, 409, "account demo exists: choose"),
        ("PATCH /accounts/demo", {"name": "A", "credits": 4}, 409, "5 credits are res"),
        ("POST /reset", {"account": ""}, 404, NOBODY),
        ("POST /reset", {"scope": "journal", "account": "nobody"}, 404, NOBODY),
        *(
            ("POST /faults", {**RULE, "account": name}, 404, NOBODY)
            for name in ("nobody", "", "test-", "é")
        ),
        ("POST /faults", {**RULE, "phase": "webhook"}, 409, "rule 1 already matches e"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_refused_is_told_how_to_do_it(
    unharmed: Address, route: str, body: object, status: int, text: str
) -> None:
    """More that is refused is in tests/web/test_bad_input.py."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    found = refusal(sent(unharmed, route, content))

    assert (status, text) == (found[0], found[1][: len(text)])


NO_SLUG = "an inbox name is 1 to 100 letters, digits, '.', '_' or '-'"
UNKNOWN = {
    "{account}": {
        "nobody": (404, f"{NOBODY}'nobody': POST /_emulator/accounts opens one"),
        "d%C3%A9mo": (404, f"{NOBODY}'démo'"),
    },
    "{fault}": {
        "7": (404, "there is no fault 7: GET /_emulator/faults"),
        "x": (400, "a fault id must be a whole number"),
    },
    "{file}": {
        "nothing.js": (404, "the console has no file 'nothing.js'"),
        "..%2findex.html": (404, "the console has no file '../index.html'"),
        "..%2F..%2Fpipeline.py": (404, "the console has no file"),
        "%5c..": (404, "the console has no file"),
    },
    "{job}": {
        "1": (404, "there is no job 1"),
        "9" * 18: (404, f"there is no job {'9' * 18}"),
        "9" * 19: (400, "a job id must be a whole number"),
    },
    "{version}": {"0" * 16: (404, "the console has been updated: reload the page")},
    "{name}": {"a" * 101: (400, NO_SLUG), "a%2Fb": (400, NO_SLUG)},
}


@pytest.mark.parametrize(
    ("route", "variable"),
    [(each, name) for each in ROUTES for name in UNKNOWN if name in each.path],
    ids=str,
)
def test_an_id_that_nobody_has(unharmed: Address, route: Route, variable: str) -> None:
    form = FORMS.get(Endpoint(route.method, PREFIX + route.path), {})
    for name, (status, text) in UNKNOWN[variable].items():
        path = filled(str(route).replace(variable, name))
        found = refusal(sent(unharmed, path, orjson.dumps(form)))

        assert (status, text) == (found[0], found[1][: len(text)])


@pytest.mark.parametrize("last", ["x", "-1", "9" * 19])
def test_an_event_id_that_is_none(unharmed: Address, last: str) -> None:
    headers = {"Last-Event-ID": last}
    reply = ask(unharmed, request("GET", f"{PREFIX}/events", b"", headers))

    assert (400, "Last-Event-ID must be a whole number") == refusal(reply)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b' {"frozen": true}\n', {"Content-Type": "text/plain"}, 200),
        (STAND.ljust(LARGEST), {}, 200),
        (STAND.ljust(LARGEST + 1), {}, 413),
        (gzip.compress(STAND), {"Content-Encoding": "gzip"}, 200),
        (b"no gzip", {"Content-Encoding": "gzip"}, 400),
    ],
    ids=["of another type", "as large as may be", "too large", "packed", "not packed"],
)
def test_how_else_a_body_may_come(
    standing: Address, body: bytes, headers: dict[str, str], status: int
) -> None:
    reply = ask(standing, request("PATCH", f"{PREFIX}/clock", body, headers))

    assert status == reply.status
