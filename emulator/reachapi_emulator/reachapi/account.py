"""An account as a value: what it starts with, what it is now, what it may be."""

import re
import secrets
import string
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from reachapi_emulator.lab.inbox import SCHEME
from reachapi_emulator.reachapi.ledger import Credit

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
TEST_KEY = re.compile(r"test-[A-Za-z0-9._-]{1,95}")
MOST_ACCOUNTS = 100_000
LONGEST_URL = 2_048
_ALPHABET = string.ascii_letters + string.digits


class AccountError(ValueError):
    """An account cannot be made or changed so; the message says what to do."""


class AccountExists(AccountError):
    """The account id is taken."""


def new_api_key() -> str:
    """Return a key of the vendor's look: 24 letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(24))


def new_secret() -> str:
    """Return a webhook secret of the vendor's look: 32 hexadecimal digits."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an account starts with, and returns to when it is reset.

    A webhook_url of None configures no webhook; left out, it is the account's
    own inbox.
    """

    id: str
    credits: int
    name: str = ""
    api_key: str = field(default_factory=new_api_key)
    webhook_url: str | None = f"{SCHEME}:"
    webhook_active: bool = True
    webhook_secret: str | None = field(default_factory=new_secret)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is now; credits are those of the ledger."""

    id: str
    name: str
    api_key: str
    suspended: bool
    webhook_url: str | None
    webhook_active: bool
    webhook_secret: str | None


class Caller(NamedTuple):
    """Whose request it is, at which instant of its clock, with what credit."""

    account: str
    now: int
    credit: Credit


def check_url(url: str) -> None:
    """Refuse a URL that no delivery can be posted to.

    Raises:
        AccountError: it is not http or https, has no host, or is over-long.
    """
    scheme, _, name = url.partition(":")
    if scheme == SCHEME and SLUG.fullmatch(name):
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise AccountError(
            "a webhook url is http:// or https://, a host, and at most "
            f"{LONGEST_URL} characters"
        )
