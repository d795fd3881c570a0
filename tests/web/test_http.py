"""Requests that are no HTTP, that nobody speaks, or that are odd and yet good."""

import logging

import pytest

from support.client import COUNTS, CREDITS, PRESETS
from support.raw import Address, Headers, Reply, ask, connected, head, request
from support.surfaces import envelope_flaw, flaw
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]

HOST = b"Host: 127.0.0.1\r\n"
LINE = b"GET / HTTP/1.1\r\n" + HOST
MALFORMED = {
    "not HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "SOCKS": b"\x05\x01\x00\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\n\r\n",
    "no slash": b"GET x HTTP/1.1\r\n%b\r\n" % HOST,
    "asterisk": b"GET * HTTP/1.1\r\n%b\r\n" % HOST,
    "NUL in the target": b"GET /\x00 HTTP/1.1\r\n%b\r\n" % HOST,
    "no ASCII in the target": b"GET /\xff\xc3 HTTP/1.1\r\n%b\r\n" % HOST,
    "HTTP/9.9": b"GET / HTTP/9.9\r\n%b\r\n" % HOST,
    "HTTP/x": b"GET / HTTP/x\r\n%b\r\n" % HOST,
    "HTP/1.1": b"GET / HTP/1.1\r\n%b\r\n" % HOST,
    "method in lower case": b"get / HTTP/1.1\r\n%b\r\n" % HOST,
    "unknown method": b"FROB / HTTP/1.1\r\n%b\r\n" % HOST,
    "method of NUL": b"G\x00T / HTTP/1.1\r\n%b\r\n" % HOST,
    "long method": b"%b / HTTP/1.1\r\n%b\r\n" % (b"X" * 9_000, HOST),
    "long target": b"GET /%b HTTP/1.1\r\n%b\r\n" % (b"a" * 9_000, HOST),
    "long header": LINE + b"A: %b\r\n\r\n" % (b"a" * 9_000),
    "long name": LINE + b"%b: 1\r\n\r\n" % (b"a" * 9_000),
    "many headers": LINE + b"A: 1\r\n" * 9_000 + b"\r\n",
    "no colon": LINE + b"Accept\r\n\r\n",
    "no name": LINE + b": 1\r\n\r\n",
    "space before the colon": LINE + b"A : 1\r\n\r\n",
    "folded header": LINE + b"A: 1\r\n 2\r\n\r\n",
    "NUL in a header": LINE + b"A: \x00\r\n\r\n",
    "no ASCII in a name": LINE + b"\xc3\xa9: 1\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": LINE + HOST + b"\r\n",
    "port beyond": b"GET http://h:99999/ HTTP/1.1\r\n%b\r\n" % HOST,
    "open bracket": b"GET http://[::1/ HTTP/1.1\r\n%b\r\n" % HOST,
}
LENGTHS: dict[str, Headers] = {
    "negative": {"Content-Length": "-1"},
    "no number": {"Content-Length": "ten"},
    "signed": {"Content-Length": "+2"},
    "hexadecimal": {"Content-Length": "0x2"},
    "fraction": {"Content-Length": "2.0"},
    "list": {"Content-Length": "2, 2"},
    "empty": {"Content-Length": ""},
    "beyond 64 bits": {"Content-Length": str(10**30)},
    "twice": {"Content-Length": "2", "content-length": "2"},
    "beside chunks": {"Content-Length": "2", "Transfer-Encoding": "chunked"},
    "unknown coding": {"Transfer-Encoding": "nonsense"},
    "chunked not last": {"Transfer-Encoding": "chunked, gzip"},
    "chunked twice": {"Transfer-Encoding": "chunked, chunked"},
}
CHUNKS = {
    "no size": b"zz\r\n{}\r\n0\r\n\r\n",
    "negative size": b"-2\r\n{}\r\n0\r\n\r\n",
    "huge size": b"f" * 40 + b"\r\n{}\r\n0\r\n\r\n",
    "too small a size": b"1\r\n{}\r\n0\r\n\r\n",
    "no line break": b"2\r\n{}0\r\n\r\n",
    "no size at last": b"2\r\n{}\r\nzz\r\n\r\n",
}
PATHS = (CREDITS, "/_emulator/accounts", "/nowhere")
FRAMED = {
    **{f"length, {name}": (headers, b"{}") for name, headers in LENGTHS.items()},
    **{
        f"chunks, {name}": ({"Transfer-Encoding": "chunked"}, chunks)
        for name, chunks in CHUNKS.items()
    },
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_bytes_that_are_no_request_are_refused_in_the_envelope(
    unharmed: Address, data: bytes
) -> None:
    reply = ask(unharmed, data)
    message = reply.json["message"]

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert message.startswith("Request is not well-formed HTTP")
    assert "\n" not in message
    assert len(reply.body) <= 500


def test_https_on_the_plain_port_is_told_apart(unharmed: Address) -> None:
    assert "HTTPS" in ask(unharmed, MALFORMED["TLS"]).json["message"]


@pytest.mark.parametrize(("headers", "body"), FRAMED.values(), ids=FRAMED)
def test_a_body_of_no_certain_end_is_refused_in_the_envelope(
    unharmed: Address, headers: Headers, body: bytes
) -> None:
    replies = [
        ask(unharmed, head("POST", path, {**DEMO, **headers}) + body) for path in PATHS
    ]

    assert [(400, "")] * 3 == [
        (reply.status, envelope_flaw(reply)) for reply in replies
    ]


BAD_TARGETS = ("*", "a.example:443", "http://a.example", "http://a.example/", "/")


@pytest.mark.parametrize("target", BAD_TARGETS)
@pytest.mark.parametrize("method", ["OPTIONS", "CONNECT", "TRACE", "PROPFIND", "PUT"])
def test_methods_and_targets_of_elsewhere_are_answered_and_nothing_is_echoed(
    unharmed: Address, method: str, target: str
) -> None:
    reply = ask(unharmed, request(method, target, b"", {**DEMO, "Cookie": "secret"}))

    assert reply.status in {400, 404, 405}
    assert "" == envelope_flaw(reply)
    assert b"secret" not in reply.body


@pytest.mark.parametrize(
    ("method", "target"), [("OPTIONS", "*"), ("CONNECT", "a.example:80")]
)
def test_a_target_that_is_no_path_is_not_found(
    unharmed: Address, method: str, target: str
) -> None:
    reply = ask(unharmed, request(method, target, b"", DEMO))

    assert (404, "Page Not Found") == (reply.status, reply.json["message"])


SAME = {
    "escaped letters": CREDITS.replace("a", "%61"),
    "absolute": f"http://127.0.0.1{CREDITS}",
    "absolute, of another host": f"http://api.example:8443{CREDITS}",
    "absolute, of TLS": f"https://api.example{CREDITS}",
    "empty query": f"{CREDITS}?",
    "query": f"{CREDITS}?fetchCount=1&X-API-Key=unknown",
}
OTHERS = {
    "dot": CREDITS.replace("/v2/", "/v2/./"),
    "up and down": CREDITS.replace("/v2/", "/v2/../v2/"),
    "two slashes inside": CREDITS.replace("/v2/", "/v2//"),
    "upper case": CREDITS.upper(),
    "capital": CREDITS.replace("api", "Api"),
    "escaped twice": CREDITS.replace("a", "%2561"),
    "parameter": f"{CREDITS};v=1",
    "space at the end": f"{CREDITS}%20",
    "escaped question": f"{CREDITS}%3F",
    "absolute, nothing after the host": "http://api.example",
}
ODD_HEADERS: dict[str, Headers] = {
    "no ASCII": {"Accept": b"\xff\xfe", "Content-Type": b"\xe9", "Cookie": b"a=\x80;="},
    "websocket": {"Connection": "Upgrade", "Upgrade": "websocket"},
    "HTTP/2": {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAEA",
    },
    "space around the key": {"X-API-Key": " \t demo-api-key \t "},
}


@pytest.mark.parametrize("target", SAME.values(), ids=SAME)
def test_targets_that_mean_the_same(unharmed: Address, target: str) -> None:
    assert 200 == ask(unharmed, request("POST", target, headers=DEMO)).status


@pytest.mark.parametrize("target", OTHERS.values(), ids=OTHERS)
def test_a_path_that_is_nearly_the_vendors_is_not_found(
    unharmed: Address, target: str
) -> None:
    reply = ask(unharmed, request("POST", target, headers=DEMO))

    assert (404, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=ODD_HEADERS)
def test_odd_headers_change_nothing(unharmed: Address, headers: Headers) -> None:
    body = b'{"filter":{"sic_code":{"0":"none"}}}'
    reply = ask(unharmed, request("POST", COUNTS, body, {**DEMO, **headers}))

    assert (200, {"counts": 0, "records": []}) == (reply.status, reply.json["data"])


def lasting(reply: Reply) -> dict[str, str]:
    """Return the headers of an answer but the one that tells the time."""
    return {name: value for name, value in reply.headers.items() if name != "date"}


@pytest.mark.parametrize("headers", [DEMO, {}], ids=["answer", "refusal"])
@pytest.mark.parametrize(
    "target",
    [
        f"{PRESETS}?job_title=dev",
        "/v1/predefined/retrieve-data/get-industry",
        "/openapi.json",
    ],
)
def test_head_is_get_without_the_body(
    unharmed: Address, target: str, headers: dict[str, str]
) -> None:
    shown = ask(unharmed, request("GET", target, headers=headers))
    reply = ask(unharmed, request("HEAD", target, headers=headers))

    assert (shown.status, b"") == (reply.status, reply.body)
    assert lasting(shown) == lasting(reply)
    assert str(len(shown.body)) == reply.headers["content-length"]


@pytest.mark.parametrize("version", [b" HTTP/1.0", b""], ids=["HTTP/1.0", "HTTP/0.9"])
def test_versions_before_http_1_1_are_answered_as_well(
    unharmed: Address, version: bytes
) -> None:
    reply = ask(unharmed, b"GET /nowhere%b\r\n\r\n" % version)

    assert (404, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize(
    "path", [CREDITS, "/_emulator/jobs/1300/redeliver", "/nowhere"]
)
@pytest.mark.parametrize("expected", [b"cake", b"100-continue, cake", b"", b"\xff"])
def test_who_expects_what_nobody_promises_is_answered_in_shape(
    sturdy: Address, path: str, expected: bytes
) -> None:
    headers: Headers = {**DEMO, "Expect": expected}
    reply = ask(sturdy, request("POST", path, b"", headers))

    assert reply.status in {200, 404, 417}
    assert "" == flaw(reply, path)


GOOD = request("POST", CREDITS, b"", DEMO)


def test_a_bad_request_after_good_ones_ends_the_connection(unharmed: Address) -> None:
    with connected(unharmed) as wire:
        wire.send(GOOD * 3)
        statuses = [wire.reply().status for _ in range(3)]
        wire.send(b"hello\r\n\r\n" + GOOD)
        replies = wire.rest()

    assert [200, 200, 200] == statuses
    assert [(400, "")] == [(reply.status, envelope_flaw(reply)) for reply in replies]


def test_of_requests_in_one_piece_the_last_that_is_answered_is_the_bad_one(
    unharmed: Address,
) -> None:
    with connected(unharmed) as wire:
        wire.send(GOOD * 3 + b"hello\r\n\r\n" + GOOD)
        replies = wire.rest()

    assert 400 == replies[-1].status
    assert {""} == {envelope_flaw(reply) for reply in replies}


def refuse(record: logging.LogRecord) -> bool:
    """Fail where a request is logged: past its handler, before its answer."""
    raise RuntimeError(f"the reason, {record.name}")


@pytest.mark.parametrize("target", [CREDITS, COUNTS, "/nowhere"])
def test_a_fault_of_our_own_is_500_and_the_log_has_the_reason(
    running: Address, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    log = logging.getLogger("reachapi_emulator.requests")
    with caplog.at_level(logging.INFO, "reachapi_emulator"):
        log.addFilter(refuse)
        reply = ask(running, request("POST", target, b"", DEMO))
        log.removeFilter(refuse)

    assert (500, "Server Error", "") == (
        reply.status,
        reply.json["message"],
        envelope_flaw(reply),
    )
    assert "the reason" in caplog.text
    assert 200 == ask(running, GOOD).status
    assert "ok" == tell(running, "GET", "/health")["status"]
