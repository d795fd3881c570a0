"""Which ids, keys and webhook URLs an account can have."""

import re

import pytest

from reachapi_emulator.vendor import accounts as module
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
from reachapi_emulator.vendor.errors import Unauthorized
from support.in_process import InProcess

HOST = "https://receiver.example/"


@pytest.mark.parametrize(
    ("new", "look"),
    [(new_api_key, r"[A-Za-z0-9]{24}"), (new_secret, r"[0-9a-f]{32}")],
)
def test_a_key_has_the_vendors_look_and_is_its_own(new: type[str], look: str) -> None:
    made = {new() for _ in range(100)}

    assert 100 == len(made)
    assert all(re.fullmatch(look, each) for each in made)


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
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.253.255.255/",
        "http://metadata.example/",
    ],
)
def test_a_url_that_can_be_posted_to(url: str) -> None:
    check_url(url, InProcess().services.inboxes)


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
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://127.1/",
        "http://2852039166/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://[::1%25eth0]/",
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
def test_a_url_that_cannot_be_posted_to(url: str) -> None:
    with pytest.raises(AccountError, match=r"http:// or https://, a host, .* 2048"):
        check_url(url, InProcess().services.inboxes)


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "169.254.1.2", "100.100.100.200", "168.63.129.16"),
        *("192.0.0.192", "[fe80::1]", "[febf::1%25eth0]", "[fd00:ec2::254]"),
        *("[fd20:ce::254]", "[fd00:42::42]", "[fd00:c1::a9fe:a9fe]"),
        *("[::a9fe:a9fe]", "[::ffff:169.254.169.254]", "[::ffff:0:a9fe:a9fe]"),
        *("[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::1]"),
        *("[2001:0:4136:e378:8000:63bf:5601:5601]", "[2001:db8::5efe:a9fe:a9fe]"),
        *("metadata.google.internal", "METADATA.goog.", "metadata.azure.internal"),
    ],
)
def test_a_url_that_leads_to_a_machines_metadata(host: str) -> None:
    with pytest.raises(AccountError, match="give the receiver's address in its own"):
        check_url(f"http://{host}:80/latest", InProcess().services.inboxes)


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
def test_a_key_that_opens_an_account_can_be_its_id(key: str, *, opens: bool) -> None:
    """Ruling 7."""
    assert opens is (TEST_KEY.fullmatch(key) is not None)
    assert not opens or SLUG.fullmatch(key)


@pytest.mark.parametrize("name", ["a", "7", "A.b_c-9", "x" * 100])
def test_an_id(name: str) -> None:
    assert SLUG.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["", ".a", "-a", "_a", "a b", "a/b", "ä", "a\n", "a\x00", "x" * 101]
)
def test_no_id(name: str) -> None:
    assert not SLUG.fullmatch(name)


def test_there_are_only_so_many_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that makes up keys fills no memory."""
    emulator = InProcess()
    emulator.open("ann")
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 1)

    with pytest.raises(AccountError, match="there are 1 accounts: reset first"):
        emulator.do(emulator.services.accounts.open, Opening("bob", 0))
    with pytest.raises(Unauthorized):
        emulator.do(emulator.services.accounts.identify, "test-1")


def test_a_key_that_is_longer_than_any_is_not_looked_up() -> None:
    """So that it is not remembered either: a client fills no memory with them."""
    emulator = InProcess()
    with pytest.raises(Unauthorized):
        emulator.do(emulator.services.accounts.identify, "k" * 200)
    looked_up = len(emulator.store._memory)  # noqa: SLF001 # what nothing shows
    with pytest.raises(Unauthorized):
        emulator.do(emulator.services.accounts.identify, "k" * 201)

    assert 1 == looked_up == len(emulator.store._memory)  # noqa: SLF001 # likewise


def test_a_test_key_takes_no_account_of_its_name() -> None:
    """Somebody else opened it, under another key (ruling 7)."""
    emulator = InProcess()
    emulator.open("test-1")

    with pytest.raises(Unauthorized):
        emulator.do(emulator.services.accounts.identify, "test-1")


def test_nobody_is_found_where_there_is_nobody() -> None:
    """And to ask for them by right, or to give them something, is refused."""
    emulator = InProcess()
    accounts = emulator.services.accounts

    assert emulator.do(accounts.find, "bob") is None
    for ask in (accounts.get, accounts.opening):
        with pytest.raises(LookupError, match="there is no account bob"):
            emulator.do(ask, "bob")
    with pytest.raises(LookupError, match="there is no account bob"):
        emulator.set_webhook(account="bob")
