"""Bodies, queries, paths, keys and forms that nobody should send."""

import gzip
from contextlib import suppress

import pytest

from support.bodies import NO_NUMBERS, NO_TEXTS, NUMBERS, TEXTS
from support.client import (
    COUNTS,
    COUNTS_OF_SAMPLES,
    CREDITS,
    FETCH,
    FETCH_DATA,
    PRESETS,
)
from support.raw import Address, Headers, Reply, ask, connected, head, request
from support.surfaces import (
    CONTROL,
    FORMS,
    KEYED,
    VENDOR,
    Endpoint,
    envelope_flaw,
    flaw,
    shown,
)
from support.threaded import DEMO, JOB, tell

pytest_plugins = ["support.sturdy"]

MIB = 1024 * 1024
BOMB = gzip.compress(b" " * 10 * MIB)
PACKED = {"Content-Encoding": "gzip"}
FILTERED = (COUNTS, COUNTS_OF_SAMPLES, FETCH, FETCH_DATA)
MAX_REFUSAL = 500
"""What a refusal repeats of what it refuses, it repeats in short."""

NO_JSON = {
    "bare word": b"hello",
    "form": b"filter=%7B%7D&fetchCount=1",
    "cut off": b'{"filter":{',
    "two": b"{}{}",
    "single quotes": b"{'filter':{}}",
    "trailing comma": b'{"filter":{},}',
    "comment": b"{/* */}",
    "NUL": b"\x00",
    "NUL around": b"\x00{}\x00",
    "NUL inside": b'{"fil\x00ter":{}}',
    "UTF-16": '{"filter":{}}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"filter":{}}',
    "Latin-1": '{"filter":{"caf\xe9":{}}}'.encode("latin-1"),
    "overlong UTF-8": b'{"\xc0\xaf":1}',
    "surrogate in UTF-8": b'{"\xed\xa0\x80":1}',
    "lone surrogate": b'{"\\ud800":1}',
    "swapped surrogates": b'{"\\udc00\\ud800":1}',
    "deep array": b"[" * 100_000,
    "deep object": b'{"filter":' * 100_000,
    "deep and closed": b"[" * 2_000 + b"]" * 2_000,
    "gzip": gzip.compress(b'{"filter":{}}'),
    **{f"number {number[:9]!r}": b'{"a":%b}' % number for number in NO_NUMBERS},
    **{f"text {text[:9]!r}": b'{"a":%b}' % text for text in NO_TEXTS},
}
NO_OBJECTS = (b"[]", b"[{}]", b'"filter"', b"1", b"-0", b"1e308", b"true", b"null")
NO_FORMS = (b'"a"', b"1", b"true", b"null", b'[["id"]]', b"[1]")
BIG = b'{"filter":{"a":"' + b"a" * 3 * MIB + b'"}}'


def post(address: Address, body: bytes) -> dict[str, Reply]:
    """Send a body to every endpoint that reads one; none may be accepted."""
    return {path: ask(address, request("POST", path, body, DEMO)) for path in FILTERED}


def told(replies: dict[str, Reply], length: int) -> dict[str, tuple[int, str, str]]:
    """Return status, flaw and the start of the message of each answer."""
    return {
        path: (reply.status, envelope_flaw(reply), reply.json["message"][:length])
        for path, reply in replies.items()
    }


def verdicts(
    address: Address, body: bytes, headers: Headers | None = None
) -> dict[Endpoint, tuple[int, str]]:
    """Send a body to every control form; return the statuses and what is wrong."""
    replies = {
        form: ask(address, request(form.method, form.target, body, headers))
        for form in FORMS
    }
    return {
        form: (reply.status, flaw(reply, form.target))
        for form, reply in replies.items()
    }


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused_as_such(unharmed: Address, body: bytes) -> None:
    message = "Request body is not valid JSON"

    assert dict.fromkeys(FILTERED, (400, "", message)) == told(post(unharmed, body), 30)
    assert dict.fromkeys(FORMS, (400, "")) == verdicts(unharmed, body)


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_object_is_refused_as_such(unharmed: Address, body: bytes) -> None:
    message = "Request body must be a JSON object"

    assert dict.fromkeys(FILTERED, (400, "", message)) == told(post(unharmed, body), 99)


@pytest.mark.parametrize("body", [b"", b"  \r\n\t "])
def test_a_body_of_nothing_lacks_what_the_page_asks_for(
    unharmed: Address, body: bytes
) -> None:
    no_filter = (400, "", "Missing parameter filter")
    neither = (400, "", "Required fetchCount and filter")

    expected = dict(
        zip(FILTERED, (no_filter, no_filter, neither, neither), strict=True)
    )
    assert expected == told(post(unharmed, body), 99)


@pytest.mark.parametrize("body", NO_FORMS)
def test_a_control_form_of_another_type_is_refused(
    unharmed: Address, body: bytes
) -> None:
    assert dict.fromkeys(FORMS, (400, "")) == verdicts(unharmed, body)


@pytest.mark.parametrize(
    ("body", "headers"), [(BIG, {}), (BOMB, PACKED)], ids=["plain", "packed"]
)
def test_megabytes_are_refused_by_every_form_and_endpoint(
    unharmed: Address, body: bytes, headers: Headers
) -> None:
    """A body is as large as what it unpacks to."""
    replies = {
        endpoint: ask(
            unharmed,
            request(endpoint.method, endpoint.path, body, {**DEMO, **headers}),
        )
        for endpoint in VENDOR
    }

    assert dict.fromkeys(FORMS, (413, "")) == verdicts(unharmed, body, headers)
    assert dict.fromkeys(VENDOR, (413, "")) == {
        each: (reply.status, envelope_flaw(reply, bodiless=each.method == "HEAD"))
        for each, reply in replies.items()
    }


@pytest.mark.parametrize("endpoint", CONTROL, ids=shown)
def test_megabytes_to_any_control_route_are_answered_in_shape(
    sturdy: Address, endpoint: Endpoint
) -> None:
    data = request(endpoint.method, endpoint.target, b"\x00" * 3 * MIB)

    assert "" == flaw(ask(sturdy, data), endpoint.target)


MISSHAPEN = {  # the likelier ones: contract/search.py
    "field of NUL": b'{"\\u0000":{}}',
    "field of nothing": b'{"":{}}',
    "long field": b'{"' + b"x" * 100_000 + b'":{}}',
    "deep": b'{"job_title":' + b"[" * 900 + b"]" * 900 + b"}",
    "duplicate, the last one wrong": b'{"job_title":{},"job_title":[]}',
    "too many values": b'{"job_title":{%b}}'
    % b",".join(b'"%d":""' % number for number in range(2_000)),
}
NO_COUNTS = (  # of other types: contract/promises.py
    *(b"-0", b"1.0", b"1e3", b"1.5", b"-1e308", b"1e-300", b'"\\u0000"'),
    *(b"%d" % number for number in (2**64, 10**30, -(2**63), -(10**30))),
)
UNKNOWN_VALUES = (
    *(b"-0", b"-0.0", b"1e308", b"1e-300", b"%d" % 2**64, b"-%d" % 10**30),
    *(b'""', b'"\\u0000"', b'"' + b"9" * 9_999 + b'"'),
    '"\u202e\U0001f4a5\u0130\xdf"'.encode(),
)
ODD_KEYS_BESIDE = b'"\\u0000":1e308,"":[[[]]],"id":null'


@pytest.mark.parametrize("filters", MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_filter_of_another_shape_is_refused_in_short(
    unharmed: Address, filters: bytes
) -> None:
    replies = post(unharmed, b'{"fetchCount":1,"filter":%b}' % filters)

    assert {(400, "")} == {(each[0], each[1]) for each in told(replies, 0).values()}
    assert max(len(reply.body) for reply in replies.values()) <= MAX_REFUSAL


@pytest.mark.parametrize("value", UNKNOWN_VALUES, ids=lambda value: repr(value[:9]))
@pytest.mark.parametrize(
    "field", [b"sic_code", b"company_address_zipcode", b"job_title"]
)
def test_absurd_values_are_values_that_nobody_has(
    unharmed: Address, field: bytes, value: bytes
) -> None:
    body = b'{%b,"filter":{"%b":{"0":%b}}}' % (ODD_KEYS_BESIDE, field, value)
    reply = ask(unharmed, request("POST", COUNTS, body, DEMO))

    assert (200, 0) == (reply.status, reply.json["data"]["counts"])


@pytest.mark.parametrize("count", NO_COUNTS)
def test_anything_but_a_whole_number_from_1_is_a_missing_count(
    unharmed: Address, count: bytes
) -> None:
    body = b'{"fetchCount":%b,"filter":{}}' % count
    reply = ask(unharmed, request("POST", FETCH, body, DEMO))

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert "Required fetchCount and filter" == reply.json["message"]


@pytest.mark.parametrize("count", [10**12, 2**31, 2**63 - 1, 2**63, 2**64 - 1])
def test_the_largest_counts_are_told_back_as_more_than_there_is(
    unharmed: Address, count: int
) -> None:
    body = b'{"fetchCount":%d,"filter":{}}' % count
    reply = ask(unharmed, request("POST", FETCH, body, DEMO))

    assert (402, "") == (reply.status, envelope_flaw(reply))
    assert count == reply.json["data"]["requested_fetch_count"]


LONG = b'"' + b"x" * 5_000 + b'"'
ABSURD = [n for n in NUMBERS if n not in {b"-0", b"0", b"%d" % 2**31}]
SPANS = (b"-1", b"-1e-9", b"601", b"1e308", b"-1e308", b"%d" % 2**64)
OWN_INBOX = b'"inbox:"'
NO_URLS = (
    *TEXTS,
    *(b'"hook"', b'"//host/"', b'"ftp://host/"', b'"file:///etc/passwd"', b'"http:"'),
    *(b'"http://"', b'"http:///x"', b'"http://[::1"', b'"http://h:0/"'),
    *(b'"http://h:99999/"', b'"http://h:-1/"', b'"http://h:x/"', b'"http://h/a b"'),
    *(b'"http://h/\\u0000"', b'"http://h/\\r\\nX: y"', b'"http://h/\\u202e"'),
    *(OWN_INBOX, b'"inbox:../reset"', b'"inbox:a/b"', b'"inbox:%00"', b'"INBOX:x"'),
    *(b'"http://h/%b"' % (b"x" * 5_000), b'"inbox:%b"' % (b"x" * 101)),
    *(b"1", b"true", b"[]", b"{}"),
)
REFUSED = {
    "POST /reset": [
        *(b'{"scope":"everything"}', b'{"scope":null}', b'{"scope":["all"]}'),
        *(b'{"account":1}', b'{"account":["demo"]}', b'{"all":true}'),
        b'{"scope":"all","Scope":"journal"}',
    ],
    "POST /accounts": [
        *(b'{"id":%b}' % text for text in TEXTS),
        *(b'{"id":%b}' % text for text in (b'"-a"', b'"a/b"', b'"a b"', b'"\\u00e9"')),
        *(b'{"id":%b}' % text for text in (b'"a\\n"', b'"test-%00"', b"1", b"[]")),
        *(b'{"credits":%b}' % number for number in ABSURD),
        *(b'{"credits":"5"}', b'{"credits":true}', b'{"credits":[]}'),
        *(b'{"name":%b}' % text for text in (LONG, b"null", b"1", b"{}")),
        *(b'{"api_key":"mine"}', b'{"":1}', b'{"id\\u0000":"a"}'),
        *(b'{"webhook":%b}' % value for value in (b"true", b'"http://h/"', b"[]")),
        *(b'{"webhook":{"active":%b}}' % value for value in (b"1", b"null", b'"no"')),
        *(b'{"webhook":{"secret":"s"}}', b'{"id":"a","id":"-"}'),
        *(b'{"webhook":{"url":%b}}' % url for url in NO_URLS if url != OWN_INBOX),
    ],
    "PATCH /accounts/demo": [
        *(b'{"credits":%b}' % number for number in ABSURD),
        *(b'{"name":"x","credits":%b}' % value for value in (b"null", b'"5"', b"-1")),
        *(b'{"suspended":%b}' % value for value in (b"0", b"1", b"null", b'"true"')),
        *(b'{"id":"other"}', b'{"reserved":5}', b'{"suspended":true,"x":1}'),
    ],
    "PUT /accounts/demo/webhook": [
        *(b'{"url":%b}' % url for url in NO_URLS),
        *(b"{}", b'{"active":true}', b'{"url":null,"active":1}', b'{"url":null,"x":1}'),
    ],
    "POST /jobs/1300/wait": [
        *(b'{"timeout":%b}' % span for span in SPANS),
        *(b'{"timeout":0,"state":%b}' % text for text in (*TEXTS, b'"done"', b"1")),
        *(b'{"timeout":0,"attempts":%b}' % n for n in (*ABSURD, b"0", b'"1"', b"[]")),
        *(b'{"timeout":null}', b'{"timeout":"0"}', b'{"timeout":0,"job":1}'),
    ],
    "POST /requests/wait": [
        *(b'{"timeout":%b}' % span for span in SPANS),
        *(b'{"timeout":0,"status":%b}' % n for n in (*ABSURD, b"0", b"99", b"600")),
        *(b'{"timeout":0,"count":%b}' % n for n in (*ABSURD, b"0", b"1001", b"null")),
        *(b'{"timeout":0,"operation":%b}' % text for text in (*TEXTS, b"1", b"[]")),
        *(b'{"timeout":0,"account":%b}' % value for value in (b"1", b"[]", b"{}")),
    ],
    "PATCH /clock": [
        *(b"{}", b'{"frozen":null}', b'{"frozen":1}', b'{"frozen":"false"}'),
        *(b'{"frozen":[]}', b'{"frozen":false,"now":0}'),
    ],
    "POST /clock/advance": [
        *(b"{}", b'{"seconds":-1}', b'{"seconds":-1e-5}', b'{"seconds":1e12}'),
        *(b'{"seconds":1e308}', b'{"seconds":-1e308}', b'{"seconds":%d}' % 10**30),
        *(b'{"seconds":"1"}', b'{"seconds":null}', b'{"seconds":true}'),
        b'{"seconds":1,"minutes":1}',
    ],
    "PUT /inbox/shelf/script": [
        *(b"{}", b"[[]]", b"[{}, 1]", b'[{"status":"200"}]', b'[{"status":null}]'),
        *(b'[{},{"status":%b}]' % number for number in (*ABSURD, b"100", b"600")),
        *(b'[{},{"delay_s":%b}]' % n for n in (*SPANS, b"null", b'"1"')),
        *(b'[{"drop":1}]', b'[{"delay":1}]', b'[{"status":200,"status":-1}]'),
        b"[%b{}]" % (b"{}," * 1_000),
    ],
}


@pytest.mark.parametrize("route", REFUSED)
def test_what_a_form_does_not_name_or_out_of_its_bounds_is_refused(
    unharmed: Address, route: str
) -> None:
    method, path = route.split()
    target = f"/_emulator{path}"
    replies = {
        body: ask(unharmed, request(method, target, body)) for body in REFUSED[route]
    }

    assert dict.fromkeys(REFUSED[route], (400, "")) == {
        body: (reply.status, flaw(reply, target)) for body, reply in replies.items()
    }


ODD_QUERIES = {
    "NUL": "%00=%00",
    "no UTF-8": "%ff=%ff",
    "no hexadecimal": "%ZZ=%",
    "surrogate": "%ED%A0%80=1",
    "line breaks": "a%0D%0A=%0D%0A",
    "no name": "=1",
    "only signs": "&&==&=",
    "question marks": "????",
    "unknown": "drop=tables",
    "array": "account[]=demo&status[gt]=0",
    "many": "&".join(f"p{number}" for number in range(1_000)),
    "very long": "a=" + "%00" * 2_600,
}
STRICT = ("/_emulator/accounts", "/_emulator/jobs", "/_emulator/requests")
"""Control lists, which know their parameters."""

NOBODIES = ("", "%00", "%ff", "demo%00", "DEMO", "%C3%A9", "a" * 8_000)
WRONG_VALUES = (
    *("/jobs?state=", "/jobs?state=done", "/jobs?state=%00", "/jobs?state=%ff"),
    *("/jobs?state=delivered&state=delivered", "/jobs?account=demo&account=demo"),
    *("/requests?status=", "/requests?status=-1", "/requests?status=2e2"),
    *("/requests?status=600", "/requests?status=" + "9" * 5_000),
    *("/requests?status=%D9%A2%D9%A0%D9%A0", "/requests?status=200%0A"),
    *("/requests?limit=", "/requests?limit=-1", "/requests?limit=1.5"),
    *("/requests?limit=" + "9" * 5_000, "/requests?limit=%00"),
    *("/requests?operation=", "/requests?operation=Fetch", "/requests?operation=%00"),
)


@pytest.mark.parametrize("query", ODD_QUERIES.values(), ids=ODD_QUERIES)
def test_presets_and_control_lists_refuse_a_query_that_they_do_not_know(
    unharmed: Address, query: str
) -> None:
    presets = ask(unharmed, request("GET", f"{PRESETS}?{query}", b"", DEMO))
    targets = [f"{path}?{query}" for path in STRICT]
    lists = {target: ask(unharmed, request("GET", target)) for target in targets}

    assert (400, "") == (presets.status, envelope_flaw(presets))
    assert len(presets.body) <= 2 * MAX_REFUSAL
    assert dict.fromkeys(targets, (400, "")) == {
        target: (reply.status, flaw(reply, target)) for target, reply in lists.items()
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *((query, 400) for query in WRONG_VALUES),
        *(
            (f"/{name}?account={text}", 404)
            for name in ("jobs", "requests")
            for text in NOBODIES
        ),
    ],
)
def test_a_control_list_refuses_a_parameter_of_a_wrong_value(
    unharmed: Address, query: str, status: int
) -> None:
    target = f"/_emulator{query}"
    reply = ask(unharmed, request("GET", target))

    assert (status, "") == (reply.status, flaw(reply, target))


@pytest.mark.parametrize("endpoint", [*VENDOR, *CONTROL], ids=shown)
def test_a_query_that_means_nothing_leaves_every_answer_its_shape(
    sturdy: Address, endpoint: Endpoint
) -> None:
    target = f"{endpoint.target}?%00=%ff&%ZZ&a[]=../..&=&timeout=9e99"
    reply = ask(sturdy, request(endpoint.method, target, b"", DEMO))

    assert "" == (flaw(reply, target) if endpoint.method != "HEAD" else "")


ODD_SEGMENTS = {
    "NUL": "%00",
    "NUL at the end": "demo%00",
    "line break": "%0A",
    "line break at the end": "demo%0A",
    "line break inside": "a%0Ab",
    "no UTF-8": "%ff",
    "surrogate": "%ED%A0%80",
    "beyond Unicode": "%F7%BF%BF%BF",
    "no hexadecimal": "%ZZ",
    "bare percent": "%",
    "slash": "a%2Fb",
    "backslash": "a%5Cb",
    "up": "%2E%2E",
    "wildcard": "%25",
    "braces": "%7Baccount%7D",
    "quotes": "'%22",
    "SQL": "'%20OR%20'1'='1",
    "space": "%20",
    "colour": "%1B%5B31m",
    "digits of elsewhere": "%D9%A1%D9%A3",
    "minus": "-1",
    "nothing": "0",
    "as job ids go": "1300.0",
    "beyond 64 bits": "9223372036854775808",
    "a hundred digits": "9" * 100,
    "very long": "a" * 8_000,
}
BLANK = {"%20", "%0A"}
INBOX_NAMES = {"0", "1300.0", "9223372036854775808", "9" * 100}
WITH_PARAMETER = [found for found in CONTROL if "{" in found.path]


@pytest.mark.parametrize("text", ODD_SEGMENTS.values(), ids=ODD_SEGMENTS)
def test_an_unknown_path_or_id_is_not_found_in_the_shape_of_its_surface(
    unharmed: Address, text: str
) -> None:
    paths = (f"/{text}", f"{CREDITS}{text}", f"{CREDITS}/{text}", f"/_emulator/{text}")
    replies = {path: ask(unharmed, request("POST", path)) for path in paths}
    ids = [
        (found.method, found.with_parameter(text))
        for found in WITH_PARAMETER
        if not ("/inbox/" in found.path and text in INBOX_NAMES)
    ]
    of_ids = {target: ask(unharmed, request(*target)) for target in ids}

    assert dict.fromkeys(paths, (404, "")) == {
        path: (reply.status, flaw(reply, path)) for path, reply in replies.items()
    }
    assert {} == {
        target: (reply.status, reply.body)
        for target, reply in of_ids.items()
        if reply.status not in {400, 404} or flaw(reply, target[1])
    }


def test_an_odd_text_is_looked_for_like_any_other(unharmed: Address) -> None:
    targets = [
        f"{PRESETS}?job_title={text}"
        for text in ODD_SEGMENTS.values()
        if text not in BLANK
    ]
    replies = [ask(unharmed, request("GET", target, b"", DEMO)) for target in targets]

    assert [(404, "")] * len(targets) == [
        (reply.status, envelope_flaw(reply)) for reply in replies
    ]


def test_the_journal_shows_every_path_however_odd(sturdy: Address) -> None:
    for text in ODD_SEGMENTS.values():
        ask(sturdy, request("GET", f"/{text}?{text[:99]}"))
    ask(sturdy, request("GET", "//api/%76%32?a=%62"))
    rows = tell(sturdy, "GET", "/requests?status=404")["requests"]

    assert 1 + len(ODD_SEGMENTS) == len(rows)
    assert "//api/%76%32?a=%62" in [row["path"] for row in rows]


ODD_KEYS = {
    **{text.decode(): text for text in (b"   ", b"'\"", b"demo\tapi-key", b"demo")},
    "accents": "d\xe9mo".encode(),
    "no UTF-8": b"demo-api-key\xff",
    "SQL": b"' OR '1'='1",
    "two": b"demo-api-key, demo-api-key",
    "test with accents": "test-\xe9".encode(),
    "very long": b"k" * 8_000,
}
ODD_SECRETS = {
    "empty": b"",
    "accents": "s\xe9cret".encode(),
    "no UTF-8": b"demo-webhook-secret\xff",
    "cut off": b"demo-webhook-secre",
    "very long": b"s" * 8_000,
}
UNREACHABLE = {
    "empty label": "http://a..example/",
    "long label": f"http://{'a' * 300}.example/",
    "odd escapes": "http://127.0.0.1:9/%zz%00%ff?%",
    "accents": "http://127.0.0.1:9/\xe9?\xe9=\xe9#\xe9",
    "user": "http://us%0Aer:p%00@127.0.0.1:9/",
    "zone": "http://[::1%25]:9/",
    "number": "http://2130706433.0.0.0.1:9/",
    "upper case": "HTTP://127.0.0.1:9/",
}


@pytest.mark.parametrize("key", ODD_KEYS.values(), ids=ODD_KEYS)
def test_a_key_of_odd_bytes_is_unknown_and_opens_no_account(
    unharmed: Address, key: bytes
) -> None:
    reply = ask(unharmed, request("POST", CREDITS, b"", {"X-API-Key": key}))

    assert (401, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("endpoint", KEYED, ids=shown)
def test_the_key_is_checked_before_anything_that_is_asked_for(
    unharmed: Address, endpoint: Endpoint
) -> None:
    key = {"X-API-Key": b"\xff\xfe"}
    reply = ask(unharmed, request(endpoint.method, endpoint.path, b"\x00", key))

    assert 401 == reply.status
    assert "" == envelope_flaw(reply, bodiless=endpoint.method == "HEAD")


FIELD = "y" * 8_000
TOO_LARGE = "Request is not well-formed HTTP: its head has more than 65,536 bytes"


def heavy(fields: int) -> bytes:
    """Return a request with so many fields of 8 KB in its head."""
    return request("GET", PRESETS, b"", {f"X-{n}": FIELD for n in range(fields)})


@pytest.mark.parametrize(("fields", "status"), [(8, 401), (9, 400), (99, 400)], ids=str)
@pytest.mark.parametrize("piece", [1_000, 10_000_000], ids=["in pieces", "whole"])
def test_a_head_has_a_bound_in_bytes(
    sturdy: Address, fields: int, status: int, piece: int
) -> None:
    """However many fields are within theirs; it is refused before it has come whole."""
    data = heavy(fields)
    with connected(sturdy) as wire:
        for start in range(0, len(data), piece):
            with suppress(ConnectionError):
                wire.send(data[start : start + piece])
        reply = wire.reply()

    assert (status, "") == (reply.status, envelope_flaw(reply))
    assert status == 401 or reply.json["message"] == TOO_LARGE


def test_heads_that_come_together_are_judged_each_by_itself(sturdy: Address) -> None:
    """Small ones may be more than one is allowed to be; a large one ends them."""
    small = request("GET", "/nowhere", b"", {"X": FIELD})
    with connected(sturdy) as wire:
        wire.send(small * 20 + heavy(9) + small)

        assert [404] * 20 + [400] == [reply.status for reply in wire.rest()]


@pytest.mark.parametrize("second", [b"demo-api-key", b"unknown", b"", b"\xff"])
def test_two_keys_are_none(unharmed: Address, second: bytes) -> None:
    """The fields are one list (RFC 9110, section 5.3), and no key looks like one."""
    start = head("POST", CREDITS, {**DEMO, "x-api-key": second, "Content-Length": "0"})
    reply = ask(unharmed, start)

    assert (401, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("secret", ODD_SECRETS.values(), ids=ODD_SECRETS)
def test_a_secret_of_odd_bytes_is_not_the_accounts(
    unharmed: Address, secret: bytes
) -> None:
    headers: Headers = {**DEMO, "webhook_secret_key": secret}
    reply = ask(unharmed, request("POST", FETCH, b"{}", headers))

    assert (401, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("url", UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_webhook_that_cannot_be_reached_is_refused_or_fails_with_a_reason(
    sturdy: Address, url: str
) -> None:
    target = "/_emulator/accounts/demo/webhook"
    reply = ask(sturdy, request("PUT", target, b'{"url":"%b"}' % url.encode()))
    if reply.status == 200:
        tell(sturdy, "POST", f"/jobs/{JOB}/redeliver")
        wanted = {"attempts": 2, "timeout": 4}
        attempts = tell(sturdy, "POST", f"/jobs/{JOB}/wait", wanted)["attempts"]

    assert reply.status == 400 or attempts[-1]["error"]
    assert "" == flaw(reply, target)
