from __future__ import annotations

import pytest

from reachapi_emulator.delivery.endpoint import parse
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode


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
    """Only what no request line can hold is encoded, as UTF-8."""
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
        ("https://[fe80::1%25eth0]", "fe80::1%eth0", 443, "[fe80::1]"),
    ],
)
def test_the_host_is_looked_up_and_named(
    url: str, host: str, port: int, authority: str | None
) -> None:
    """The Host header leaves out the port of the scheme."""
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
        "http://\u20ac:b@a.example/",
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
