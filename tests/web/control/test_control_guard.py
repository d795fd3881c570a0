"""Who may use the control API: by host, by origin, by token."""

from collections.abc import Iterator
from ssl import SSLContext

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from reachapi_emulator import server as app
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.web.control import OPEN, PAGES, PREFIX, ROUTES
from reachapi_emulator.web.control.forms import ControlError
from reachapi_emulator.web.control.guard import Guard
from reachapi_emulator.web.http_server import Listener
from support.api import CREDITS
from support.raw import Address, Headers, Reply, ask, connected, request
from support.surfaces import CONTROL, Endpoint, shown
from support.threaded import DEMO, threaded

TOKEN = "a-token-of-the-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
VISIT = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@pytest.fixture(scope="module")
def plain(dataset: Dataset) -> Iterator[Address]:
    """An emulator that allows one more host."""
    settings = Settings(port=0, allowed_host=("Emulator.Example.test",))
    with threaded(Server(settings, dataset)) as address:
        yield address


@pytest.fixture(scope="module")
def locked(dataset: Dataset) -> Iterator[Address]:
    """An emulator that demands a token."""
    settings = Settings(port=0, control_token=TOKEN, rate_limit=0)
    with threaded(Server(settings, dataset)) as address:
        yield address


def health(address: Address, headers: Headers) -> Reply:
    """Ask whether all is well."""
    return ask(address, request("GET", "/_emulator/health", b"", headers))


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:9010", "localhost.", "a.localhost", "a.b.localhost"),
        *("127.0.0.1", "127.0.0.1:9010", "127.9.9.9", "[::1]", "[::1]:9010"),
        *("192.0.2.7:9010", "[2001:db8::7]:9010"),
        *("reachapi", "reachapi:9010", "reach_api-1"),
        *("emulator.example.test", "EMULATOR.EXAMPLE.TEST:443"),
    ],
)
def test_a_name_of_its_own_will_do(plain: Address, host: str) -> None:
    """A local name, an address, a container's name, one that is allowed."""
    assert 200 == health(plain, {"Host": host}).status


@pytest.mark.parametrize(
    "host",
    [
        *("evil.test", "evil.test:9010", "127.0.0.1.evil.test", "localhost.evil.test"),
        *("evillocalhost.test", "xemulator.example.test", "a.emulator.example.test"),
        *("127.1.1", "1.2.3.4.5", "::1", "localhost..", ".localhost", "a..localhost"),
        *("localhost@evil.test", "evil.test:80:80", "a b", "localhost,evil.test"),
        *("", b"\xff.test", "é.test", "evil.test#localhost", "evil.test/localhost"),
    ],
)
def test_another_name_is_refused(plain: Address, host: str | bytes) -> None:
    """It may have been made to lead here; the refusal says what to do."""
    reply = health(plain, {"Host": host})

    assert 403 == reply.status
    assert "--allowed-host" in reply.json["error"]


def test_one_bad_name_of_two_is_refused(plain: Address) -> None:
    """Whoever reads the other."""
    head = (
        b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n"
    )

    assert ask(plain, head).status in {400, 403}


def test_a_client_that_names_no_host_is_no_browser(plain: Address) -> None:
    """HTTP/1.0 needs none."""
    with connected(plain) as wire:
        wire.send(b"GET /_emulator/health HTTP/1.0\r\n\r\n")

        assert 200 == wire.reply().status


class Loopback(Listener):
    """Listens on loopback, whatever it is told: no name is looked up."""

    def __init__(
        self, runner: web.AppRunner, _: str, port: int, tls: SSLContext | None = None
    ) -> None:
        super().__init__(runner, "127.0.0.1", port, tls)


def test_the_bound_host_will_do(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the emulator was told to listen on is a name of its own."""
    monkeypatch.setattr(app, "Listener", Loopback)
    bound = Settings(port=0, host="bound.example.test")
    with threaded(Server(bound, dataset)) as address:
        assert 200 == health(address, {"Host": "bound.example.test:9010"}).status
        assert 403 == health(address, {"Host": "other.example.test:9010"}).status


@pytest.mark.parametrize("endpoint", CONTROL, ids=shown)
def test_every_route_checks_the_host(plain: Address, endpoint: Endpoint) -> None:
    """None is forgotten."""
    sent = request(endpoint.method, endpoint.target, b"", {"Host": "evil.test"})

    assert 403 == ask(plain, sent).status


@pytest.mark.parametrize("endpoint", CONTROL, ids=shown)
def test_every_route_checks_the_origin(plain: Address, endpoint: Endpoint) -> None:
    """Also that which receives webhooks."""
    headers = {"Origin": "http://evil.test"}
    sent = request(endpoint.method, endpoint.target, b"", headers)

    assert 403 == ask(plain, sent).status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/_emulator/nowhere"), ("PUT", "/_emulator/health")),
        *(("GET", "/_emulator/events"), ("HEAD", "/_emulator/health")),
        *(("OPTIONS", "/_emulator/reset"), ("GET", "/%5femulator/health")),
    ],
)
def test_nothing_under_the_prefix_is_unguarded(
    plain: Address, method: str, path: str
) -> None:
    """What is not there, another method, a stream, a preflight, another spelling."""
    sent = request(method, path, b"", {"Origin": "http://evil.test"})
    with connected(plain) as wire:
        wire.send(sent)
        reply = wire.reply(bodiless=method == "HEAD")

    assert 403 == reply.status
    assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://localhost:9010"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "127.0.0.1:9010"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin, cross-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "http://127.0.0.1:9010", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.test", "Sec-Fetch-Site": "same-origin"},
        VISIT,
    ],
)
def test_a_page_of_another_origin_is_refused(plain: Address, headers: Headers) -> None:
    """By either header; another port is another origin."""
    reply = health(plain, {"Host": "127.0.0.1:9010", **headers})

    assert 403 == reply.status
    assert "web page" in reply.json["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:9010"},
        {"Origin": "https://127.0.0.1:9010", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_its_own_page_and_programs_may(plain: Address, headers: Headers) -> None:
    """So may who types the address."""
    assert 200 == health(plain, {"Host": "127.0.0.1:9010", **headers}).status


def mocked(headers: dict[str, str], method: str = "GET") -> web.Request:
    """Return a request that never was sent."""
    return make_mocked_request(method, "/_emulator/", {"Host": "a", **headers})


def test_a_link_may_lead_to_a_page() -> None:
    """To look at it; what it shows it asks for itself."""
    Guard((), None).check(mocked(VISIT), is_page=True)

    assert {"", "/"} == PAGES <= {route.path for route in ROUTES}


@pytest.mark.parametrize(
    ("method", "changed"),
    [
        ("POST", {}),
        ("GET", {"Sec-Fetch-Dest": "iframe"}),
        ("GET", {"Sec-Fetch-Mode": "no-cors"}),
        ("GET", {"Origin": "null"}),
    ],
    ids=["form", "frame", "script", "sandbox"],
)
def test_nothing_else_leads_to_a_page(method: str, changed: dict[str, str]) -> None:
    """What would embed it, or act."""
    with pytest.raises(ControlError) as refusal:
        Guard((), None).check(mocked({**VISIT, **changed}, method), is_page=True)

    assert 403 == refusal.value.status


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/accounts"])
def test_no_answer_may_be_embedded_or_kept(plain: Address, path: str) -> None:
    """By whoever got it."""
    headers = ask(plain, request("GET", f"/_emulator{path}")).headers

    assert "no-store" == headers["cache-control"]
    assert "frame-ancestors 'none'" == headers["content-security-policy"]
    assert "same-origin" == headers["cross-origin-resource-policy"]
    assert "nosniff" == headers["x-content-type-options"]
    assert "DENY" == headers["x-frame-options"]


@pytest.mark.parametrize(
    "given",
    [
        *(f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN}"),
    ],
)
def test_the_token_will_do(locked: Address, given: str) -> None:
    """Its scheme in any case (RFC 9110, 11.1)."""
    sent = request("GET", "/_emulator/accounts", b"", {"Authorization": given})

    assert 200 == ask(locked, sent).status


@pytest.mark.parametrize(
    "given",
    [
        *(TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer", "Bearer "),
        *(f"Basic {TOKEN}", f"Bearer {TOKEN} {TOKEN}", f"Bearer {TOKEN.upper()}"),
        *("", b"Bearer \xff\xfe", f"Bearer{TOKEN}", "Bearer é"),
    ],
)
def test_another_token_is_refused(locked: Address, given: str | bytes) -> None:
    """It is said which kind is meant, and none of it is repeated."""
    sent = request("GET", "/_emulator/accounts", b"", {"Authorization": given})
    reply = ask(locked, sent)

    assert (401, "Bearer") == (reply.status, reply.headers["www-authenticate"])
    assert "--control-token" in reply.json["error"]
    assert TOKEN.encode() not in reply.body


@pytest.mark.parametrize("endpoint", CONTROL, ids=shown)
def test_without_the_token_few_routes_answer(
    locked: Address, endpoint: Endpoint
) -> None:
    """Those of the page: health, the certificate, receiving, the console's files."""
    free = (endpoint.method, endpoint.path.removeprefix(PREFIX)) in OPEN
    reply = ask(locked, request(endpoint.method, endpoint.target))

    assert free is (reply.status != 401)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("PUT", "/health"), ("GET", "/events"), ("GET", "/inbox/a")],
)
def test_without_the_token_nothing_is_told(
    locked: Address, method: str, path: str
) -> None:
    """Not even what there is."""
    assert 401 == ask(locked, request(method, f"/_emulator{path}")).status


def test_what_needs_no_token_exists() -> None:
    """A route that is renamed does not stay open under its old name."""
    assert set(OPEN) <= {(route.method, route.path) for route in ROUTES}


def test_a_delivery_needs_no_token(locked: Address) -> None:
    """Webhooks carry none; who reads them has it."""
    ask(locked, request("POST", "/_emulator/inbox/letters", b"{}"))

    (kept,) = ask(locked, request("GET", "/_emulator/inbox/letters", b"", BEARER)).json
    assert {} == kept["body"]


def test_the_token_keeps_nobody_from_the_vendors_surface(locked: Address) -> None:
    """It has keys of its own."""
    assert 200 == ask(locked, request("POST", CREDITS, b"", DEMO)).status


def test_a_token_that_has_strayed_is_not_in_the_journal(locked: Address) -> None:
    """A client that sends it everywhere leaves it nowhere."""
    ask(locked, request("POST", CREDITS, b"", {**DEMO, **BEARER}))
    journal = ask(locked, request("GET", "/_emulator/requests", b"", BEARER))

    assert "****" == journal.json["requests"][-1]["headers"]["Authorization"]
    assert TOKEN.encode() not in journal.body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.test", "Origin": "null"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 401),
    ],
)
def test_host_and_origin_are_checked_before_the_token(
    locked: Address, headers: Headers, status: int
) -> None:
    """A page learns nothing of whether there is one."""
    sent = request("GET", "/_emulator/accounts", b"", headers)

    assert status == ask(locked, sent).status
