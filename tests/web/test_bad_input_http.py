"""Requests that are no HTTP, or HTTP that nobody speaks."""

import pytest

from support.api import CREDITS
from support.raw import Address, Headers, ask, request
from support.surfaces import VENDOR, Endpoint, envelope_flaw, flaw, shown
from support.threaded import DEMO

pytest_plugins = ["support.sturdy"]

HOST = b"Host: 127.0.0.1\r\n"
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
    "long header": b"GET / HTTP/1.1\r\n%bA: %b\r\n\r\n" % (HOST, b"a" * 9_000),
    "long name": b"GET / HTTP/1.1\r\n%b%b: 1\r\n\r\n" % (HOST, b"a" * 9_000),
    "many headers": b"GET / HTTP/1.1\r\n%b%b\r\n" % (HOST, b"A: 1\r\n" * 9_000),
    "no colon": b"GET / HTTP/1.1\r\n%bAccept\r\n\r\n" % HOST,
    "no name": b"GET / HTTP/1.1\r\n%b: 1\r\n\r\n" % HOST,
    "space before the colon": b"GET / HTTP/1.1\r\n%bA : 1\r\n\r\n" % HOST,
    "folded header": b"GET / HTTP/1.1\r\n%bA: 1\r\n 2\r\n\r\n" % HOST,
    "NUL in a header": b"GET / HTTP/1.1\r\n%bA: \x00\r\n\r\n" % HOST,
    "no ASCII in a name": b"GET / HTTP/1.1\r\n%b\xc3\xa9: 1\r\n\r\n" % HOST,
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n%b%b\r\n" % (HOST, HOST),
    "port beyond": b"GET http://h:99999/ HTTP/1.1\r\n%b\r\n" % HOST,
    "open bracket": b"GET http://[::1/ HTTP/1.1\r\n%b\r\n" % HOST,
}
BAD_TARGETS = ("*", "a.example:443", "http://a.example", "http://a.example/", "/")


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_http(unharmed: Address, data: bytes) -> None:
    """Bytes that are no request are refused in the envelope (ruling 1)."""
    reply = ask(unharmed, data)

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert len(reply.body) <= 500


@pytest.mark.parametrize("target", BAD_TARGETS)
@pytest.mark.parametrize("method", ["OPTIONS", "CONNECT", "TRACE", "PROPFIND", "PUT"])
def test_odd_methods_and_targets(unharmed: Address, method: str, target: str) -> None:
    """Methods and targets of elsewhere are answered in the envelope (ruling 3)."""
    reply = ask(unharmed, request(method, target, b"", DEMO))

    assert reply.status in {400, 404, 405}
    assert "" == envelope_flaw(reply)


@pytest.mark.parametrize("endpoint", VENDOR, ids=shown)
def test_other_methods(unharmed: Address, endpoint: Endpoint) -> None:
    """A path of the vendor's says which methods it knows (ruling 3)."""
    for method in ("OPTIONS", "DELETE", "PATCH", "TRACE", "PROPFIND", "M-SEARCH"):
        reply = ask(unharmed, request(method, endpoint.path, b"", DEMO))

        assert (405, "") == (reply.status, envelope_flaw(reply))
        assert endpoint.method in reply.headers["allow"]


@pytest.mark.parametrize("version", [b" HTTP/1.0", b""], ids=["HTTP/1.0", "HTTP/0.9"])
def test_old_versions(unharmed: Address, version: bytes) -> None:
    """The versions before HTTP/1.1 are answered as well."""
    reply = ask(unharmed, b"GET /nowhere%b\r\n\r\n" % version)

    assert (404, "") == (reply.status, envelope_flaw(reply))


def test_absolute_targets(unharmed: Address) -> None:
    """A target with a host in it, as proxies get, means its path."""
    target = f"http://a.example{CREDITS}"

    assert 200 == ask(unharmed, request("POST", target, b"", DEMO)).status


def test_headers_of_any_bytes(unharmed: Address) -> None:
    """Headers that are no ASCII change nothing."""
    odd = {"Accept": b"\xff\xfe", "Content-Type": b"\xe9", "Cookie": b"a=\x80;;=;"}
    reply = ask(unharmed, request("POST", CREDITS, b"", {**DEMO, **odd}))

    assert 200 == reply.status


def test_upgrades_are_declined(unharmed: Address) -> None:
    """Who wants to speak another protocol is answered in this one."""
    wish = {"Connection": "Upgrade", "Upgrade": "websocket", **DEMO}

    assert 200 == ask(unharmed, request("POST", CREDITS, b"", wish)).status


@pytest.mark.parametrize(
    "path", [CREDITS, "/_emulator/jobs/1300/redeliver", "/nowhere"]
)
@pytest.mark.parametrize("expected", [b"cake", b"100-continue, cake", b"", b"\xff"])
def test_odd_expectations(sturdy: Address, path: str, expected: bytes) -> None:
    """Who expects what nobody promises is answered in the shape of the surface."""
    headers: Headers = {**DEMO, "Expect": expected}
    reply = ask(sturdy, request("POST", path, b"", headers))

    assert reply.status in {200, 404, 417}
    assert "" == flaw(reply, path)
