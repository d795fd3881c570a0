"""Queries that nobody should ask."""

import pytest

from support.api import PRESETS
from support.raw import Address, ask, request
from support.surfaces import CONTROL, VENDOR, Endpoint, envelope_flaw, flaw, shown
from support.threaded import DEMO

pytest_plugins = ["support.sturdy"]

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
STRICT = ("/accounts", "/jobs", "/requests")
"""Control lists, which know their parameters."""


@pytest.mark.parametrize("query", ODD_QUERIES.values(), ids=ODD_QUERIES)
def test_presets_of_an_odd_query(unharmed: Address, query: str) -> None:
    """Presets refuse what they do not know, in the envelope (ruling 16)."""
    reply = ask(unharmed, request("GET", f"{PRESETS}?{query}", b"", DEMO))

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert len(reply.body) <= 1_000


@pytest.mark.parametrize("query", ODD_QUERIES.values(), ids=ODD_QUERIES)
@pytest.mark.parametrize("path", STRICT)
def test_lists_of_an_odd_query(unharmed: Address, path: str, query: str) -> None:
    """A control list refuses a parameter that it does not know."""
    target = f"/_emulator{path}?{query}"
    reply = ask(unharmed, request("GET", target))

    assert (400, "") == (reply.status, flaw(reply, target))


@pytest.mark.parametrize(
    "query",
    [
        *("/jobs?state=", "/jobs?state=done", "/jobs?state=%00", "/jobs?state=%ff"),
        *("/jobs?state=delivered&state=delivered", "/jobs?account=demo&account=demo"),
        *("/requests?status=", "/requests?status=-1", "/requests?status=2e2"),
        *("/requests?status=600", "/requests?status=" + "9" * 5_000),
        *("/requests?status=%D9%A2%D9%A0%D9%A0", "/requests?status=200%0A"),
        *("/requests?limit=", "/requests?limit=-1", "/requests?limit=1.5"),
        *("/requests?limit=" + "9" * 5_000, "/requests?limit=%00"),
        *(
            "/requests?operation=",
            "/requests?operation=Fetch",
            "/requests?operation=%00",
        ),
    ],
)
def test_queries_of_a_wrong_value(unharmed: Address, query: str) -> None:
    """A parameter of a control list that has a wrong value is refused."""
    target = f"/_emulator{query}"
    reply = ask(unharmed, request("GET", target))

    assert (400, "") == (reply.status, flaw(reply, target))


@pytest.mark.parametrize("path", ["/jobs", "/requests"])
@pytest.mark.parametrize(
    "text", ["", "%00", "%ff", "demo%00", "DEMO", "%C3%A9", "a" * 8_000]
)
def test_lists_of_nobody(unharmed: Address, path: str, text: str) -> None:
    """A control list of an account that is none is refused."""
    target = f"/_emulator{path}?account={text}"
    reply = ask(unharmed, request("GET", target))

    assert (404, "") == (reply.status, flaw(reply, target))


@pytest.mark.parametrize("endpoint", [*VENDOR, *CONTROL], ids=shown)
def test_any_endpoint_with_an_odd_query(sturdy: Address, endpoint: Endpoint) -> None:
    """A query that means nothing leaves every answer its shape."""
    target = f"{endpoint.target}?%00=%ff&%ZZ&a[]=../..&=&timeout=9e99"
    reply = ask(sturdy, request(endpoint.method, target, b"", DEMO))

    assert "" == (flaw(reply, target) if endpoint.method != "HEAD" else "")
