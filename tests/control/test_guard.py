"""Who may use the control API: by host, by origin, by token."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.web.control.console import version
from support.client import CREDITS
from support.control import PREFIX, ROUTES, Route, remembered
from support.raw import Address, Headers, Reply, ask, connected, request
from support.surfaces import envelope_flaw
from support.threaded import DEMO, prepare, threaded

TOKEN = "a-token-of-the-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
EVIL = {"Origin": "http://evil.test"}
NO_ROUTES = (Route("GET", "/nowhere"), Route("PUT", "/health"))
OTHER_METHODS = (Route("HEAD", "/events"), Route("OPTIONS", "/reset"))
VISIT = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@pytest.fixture(scope="module")
def plain(dataset: Dataset) -> Iterator[Address]:
    """An emulator that allows one more host, with a job, its clock standing."""
    settings = Settings(port=0, allowed_host=("Emulator.Example.test",))
    with threaded(Server(settings, dataset)) as address:
        prepare(address)
        yield address


@pytest.fixture(scope="module")
def locked(dataset: Dataset) -> Iterator[Address]:
    settings = Settings(port=0, control_token=TOKEN, rate_limit=0)
    with threaded(Server(settings, dataset)) as address:
        yield address


@pytest.fixture
def unharmed(plain: Address) -> Iterator[Address]:
    """The first emulator, in which a test must change nothing."""
    before = remembered(plain)
    yield plain
    assert before == remembered(plain)


def health(address: Address, headers: Headers) -> Reply:
    return ask(address, request("GET", f"{PREFIX}/health", b"", headers))


OWN_NAMES = (
    *("localhost", "LOCALHOST:9010", "localhost.", "a.localhost", "a.b.localhost"),
    *("127.0.0.1", "127.0.0.1:9010", "127.9.9.9", "[::1]", "[::1]:9010"),
    *("192.0.2.7:9010", "[2001:db8::7]:9010"),
    *("reachapi", "reachapi:9010", "reach_api-1"),
    *("emulator.example.test", "EMULATOR.EXAMPLE.TEST:443"),
)
"""Local names, addresses, names of containers, one that is allowed."""

OTHER_NAMES = (
    *("evil.test", "evil.test:9010", "127.0.0.1.evil.test", "localhost.evil.test"),
    *("evillocalhost.test", "xemulator.example.test", "a.emulator.example.test"),
    *("127.1.1", "1.2.3.4.5", "::1", "localhost..", ".localhost", "a..localhost"),
    *("localhost@evil.test", "evil.test:80:80", "a b", "localhost,evil.test"),
    *("", b"\xff.test", "é.test", "evil.test#localhost", "evil.test/localhost"),
)


@pytest.mark.parametrize(
    ("host", "status"),
    [*((name, 200) for name in OWN_NAMES), *((name, 403) for name in OTHER_NAMES)],
)
def test_a_name_of_its_own_will_do(
    plain: Address, host: str | bytes, status: int
) -> None:
    """Another one may have been made to lead here."""
    reply = health(plain, {"Host": host})

    assert status == reply.status
    assert (status == 403) is (b"--allowed-host" in reply.body)


def test_one_bad_name_of_two_is_refused(plain: Address) -> None:
    sent = request("GET", f"{PREFIX}/health", b"", {"Host": "localhost"})
    twice = sent.replace(b"\r\n\r\n", b"\r\nHost: evil.test\r\n\r\n")

    assert ask(plain, twice).status in {400, 403}


def test_a_client_that_names_no_host_is_no_browser(plain: Address) -> None:
    """HTTP/1.0 needs none."""
    with connected(plain) as wire:
        wire.send(b"GET /_emulator/health HTTP/1.0\r\n\r\n")

        assert 200 == wire.reply().status


def test_the_bound_host_will_do(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the emulator was told to listen on is a name of its own."""
    look_up = socket.getaddrinfo

    def looked_up(host: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401 # as the original
        bound = host in ("bound.example.test", b"bound.example.test")
        return look_up("127.0.0.1" if bound else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    settings = Settings(port=0, host="bound.example.test")
    with threaded(Server(settings, dataset)) as address:
        assert 200 == health(address, {"Host": "bound.example.test:9010"}).status
        assert 403 == health(address, {"Host": "other.example.test:9010"}).status


@pytest.mark.parametrize("headers", [{"Host": "evil.test"}, EVIL], ids=str)
@pytest.mark.parametrize("route", [*ROUTES, *NO_ROUTES, *OTHER_METHODS], ids=str)
def test_every_route_checks_host_and_origin(
    unharmed: Address, route: Route, headers: Headers
) -> None:
    """None is forgotten, not even that which receives webhooks."""
    sent = request(route.method, route.target, b"", headers)

    assert 403 == ask(unharmed, sent).status


SPELLINGS = {
    "escaped letter": "/%5femulator/{}",
    "escaped letter, upper case": "/%5Femulator/{}",
    "every letter escaped": "/%5F%65%6D%75%6C%61%74%6F%72/{}",
    "escaped twice": "/%255Femulator/{}",
    "escaped slash at the start": "/%2F_emulator/{}",
    "escaped slash": "/_emulator%2F{}",
    "escaped slash, lower case": "/_emulator%2f{}",
    "escaped backslash": "/_emulator%5C{}",
    "backslash": "/_emulator\\{}",
    "slashes at the start": "//_emulator/{}",
    "three slashes": "///_emulator/{}",
    "slashes within": "/_emulator//{}",
    "slash at the end": "/_emulator/{}/",
    "dot": "/./_emulator/{}",
    "dot within": "/_emulator/./{}",
    "escaped dot": "/%2E/_emulator/{}",
    "dots": "/x/../_emulator/{}",
    "dots within": "/_emulator/x/../{}",
    "dots at the start": "/../_emulator/{}",
    "escaped dots": "/x/%2e%2e/_emulator/{}",
    "escaped dots and slash": "/x%2F..%2F_emulator/{}",
    "dots and escaped slash within": "/_emulator/x/..%2F{}",
    "upper case": "/_EMULATOR/{}",
    "capital": "/_Emulator/{}",
    "parameter": "/_emulator;a=b/{}",
    "empty query": "/_emulator/{}?",
    "fragment": "/_emulator/{}#x",
    "NUL": "/_emulator/{}%00",
    "line break": "/_emulator/{}%0A",
    "line break within": "/_emulator%0A/{}",
    "space": "/_emulator%20/{}",
    "whole URL": "http://127.0.0.1/_emulator/{}",
    "whole URL of another": "http://evil.test/_emulator/{}",
    "whole URL, escaped": "http://127.0.0.1/%5Femulator/{}",
    "vendor's path before": "/api/v2/../../_emulator/{}",
    "vendor's path before, escaped": "/api/v2/..%2F..%2F_emulator/{}",
}
"""Other ways to write a control path; whichever lead there are guarded."""


def is_the_vendors(reply: Reply) -> bool:
    """Tell whether it is the vendor's surface that knows no such path."""
    return reply.status in {400, 404} and envelope_flaw(reply) == ""


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("headers", [{"Host": "evil.test"}, EVIL, VISIT], ids=str)
def test_no_spelling_slips_past_host_and_origin(
    unharmed: Address, spelling: str, headers: Headers
) -> None:
    """It is refused as a control path, or is none: the vendor's surface answers."""
    for method, path in (
        *(("GET", "health"), ("GET", "accounts"), ("POST", "reset")),
        *(("POST", "accounts"), ("DELETE", "accounts/demo"), ("PUT", "snapshot")),
        ("POST", "inbox/shelf"),
    ):
        sent = request(method, spelling.format(path), b"{}", headers)
        reply = ask(unharmed, sent)

        assert reply.status == 403 or is_the_vendors(reply), (method, reply)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_no_spelling_slips_past_the_token(locked: Address, spelling: str) -> None:
    """Nor is a route that is open made of one that is not."""
    paths = ["accounts", "accounts/demo", "requests", "events", "inbox/health"]
    paths += ["console/..%2Faccounts", "health/..%2Faccounts", "console/../accounts"]
    for path in paths:
        reply = ask(locked, request("GET", spelling.format(path)))
        closed = reply.status == 401 or is_the_vendors(reply)
        none = reply.status == 404 and list(reply.json) == ["error"]

        assert closed or (none and path.startswith("console")), (path, reply)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Mode": "cors"}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://127.0.0.1:9010"}, 200),
        ({"Origin": "https://127.0.0.1:9010", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 403),
        ({"Origin": "http://localhost:9010"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "127.0.0.1:9010"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin, cross-site"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": "http://127.0.0.1:9010", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.test", "Sec-Fetch-Site": "same-origin"}, 403),
        (VISIT, 403),
    ],
    ids=str,
)
def test_a_page_of_another_origin_is_refused(
    plain: Address, headers: Headers, status: int
) -> None:
    """By either header; another port is another origin. Programs may."""
    reply = health(plain, {"Host": "127.0.0.1:9010", **headers})

    assert status == reply.status
    assert (status == 403) is (b"web page" in reply.body)


@pytest.mark.parametrize(
    ("method", "path", "changed", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "", {}, 308),
        ("GET", f"/console/{version()}/main.js", {}, 403),
        ("POST", "/", {}, 403),
        ("HEAD", "/", {}, 403),
        ("GET", "/", {"Sec-Fetch-Dest": "iframe"}, 403),
        ("GET", "/", {"Sec-Fetch-Mode": "no-cors"}, 403),
        ("GET", "/", {"Origin": "null"}, 403),
        ("GET", "/", {"Host": "evil.test"}, 403),
    ],
)
def test_a_link_may_lead_to_the_page_alone(
    unharmed: Address, method: str, path: str, changed: dict[str, str], status: int
) -> None:
    """To look at it; neither a form, nor a frame, a script or a sandbox does."""
    sent = request(method, PREFIX + path, b"", {**VISIT, **changed})

    assert status == ask(unharmed, sent).status


@pytest.mark.parametrize(
    ("given", "status"),
    [
        *((f"{scheme}{TOKEN}", 200) for scheme in ("Bearer ", "bearer ", "BEARER   ")),
        *(
            (given, 401)
            for given in (TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}")
        ),
        *(
            (given, 401)
            for given in ("Bearer", "Bearer ", f"Bearer{TOKEN}", "Bearer é")
        ),
        *((f"Bearer {given}", 401) for given in (f"{TOKEN} {TOKEN}", TOKEN.upper())),
        *((given, 401) for given in ("", b"Bearer \xff\xfe", f"Basic {TOKEN}")),
    ],
)
def test_the_token_will_do(locked: Address, given: str | bytes, status: int) -> None:
    """Else it is said which kind is meant, and none of it is repeated."""
    sent = request("GET", f"{PREFIX}/accounts", b"", {"Authorization": given})
    reply = ask(locked, sent)
    refused = status == 401
    assert status == reply.status
    assert refused is ("Bearer" == reply.headers.get("www-authenticate"))
    assert refused is (b"--control-token" in reply.body)
    assert TOKEN.encode() not in reply.body


@pytest.mark.parametrize("route", [*ROUTES, *NO_ROUTES], ids=str)
def test_without_the_token_few_routes_answer(locked: Address, route: Route) -> None:
    """Those of the page: health, the certificate, receiving, the console's files."""
    reply = ask(locked, request(route.method, route.target))

    assert route.open is (reply.status != 401)


def test_a_token_that_has_strayed_is_not_in_the_journal(locked: Address) -> None:
    """The vendor's surface has keys of its own, and passes it over."""
    reply = ask(locked, request("POST", CREDITS, b"", {**DEMO, **BEARER}))
    keyed = ask(locked, request("POST", CREDITS, b"", DEMO))
    journal = ask(locked, request("GET", f"{PREFIX}/requests", b"", BEARER))

    assert [200, 200] == [reply.status, keyed.status]
    assert "****" == journal.json["requests"][-2]["headers"]["Authorization"]
    assert TOKEN.encode() not in journal.body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.test", "Origin": "null"}, 403),
        ({"Origin": "null"}, 403),
        ({**BEARER, "Origin": "null"}, 403),
        ({}, 401),
    ],
    ids=str,
)
def test_host_and_origin_are_checked_before_the_token(
    locked: Address, headers: Headers, status: int
) -> None:
    """A page learns nothing of whether there is one."""
    sent = request("GET", f"{PREFIX}/accounts", b"", headers)

    assert status == ask(locked, sent).status
