"""What attempts come to, in words; and the URLs that they can be made to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.delivery.endpoint import parse
from reachapi_emulator.delivery.outcome import (
    AttemptFailed,
    ErrorCode,
    Outcome,
    hint,
    in_container,
)

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:8000/hook"
TLS_URL = "https://127.0.0.1:8000/hook"


def _answered(status: int, location: str | None = None) -> Outcome:
    error = None if status == 200 else ErrorCode.UNEXPECTED_STATUS
    return Outcome(status, error, "", 1, location)


def _hint(come_to: int | ErrorCode, url: str = URL, *, inside: bool = False) -> str:
    outcome = (
        Outcome(None, come_to, "", 1)
        if isinstance(come_to, ErrorCode)
        else _answered(come_to)
    )
    return hint(outcome, url, in_container=inside) or ""


@pytest.mark.parametrize(
    ("come_to", "url", "expected"),
    [
        *(
            (status, URL, f"{status} answered: only 200 acknowledges.")
            for status in (201, 202, 204, 299)
        ),
        (401, URL, "webhook_secret_key"),
        (401, URL, "underscore"),  # which Werkzeug, gunicorn and nginx may drop
        (403, URL, "webhook_secret_key"),
        (404, URL, "POST"),
        (405, URL, "POST"),
        (ErrorCode.TLS, TLS_URL, "http://"),
        (ErrorCode.TLS, TLS_URL, "SSL_CERT_FILE"),
        (ErrorCode.TIMEOUT, URL, "Answer 200 first"),
        (ErrorCode.BLOCKED, URL, "in its own network"),
    ],
)
def test_a_likely_mistake_is_named(
    come_to: int | ErrorCode, url: str, expected: str
) -> None:
    assert expected in _hint(come_to, url)


@pytest.mark.parametrize(
    ("come_to", "url", "inside"),
    [
        *((status, URL, True) for status in (200, 101, 304, 400, 418, 500, 503)),
        (302, URL, False),  # without a Location there is nothing to suggest
        (ErrorCode.REFUSED, URL, False),
        (ErrorCode.REFUSED, "http://receiver:8000/hook", True),
        (ErrorCode.INVALID_RESPONSE, URL, False),
    ],
)
def test_no_guess_where_none_is_likely_to_be_right(
    come_to: int | ErrorCode, url: str, *, inside: bool
) -> None:
    assert "" == _hint(come_to, url, inside=inside)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]"],
)
def test_a_container_is_told_where_its_host_is(host: str) -> None:
    text = _hint(ErrorCode.REFUSED, f"http://{host}:80/x", inside=True)

    assert "host.docker.internal" in text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("/hook/", "http://127.0.0.1:8000/hook/"),
        ("http://u:p@a.example/?token=s", "http://****@a.example/?token=****"),
        ("http://[oops", "http://[oops"),
    ],
)
def test_a_redirect_names_its_target(status: int, location: str, target: str) -> None:
    outcome = _answered(status, location)
    expected = f"Redirects are not followed: give {target} as the URL instead."

    assert expected == hint(outcome, URL, in_container=False)


@given(location=st.text())
def test_a_target_is_safe_to_log(location: str) -> None:
    text = hint(_answered(302, location), URL, in_container=False) or ""

    assert text.isascii()
    assert text.isprintable()
    assert 0 < len(text) < 300


@pytest.mark.parametrize(
    ("marker", "expected"),
    [(".dockerenv", True), ("run/.containerenv", True), ("run/other", False)],
)
def test_a_container_is_recognised(
    marker: str, tmp_path: Path, *, expected: bool
) -> None:
    file = tmp_path / marker
    file.parent.mkdir(exist_ok=True)
    file.touch()

    assert expected == in_container(tmp_path)


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("", "/"),
        ("?", "/?"),
        ("?a=b", "/?a=b"),
        ("/%2f%2F%3A%7E~", "/%2f%2F%3A%7E~"),
        ("/a/../b/./c//d", "/a/../b/./c//d"),
        ("/a%zz%?b=%", "/a%zz%?b=%"),
        ("/!\"$&'()*+,;=:@[]\\^`{|}<>?/?", "/!\"$&'()*+,;=:@[]\\^`{|}<>?/?"),
        ("/a#b?c", "/a"),
        ("?a=1+2&b#c#d", "/?a=1+2&b"),
        ("/ä b?\u20ac", "/%C3%A4%20b?%E2%82%AC"),
    ],
)
def test_the_target_is_what_was_written(written: str, target: str) -> None:
    assert target.encode() == parse(f"http://a.example{written}").target


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("http://A.Example/", "a.example", 80, "a.example"),
        ("HTTPS://a.example", "a.example", 443, "a.example"),
        ("http://a.example:443/", "a.example", 443, "a.example:443"),
        ("http://a.example:/", "a.example", 80, "a.example"),
        ("http://a.example.:0080/", "a.example.", 80, "a.example"),
        ("http://my_receiver:8000?x", "my_receiver", 8000, "my_receiver:8000"),
        ("http://b\u00fccher.example/", "xn--bcher-kva.example", 80, None),
        ("http://\u2603.example/", "xn--n3h.example", 80, None),
        ("http://127.0.0.1/", "127.0.0.1", 80, "127.0.0.1"),
        ("http://[0:0::1]:81/", "::1", 81, "[::1]:81"),
        ("https://[0:0::1]", "::1", 443, "[::1]"),
    ],
)
def test_the_host_is_looked_up_and_named(
    url: str, host: str, port: int, authority: str | None
) -> None:
    found = parse(url)

    assert (host, port) == (found.host, found.port)
    assert (authority or host).encode() == found.authority


@pytest.mark.parametrize(
    ("userinfo", "expected"),
    [
        ("", None),
        ("@", None),
        (":@", b"Basic Og=="),
        ("user@", b"Basic dXNlcjo="),
        ("us%40er:p\u00e4 ss@", b"Basic dXNAZXI6cOQgc3M="),
        ("%ff:@", b"Basic JWZmOg=="),  # no UTF-8, so left as it is
        ("us:\u20ac%C3%A4@", b"Basic dXM64oKsw6Q="),  # beyond Latin-1: UTF-8
    ],
)
def test_a_user_and_password_become_basic_authentication(
    userinfo: str, expected: bytes | None
) -> None:
    assert expected == parse(f"http://{userinfo}a.example/").authorization


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/hook",
        "a.example/hook",
        " http://a.example/",
        "http://",
        "http:///hook",
        "http://[::1/hook",
        "http://[::1%]/",
        "http://[a.example]/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://a..example/",
        "http://a.example\n/",
        "http://\u2100.example/",  # IDNA makes a/c of it
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 130}example/",
        "http://\ud800:b@a.example/",
        "http://\u2100:b@a.example/",  # it has a slash to those who normalise
        "http://127.0.0.1:0/",
        "http://a.example/\ud800",
        "ftp://127.0.0.1/",
        "ws://127.0.0.1/",
        "tcp://127.0.0.1:1/",
    ],
)
def test_a_url_that_cannot_be_posted_to(url: str) -> None:
    with pytest.raises(AttemptFailed) as failed:
        parse(url)

    assert ErrorCode.INVALID_URL is failed.value.code


@pytest.mark.parametrize(
    "host",
    [
        *("1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "017700000001"),
        *("127.0.0.01", "127.0.0.1.", "a.0x1"),
        *("\u2460", "\u246027.0.0.1", "\uff11\uff12\uff17.0.0.1"),
    ],
)
def test_what_is_not_written_as_an_address_does_not_become_one(host: str) -> None:
    """The system's resolver would take each of them for an address."""
    with pytest.raises(AttemptFailed):
        parse(f"http://{host}/")
