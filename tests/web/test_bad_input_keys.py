"""Keys, secrets and webhooks of bytes that nobody was given."""

import pytest
from hypothesis import given, strategies as st

from support.api import CREDITS, FETCH
from support.bodies import many
from support.raw import Address, Headers, ask, head, request
from support.surfaces import KEYED, Endpoint, envelope_flaw, flaw, shown
from support.threaded import DEMO, JOB, tell

pytest_plugins = ["support.sturdy"]

ODD_KEYS = {
    "empty": b"",
    "blank": b"   ",
    "accents": "d\xe9mo".encode(),
    "no UTF-8": b"demo-api-key\xff",
    "tab": b"demo\tapi-key",
    "quotes": b"'\"",
    "SQL": b"' OR '1'='1",
    "two": b"demo-api-key, demo-api-key",
    "upper case": b"DEMO-API-KEY",
    "an account": b"demo",
    "test without a name": b"test-",
    "test with a slash": b"test-a/b",
    "test with a space": b"test-a b",
    "test with accents": "test-\xe9".encode(),
    "long test": b"test-" + b"a" * 96,
    "very long": b"k" * 8_000,
}
ODD_SECRETS = {
    "empty": b"",
    "accents": "s\xe9cret".encode(),
    "no UTF-8": b"demo-webhook-secret\xff",
    "cut off": b"demo-webhook-secre",
    "upper case": b"DEMO-WEBHOOK-SECRET",
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
def test_keys_that_were_never_issued(unharmed: Address, key: bytes) -> None:
    """A key of odd bytes is unknown, and opens no account (rulings 6 and 7)."""
    reply = ask(unharmed, request("POST", CREDITS, b"", {"X-API-Key": key}))

    assert (401, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("endpoint", KEYED, ids=shown)
def test_every_endpoint_refuses_an_odd_key(
    unharmed: Address, endpoint: Endpoint
) -> None:
    """The key is checked before anything that the request asks for (ruling 4)."""
    key = {"X-API-Key": b"\xff\xfe"}
    reply = ask(unharmed, request(endpoint.method, endpoint.path, b"\x00", key))

    assert 401 == reply.status
    assert "" == envelope_flaw(reply, bodiless=endpoint.method == "HEAD")


@pytest.mark.parametrize("secret", ODD_SECRETS.values(), ids=ODD_SECRETS)
def test_secrets_that_were_never_given(unharmed: Address, secret: bytes) -> None:
    """A webhook secret of odd bytes is not the account's (ruling 21)."""
    headers: Headers = {**DEMO, "webhook_secret_key": secret}
    reply = ask(unharmed, request("POST", FETCH, b"{}", headers))

    assert (401, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("second", [b"demo-api-key", b"other", b"\xff"])
def test_two_keys(unharmed: Address, second: bytes) -> None:
    """A second key is answered in the envelope, whether or not it counts."""
    start = head("POST", CREDITS, {**DEMO, "x-api-key": second, "Content-Length": "0"})
    reply = ask(unharmed, start)

    assert reply.status in {400, 401}
    assert "" == envelope_flaw(reply)


@pytest.mark.parametrize("url", UNREACHABLE.values(), ids=UNREACHABLE)
def test_webhooks_that_cannot_be_reached(sturdy: Address, url: str) -> None:
    """A URL is refused at once, or the attempt fails with a reason."""
    target = "/_emulator/accounts/demo/webhook"
    body = b'{"url":"%b"}' % url.encode()
    reply = ask(sturdy, request("PUT", target, body))
    if reply.status == 200:
        tell(sturdy, "POST", f"/jobs/{JOB}/redeliver")
        wanted = {"attempts": 2, "timeout": 4}
        attempts = tell(sturdy, "POST", f"/jobs/{JOB}/wait", wanted)["attempts"]

    assert reply.status == 400 or attempts[-1]["error"]
    assert "" == flaw(reply, target)


@many(100)
@given(key=st.binary(max_size=30), secret=st.binary(max_size=30))
def test_any_credentials(unharmed: Address, key: bytes, secret: bytes) -> None:
    """Credentials of any bytes are unknown, or no header at all (rulings 6, 21)."""
    headers = {"X-API-Key": key, "webhook_secret_key": secret}
    reply = ask(unharmed, request("POST", FETCH, b"{}", headers))

    assert reply.status in {400, 401}
    assert "" == envelope_flaw(reply)
