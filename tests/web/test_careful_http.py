"""HTTP as a careful server takes it: methods, targets and fields of a head."""

import pytest

from support.api import CREDITS, PRESETS
from support.raw import Address, Reply, ask, head, request
from support.surfaces import envelope_flaw
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]

ASKED = f"{PRESETS}?job_title=dev"
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
    "slash at the end": f"{CREDITS}/",
    "two slashes at first": f"/{CREDITS}",
    "two slashes inside": CREDITS.replace("/v2/", "/v2//"),
    "upper case": CREDITS.upper(),
    "capital": CREDITS.replace("api", "Api"),
    "escaped slash": CREDITS.replace("/v2/", "%2Fv2/"),
    "escaped twice": CREDITS.replace("a", "%2561"),
    "parameter": f"{CREDITS};v=1",
    "space at the end": f"{CREDITS}%20",
    "escaped question": f"{CREDITS}%3F",
    "absolute, nothing after the host": "http://api.example",
}


def lasting(reply: Reply) -> dict[str, str]:
    """Return the headers of an answer but the one that tells the time."""
    return {name: value for name, value in reply.headers.items() if name != "date"}


@pytest.mark.parametrize("headers", [DEMO, {}], ids=["answer", "refusal"])
def test_head_is_get_without_the_body(
    unharmed: Address, headers: dict[str, str]
) -> None:
    """Status and headers are the same, the length of what is left out included."""
    shown = ask(unharmed, request("GET", ASKED, headers=headers))
    reply = ask(unharmed, request("HEAD", ASKED, headers=headers))

    assert (shown.status, b"") == (reply.status, reply.body)
    assert lasting(shown) == lasting(reply)
    assert str(len(shown.body)) == reply.headers["content-length"]


@pytest.mark.parametrize("target", SAME.values(), ids=SAME)
def test_targets_that_mean_the_same(unharmed: Address, target: str) -> None:
    """However a client writes the path, its query plays no part in a POST."""
    assert 200 == ask(unharmed, request("POST", target, headers=DEMO)).status


@pytest.mark.parametrize("target", OTHERS.values(), ids=OTHERS)
def test_targets_that_mean_something_else(unharmed: Address, target: str) -> None:
    """A path that is nearly the vendor's is not found, as it may not be there."""
    reply = ask(unharmed, request("POST", target, headers=DEMO))

    assert (404, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("second", ["demo-api-key", "unknown", ""])
def test_two_keys_are_none(unharmed: Address, second: str) -> None:
    """The fields are one list (RFC 9110, section 5.3), and no key looks like one."""
    keys = {**DEMO, "x-api-key": second, "Content-Length": "0"}

    assert 401 == ask(unharmed, head("POST", CREDITS, keys)).status


def test_space_around_a_field_is_none_of_it(unharmed: Address) -> None:
    """A key is what stands between."""
    padded = {"X-API-Key": " \t demo-api-key \t "}

    assert 200 == ask(unharmed, request("POST", CREDITS, headers=padded)).status


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
def test_what_concerns_the_server_as_a_whole(unharmed: Address, method: str) -> None:
    """`*` is no path of the vendor's: not found, and nothing is echoed."""
    reply = ask(unharmed, request(method, "*", headers={**DEMO, "Cookie": "secret"}))

    assert reply.status in {400, 404}
    assert b"secret" not in reply.body


def test_the_target_is_remembered_as_it_came(sturdy: Address) -> None:
    """So that a tester sees what the client made of the path."""
    ask(sturdy, request("GET", "//api/%76%32?a=%62"))
    (row,) = tell(sturdy, "GET", "/requests?status=404")["requests"]

    assert "//api/%76%32?a=%62" == row["path"]
