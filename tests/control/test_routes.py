"""Every control route: which there are, and what each refuses and how."""

import gzip
from collections import defaultdict
from collections.abc import Iterator

import orjson
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.api import CREDITS, FETCH
from support.control import PREFIX, ROUTES, Route, remembered
from support.raw import Address, Reply, ask, request
from support.surfaces import CONTROL, STREAMS
from support.threaded import DEMO, prepare, tell, threaded

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
READ = [route for route in ROUTES if route.method == "GET"]
FORMS = [route for route in ROUTES if route.form]
LARGEST = 1024 * 1024
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

    assert b"" == reply.body
    if route.path != "/events":
        got = ask(unharmed, request("GET", route.target))
        assert (got.status, got.headers["content-type"]) == (
            reply.status,
            reply.headers["content-type"],
        )
    else:
        assert (200, "text/event-stream") == (
            reply.status,
            reply.headers["content-type"],
        )


@pytest.mark.parametrize(
    "path", ["/nowhere", "/health/", "//health", "/accounts/demo/nowhere", "/%FF"]
)
def test_a_path_that_is_not_there(unharmed: Address, path: str) -> None:
    found = f"there is no /_emulator{path}: see docs/control-api.md"

    assert (404, found) == refusal(sent(unharmed, f"GET {path}"))


def test_a_path_that_only_looks_alike_is_the_vendors(unharmed: Address) -> None:
    reply = ask(unharmed, request("GET", "/_emulators"))

    assert (404, "Page Not Found") == (reply.status, reply.json["message"])


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        *(("GET", route.target, None) for route in READ if route.path != "/events"),
        *(("HEAD", "/_emulator/events", 200), ("POST", "/_emulator/health", 405)),
        *(("GET", "/_emulator/nowhere", 404), ("POST", "/_emulator/faults", 400)),
        ("GET", "/_emulator/health?x=1", None),
    ],
)
def test_every_answer_is_kept_and_embedded_by_nobody(
    unharmed: Address, method: str, target: str, status: int | None
) -> None:
    reply = ask(unharmed, request(method, target))
    found = {name: reply.headers[name] for name in SHIELD}
    policy = found.pop("content-security-policy")

    assert status in {None, reply.status}
    assert SHIELD == {**found, "content-security-policy": policy.split("; ")[-1]}


def test_control_meets_no_rule_of_the_vendors(shared: Address) -> None:
    """No key check, no limit, and no `test-` key is used by it."""
    tell(shared, "POST", "/reset")
    tell(shared, "PATCH", "/clock", {"frozen": True})
    suspended = tell(shared, "POST", "/accounts", {"id": "acme"})["api_key"]
    tell(shared, "PATCH", "/accounts/acme", {"suspended": True})
    keys = [None, "", "wrong", suspended, "test-a", *["demo-api-key"] * 11]
    headers = [{} if key is None else {"X-API-Key": key} for key in keys]
    listed = [
        ask(shared, request("GET", f"{PREFIX}/accounts", b"", each)) for each in headers
    ]
    calls = [ask(shared, request("POST", CREDITS, b"", DEMO)) for _ in range(11)]
    after = sent(shared, "GET /accounts")

    assert [200] * 17 == [reply.status for reply in [*listed, after]]
    assert ["demo", "acme"] == [account["id"] for account in after.json]
    assert [200] * 10 + [429] == [reply.status for reply in calls]


NOBODY = "there is no account "
NO_FIT = "the body does not fit: "
RULE = {"phase": "request", "kind": "EMPTY_RESPONSE"}
STATUS = {"phase": "request", "kind": "status", "status": 503}
REFUSED: dict[str, list[tuple[object, str]]] = {
    "POST /accounts": [
        *(({"id": id_}, "an account id is") for id_ in ("", "-a", "a b", "a/b", "é")),
        ({"id": "a" * 101}, "an account id is"),
        ({"id": 7}, f"{NO_FIT}Expected `str | null`, got `int` - at `$.id`"),
        ({"name": "n" * 201}, f"{NO_FIT}Expected `str` of length <= 200"),
        ({"credits": 10**12 + 1}, f"{NO_FIT}Expected `int` <= 1000000000000 - at"),
        ({"webhook": {"url": "http://h/" + "x" * 2_048}}, "a webhook url is http:"),
        ({"webhook": {"secret": "s"}}, f"{NO_FIT}Object contains unknown field `secre"),
        ([], f"{NO_FIT}Expected `object`, got `array`"),
    ],
    "PATCH /accounts/demo": [
        ({"name": "Other", "credits": -1}, f"{NO_FIT}Expected `int` >= 0"),
        ({"name": "Other", "id": "other"}, f"{NO_FIT}Object contains unknown field"),
    ],
    "PUT /accounts/demo/webhook": [
        ({"active": True}, f"{NO_FIT}Object missing required field `url`"),
        *(
            ({"url": url}, "a webhook url is http:// or https://, a host, and at most")
            for url in (
                *("", "hooks.example/in", "file:///etc/hosts", "http://[::1", "inbox:"),
                *("http://", "http://h:0/", "http://h:99999/", "http://h/ x"),
                *("ftp://h/", "inbox:a/b", "inbox:../reset"),
            )
        ),
    ],
    **{
        f"{path}/advance": [
            ({"seconds": -1}, "time never goes backwards: seconds must be 0 or more"),
            ({"seconds": -0.001}, "time never goes backwards: seconds must be 0"),
            ({"seconds": 253_402_300_800}, "that is after the year 9999: advance by"),
            ({"seconds": 1e12}, "that is after the year 9999: advance by less"),
            ({"seconds": 1e300}, f"{NO_FIT}Expected `float` <= 1000000000000.0"),
            ({"minutes": 1}, f"{NO_FIT}Object contains unknown field `minutes`"),
        ]
        for path in ("POST /clock", "POST /accounts/demo/clock")
    },
    **{
        path: [
            ({}, f"{NO_FIT}Object missing required field `frozen`"),
            ({"frozen": 1}, f"{NO_FIT}Expected `bool`, got `int` - at `$.frozen`"),
        ]
        for path in ("PATCH /clock", "PATCH /accounts/demo/clock")
    },
    "POST /jobs/1301/wait": [
        ({"state": "done"}, "unknown state 'done': one of submitted, validating, "),
        ({"attempts": 1_001}, f"{NO_FIT}Expected `int` <= 1000 - at `$.attempts`"),
        ({"timeout": 601}, f"{NO_FIT}Expected `float` <= 600.0 - at `$.timeout`"),
    ],
    "POST /requests/wait": [
        ({"operation": "sing"}, "unknown operation 'sing': one of batch, counts, "),
        ({"status": 600}, "status must be from 100 to 599"),
        ({"count": 1_001}, f"{NO_FIT}Expected `int` <= 1000 - at `$.count`"),
        ({"limit": 1}, f"{NO_FIT}Object contains unknown field `limit`"),
    ],
    "PUT /inbox/hook/script": [
        ([{"status": 199}], "entry 0: status must be from 200 to 599"),
        ([{}, {"status": 600}], "entry 1: status must be from 200 to 599"),
        ([{"delay_s": -1}], "entry 0: delay_s must be from 0 to 600"),
        ([{"delay_s": 601}], "entry 0: delay_s must be from 0 to 600"),
        ([{}] * 1_001, "a script has at most 1000 entries"),
        ([{"delay": 2}], f"{NO_FIT}Object contains unknown field `delay`"),
        ({"status": 500}, f"{NO_FIT}Expected `array`, got `object`"),
    ],
    "POST /faults": [
        ({"kind": "EMPTY_RESPONSE"}, f"{NO_FIT}Object missing required f"),
        ({"phase": "request"}, f"{NO_FIT}Object missing required field `kind`"),
        ({**RULE, "phase": "answer"}, "unknown phase 'answer': one of request"),
        ({**RULE, "kind": "FIRE"}, "unknown kind 'FIRE': one of status, de"),
        ({**RULE, "operation": "sing"}, "unknown operation 'sing': one of"),
        ({**RULE, "colour": 1}, f"{NO_FIT}Object contains unknown field `colour`"),
        ({**RULE, "times": 0}, f"{NO_FIT}Expected `int` >= 1 - at `$.times`"),
        ({**RULE, "times": 1_000_001}, f"{NO_FIT}Expected `int` <= 1000000 - at `$.ti"),
        ({**RULE, "times": True}, f"{NO_FIT}Expected `int | null`, got `bool` - at `$"),
        ({**RULE, "probability": 0}, f"{NO_FIT}Expected `float` > 0.0 - at `$.probabi"),
        ({**RULE, "probability": 1.1}, f"{NO_FIT}Expected `float` <= 1.0 - at `$.prob"),
        ({**RULE, "probability": 1, "seed": -1}, f"{NO_FIT}Expected `int` >= 0 - at `"),
        ({**RULE, "probability": 1, "seed": 2**53}, f"{NO_FIT}Expected `int` <= 90071"),
        ({**RULE, "seed": 1}, "seed belongs to probability: give both, or neither"),
        ({**STATUS, "status": None}, "kind status needs status"),
        ({**STATUS, "status": 399}, f"{NO_FIT}Expected `int` >= 400 - at `$.status`"),
        ({**STATUS, "status": 600}, f"{NO_FIT}Expected `int` <= 599 - at `$.status`"),
        ({**STATUS, "seconds": 1}, "seconds belongs to kind delay, not to status"),
        ({**RULE, "status": 500}, "status belongs to kind status, not to EMPTY_RESPON"),
        ({**RULE, "kind": "delay"}, "kind delay needs seconds"),
        ({**RULE, "kind": "delay", "seconds": 0}, f"{NO_FIT}Expected `float` > 0.0"),
        ({**RULE, "kind": "delay", "seconds": 601}, f"{NO_FIT}Expected `float` <= 600"),
        ({**STATUS, "phase": "webhook"}, "a delivery has no status of ours: PUT /_emu"),
        ({**RULE, "kind": "DUPLICATE"}, "DUPLICATE is for deliveries: its phase is we"),
        ({**RULE, "kind": "REORDER"}, "REORDER is for deliveries: its phase is webhoo"),
        ({**RULE, "phase": "webhook", "operation": "counts"}, "counts has no d"),
        (
            {**RULE, "operation": "sdk", "account": "demo"},
            "sdk needs no API key, so it",
        ),
        ([RULE], f"{NO_FIT}Expected `object`, got `array`"),
    ],
    "POST /reset": [
        ({"scope": "jobs"}, f"{NO_FIT}Invalid enum value 'jobs' - at `$.scope`"),
        ({"accounts": "demo"}, f"{NO_FIT}Object contains unknown field `accounts`"),
    ],
    "PUT /snapshot": [
        ({}, "the body is no snapshot: Object missing required field `version`"),
        ([], "the body is no snapshot: Expected `object`, got `array`"),
    ],
}


@pytest.mark.parametrize(
    ("route", "body", "text"),
    [(route, *row) for route, rows in REFUSED.items() for row in rows],
    ids=lambda value: str(value)[:60],
)
def test_what_a_body_must_not_say(
    unharmed: Address, route: str, body: object, text: str
) -> None:
    """400 says what would do, and nothing has changed.

    More bodies of the wrong types are in tests/web/test_bad_input*.py.
    """
    status, found = refusal(sent(unharmed, route, orjson.dumps(body)))

    assert (400, text) == (status, found[: len(text)])


@pytest.mark.parametrize(
    ("route", "status", "text"),
    [
        ("GET /jobs?state=done", 400, "unknown state 'done': one of submitted, valid"),
        ("GET /jobs?state=", 400, "unknown state ''"),
        ("GET /jobs?limit=5", 400, "unknown parameter 'limit': known are account, st"),
        ("GET /jobs?state=a&state=b", 400, "parameter 'state' is there twice"),
        ("GET /requests?operation=sing", 400, "unknown operation 'sing': one of bat"),
        ("GET /requests?status=99", 400, "status must be from 100 to 599"),
        ("GET /requests?status=ok", 400, "status must be a whole number"),
        ("GET /requests?limit=-1", 400, "limit must be a whole number"),
        ("GET /requests?limit=1&limit=2", 400, "parameter 'limit' is there twice: gi"),
        ("GET /requests?key=a", 400, "unknown parameter 'key': known are account, op"),
        ("DELETE /requests?status=200", 400, "unknown parameter 'status': known are "),
        ("GET /accounts?id=demo", 400, "unknown parameter 'id': known are none"),
        ("GET /faults?id=1", 400, "unknown parameter 'id': known are none"),
        ("DELETE /faults?id=1", 400, "unknown parameter 'id': known are account"),
        ("GET /report?id=1", 400, "unknown parameter 'id': known are account"),
        ("GET /events?job=1300", 400, "unknown parameter 'job': known are account"),
        ("GET /snapshot?account=demo", 400, "unknown parameter 'account': known are "),
        ("PUT /snapshot?account=demo", 400, "unknown parameter 'account': known are "),
        *(
            (f"{route}?account={name}", 404, NOBODY)
            for route in (
                *("GET /jobs", "GET /requests", "DELETE /requests", "GET /report"),
                *("GET /events", "DELETE /faults"),
            )
            for name in ("nobody", "", "%C3%A9", "test-")
        ),
        ("DELETE /faults/7", 404, "there is no fault 7: GET /_emulator/faults"),
        ("DELETE /faults/x", 400, "a fault id must be a whole number"),
        ("DELETE /faults/-1", 400, "a fault id must be a whole number"),
        ("GET /ca.pem", 404, "https is off: start the emulator with --tls"),
        ("GET /console/nothing.js", 404, "the console has no file 'nothing.js'"),
        ("GET /console/..%2findex.html", 404, "the console has no file '../index.h"),
        ("GET /console/..%2F..%2Fpipeline.py", 404, "the console has no file"),
        ("GET /console/%5c..", 404, "the console has no file"),
        ("GET /console/", 404, "there is no /_emulator/console/: see docs/control-a"),
        ("POST /jobs/1301/redeliver", 409, "job 1301 is being validated: wait until"),
        ("GET /jobs/1301/payload", 409, "job 1301 is being validated: wait until it"),
    ],
)
def test_what_a_path_must_not_ask(
    unharmed: Address, route: str, status: int, text: str
) -> None:
    found = refusal(sent(unharmed, route))

    assert (status, text) == (found[0], found[1][: len(text)])


@pytest.mark.parametrize(
    ("route", "body", "status", "text"),
    [
        ("POST /accounts", {"id": "demo"}, 409, "account demo exists: choose"),
        ("PATCH /accounts/demo", {"name": "A", "credits": 4}, 409, "5 credits are res"),
        ("POST /reset", {"account": "nobody"}, 404, NOBODY),
        ("POST /reset", {"account": ""}, 404, NOBODY),
        ("POST /reset", {"scope": "journal", "account": "nobody"}, 404, NOBODY),
        *(
            ("POST /faults", {**RULE, "account": name}, 404, NOBODY)
            for name in ("nobody", "", "test-", "é")
        ),
        ("POST /faults", {**RULE, "phase": "webhook"}, 409, "rule 1 already matches e"),
    ],
    ids=str,
)
def test_what_does_not_go_with_what_there_is(
    unharmed: Address, route: str, body: object, status: int, text: str
) -> None:
    found = refusal(sent(unharmed, route, orjson.dumps(body)))

    assert (status, text) == (found[0], found[1][: len(text)])


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if "{account}" in each.path], ids=str
)
def test_an_account_that_is_not_there(unharmed: Address, route: Route) -> None:
    """404 names it, before or after the body is read."""
    names = ["nobody", "%FF", "d%C3%A9mo", "DEMO", "demo%2F.."]
    bodies = [b"{}", b'{"frozen":true}', b'{"seconds":1}', b'{"url":"inbox:demo"}']
    found = {
        refusal(sent(unharmed, path, body))
        for name in names
        for path in [str(route).replace("{account}", name)]
        for body in bodies
    }

    known = {(status, text) for status, text in found if text.startswith(NOBODY)}
    assert {404} == {status for status, _ in known}
    assert 5 == len(known)
    assert {400} >= {status for status, _ in found - known}


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if "{job}" in each.path], ids=str
)
def test_a_job_that_is_not_there(unharmed: Address, route: Route) -> None:
    none = {name: (404, f"there is no job {name}") for name in ("1", "0", "9" * 18)}
    no_id = (400, "a job id must be a whole number")
    expected = {**none, **dict.fromkeys(["9" * 19, "-1", "1e3", "%D9%A1"], no_id)}

    assert expected == {
        name: refusal(sent(unharmed, str(route).replace("{job}", name), b"{}"))
        for name in expected
    }


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if "{name}" in each.path], ids=str
)
def test_a_name_that_no_inbox_has(unharmed: Address, route: Route) -> None:
    names = ["_a", "a%20b", "a%2Fb", "%C3%A9", "%00", "a" * 101]
    reason = (400, "an inbox name is 1 to 100 letters, digits, '.', '_' or '-'")

    assert dict.fromkeys(names, reason) == {
        name: refusal(sent(unharmed, str(route).replace("{name}", name), b"[]"))
        for name in names
    }


@pytest.mark.parametrize("last", ["x", "-1", "9" * 19])
def test_an_event_id_that_is_none(unharmed: Address, last: str) -> None:
    reply = ask(
        unharmed, request("GET", f"{PREFIX}/events", b"", {"Last-Event-ID": last})
    )

    assert (400, "Last-Event-ID must be a whole number") == refusal(reply)


@pytest.mark.parametrize("route", FORMS, ids=str)
def test_a_body_that_is_no_such_json(unharmed: Address, route: Route) -> None:
    """Broken, a form, no UTF-8, of another type; and one that is too large."""
    bodies = {
        b"[": f"{NO_FIT}",
        b"frozen=true": f"{NO_FIT}JSON is malformed",
        b'{"a":"\xff"}': f"{NO_FIT}",
        b"7": f"{NO_FIT}Expected `",
    }
    found = {
        body: refusal(ask(unharmed, request(route.method, route.target, body)))
        for body in bodies
    }
    large = request(route.method, route.target, b" " * (LARGEST + 1))

    assert bodies == {
        body: text[: len(bodies[body])] for body, (_, text) in found.items()
    }
    assert {400} == {status for status, _ in found.values()}
    assert (413, "Request Entity Too Large") == refusal(ask(unharmed, large))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b' {"frozen": true}\n', {"Content-Type": "application/x-www-form-urlencoded"}),
        (b'{"frozen":true}'.ljust(LARGEST), {}),
        (gzip.compress(b'{"frozen":true}'), {"Content-Encoding": "gzip"}),
    ],
    ids=["of another type", "as large as may be", "packed"],
)
def test_how_else_a_body_may_come(
    standing: Address, body: bytes, headers: dict[str, str]
) -> None:
    sent = request("PATCH", f"{PREFIX}/clock", body, headers)

    assert 200 == ask(standing, sent).status


def test_a_body_that_cannot_be_unpacked(unharmed: Address) -> None:
    packed = {"Content-Encoding": "gzip"}
    status, text = refusal(
        ask(unharmed, request("PATCH", f"{PREFIX}/clock", b"no gzip", packed))
    )

    assert (400, True) == (status, text.startswith("the body cannot be read: "))


def test_no_body_is_an_empty_one(unharmed: Address) -> None:
    text = f"{NO_FIT}Object missing required field `frozen`"

    assert (400, text) == refusal(sent(unharmed, "PATCH /clock"))
