import re

import pytest

from reachapi_emulator.vendor.accounts import (
    MAX_URL,
    SLUG,
    TEST_KEY,
    AccountError,
    Opening,
    check_url,
    new_api_key,
    new_secret,
)

HOST = "https://receiver.example/"


def is_taken(url: str) -> bool:
    """Tell whether a webhook may have this URL."""
    try:
        check_url(url)
    except AccountError:
        return False
    return True


def test_a_key_has_the_vendors_look() -> None:
    """24 letters and digits."""
    assert re.fullmatch(r"[A-Za-z0-9]{24}", new_api_key())


def test_a_secret_has_the_vendors_look() -> None:
    """32 hexadecimal digits."""
    assert re.fullmatch(r"[0-9a-f]{32}", new_secret())


@pytest.mark.parametrize("new", [new_api_key, new_secret])
def test_no_two_are_alike(new: type[str]) -> None:
    """A key is one account's, and nobody guesses it."""
    assert 100 == len({new() for _ in range(100)})


def test_an_account_opens_with_all_that_it_needs() -> None:
    """Its own inbox, active, with a key and a secret of its own."""
    one, other = (Opening(name, 5) for name in ("ann", "bob"))

    assert ("inbox:", True) == (one.webhook_url, one.webhook_active)
    assert one.api_key != other.api_key
    assert one.webhook_secret != other.webhook_secret


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://127.0.0.1:8000/hook?x=1#y",
        "https://[::1]:8443/hook",
        "HTTPS://user:word@receiver.example/",
        "http://köln.example/straße",
        "http://receiver.example:65535",
        HOST + "x" * (MAX_URL - len(HOST)),
        "inbox:ann",
        "inbox:" + "x" * 100,
    ],
)
def test_a_url_that_can_be_posted_to_is_taken(url: str) -> None:
    """Http or https with a host, or an inbox; as long as allowed."""
    assert is_taken(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example/hook",
        "//receiver.example/hook",
        "ftp://receiver.example/",
        "file:///etc/hosts",
        "http://",
        "http:///hook",
        "http://:80/",
        "http:receiver.example",
        "http://receiver.example:0/",
        "http://receiver.example:65536/",
        "http://receiver.example:http/",
        "http://[::1/",
        "http://receiver.example/a b",
        " http://receiver.example/",
        "http://receiver.example/\n",
        "http://receiver.example/\x00",
        "http://receiver\u2100.example/",
        "http://receiver.example/\ud800",
        HOST + "x" * (MAX_URL - len(HOST) + 1),
        "inbox:",
        "inbox:a/b",
        "inbox:../reset",
        "inbox:\ud800",
        "inbox:" + "x" * 101,
        "INBOX:ann",
    ],
)
def test_a_url_that_cannot_be_posted_to_is_refused(url: str) -> None:
    """It is no http or https, has no host, or what no request line can hold."""
    assert not is_taken(url)


def test_a_refused_url_is_told_what_one_is() -> None:
    """With how long it may be."""
    with pytest.raises(AccountError, match=r"http:// or https://, a host, .* 2048"):
        check_url("")


@pytest.mark.parametrize(
    ("key", "opens"),
    [
        ("test-a", True),
        ("test-Suite.7_b-c", True),
        ("test-" + "x" * 95, True),
        ("test-" + "x" * 96, False),
        ("test-", False),
        ("test", False),
        ("my-test-a", False),
        ("TEST-a", False),
        ("test-a\n", False),
        ("test-a b", False),
        ("test-ä", False),
    ],
)
def test_which_keys_open_an_account(key: str, *, opens: bool) -> None:
    """Ruling 7: those that begin with test- and can be an account's id."""
    assert opens is (TEST_KEY.fullmatch(key) is not None)


@pytest.mark.parametrize("length", [1, 95])
def test_every_test_key_can_be_an_id(length: int) -> None:
    """The account that it opens is called like it."""
    assert SLUG.fullmatch("test-" + "x" * length)
