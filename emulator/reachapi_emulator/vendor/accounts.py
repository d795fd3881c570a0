"""Accounts: opened, changed, and found by their keys (rulings 6 to 8)."""

import re
import secrets
import string
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import NamedTuple, Protocol, TypeAlias
from urllib.parse import urlsplit

import orjson

from reachapi_emulator.delivery.endpoint import parse
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode
from reachapi_emulator.state.clock import VirtualClock
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.page import EVERY, Page, rows_of
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.vendor.credits import Credit, Ledger
from reachapi_emulator.vendor.errors import Forbidden, Unauthorized

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
TEST_PREFIX = "test-"
TEST_KEY = re.compile(rf"{TEST_PREFIX}[A-Za-z0-9._-]{{1,95}}")
MAX_ACCOUNTS = 100_000
MAX_KEY = 200
"""Characters of a key that is looked up, and so remembered; none is longer."""
MAX_URL = 2_048
_REFUSALS = {
    ErrorCode.INVALID_URL: (
        f"a webhook url is http:// or https://, a host, and at most {MAX_URL} "
        "characters; an address is written in full, such as 127.0.0.1"
    ),
    ErrorCode.BLOCKED: (
        "a webhook url may not lead to a link-local address or a cloud's metadata "
        "service: give the receiver's address in its own network"
    ),
}
OnAccount: TypeAlias = Callable[[str], None]
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


def first_secret(api_key: str) -> str:
    """Return the webhook secret that an account has first: told by a test key."""
    return f"secret-{api_key}" if api_key.startswith(TEST_PREFIX) else new_secret()


@dataclass(frozen=True, slots=True)
class Opening:
    """What an account starts with, and returns to when it is reset.

    A webhook_url of None configures no webhook.
    """

    id: str
    credits: int
    name: str = ""
    api_key: str = field(default_factory=new_api_key)
    webhook_url: str | None = None
    webhook_active: bool = True
    webhook_secret: str | None = field(default_factory=new_secret)


@dataclass(frozen=True, slots=True)
class AccountRecord:
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


class Receivers(Protocol):
    """The receivers that the emulator has itself, by URLs of their own."""

    def url_of(self, account: str) -> str:
        """Return the URL of the receiver of an account."""
        ...

    def is_own(self, url: str) -> bool:
        """Tell whether a URL is that of such a receiver."""
        ...


def check_kept_url(url: str, receivers: Receivers) -> None:
    """Refuse what no version has ever taken for a webhook URL.

    Raises:
        AccountError: it is not http or https, has no host, or is over-long.
    """
    if receivers.is_own(url):
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        raise AccountError(_REFUSALS[ErrorCode.INVALID_URL]) from None
    is_http = parts.scheme in {"http", "https"} and parts.hostname
    if not is_http or len(url) > MAX_URL or not url.isprintable():
        raise AccountError(_REFUSALS[ErrorCode.INVALID_URL])


def check_url(url: str, receivers: Receivers) -> None:
    """Refuse a URL that no delivery can be posted to.

    What an attempt would refuse without a look-up is refused here already.

    Raises:
        AccountError: it is not http or https, has no host, is over-long, or
            leads to where nothing is sent.
    """
    if receivers.is_own(url):
        return
    if len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise AccountError(_REFUSALS[ErrorCode.INVALID_URL])
    try:
        parse(url)
    except AttemptFailed as failure:
        raise AccountError(_REFUSALS[failure.code]) from None


class Accounts:
    """Opens accounts, changes them, and tells whose key a request bears.

    Its methods are called inside a unit of work.

    Attributes:
        webhook_changed: called inside the unit in which the webhook of an account
            changes, with the account.

    Args:
        store: keeps the accounts.
        clock: tells the instant that a caller lives in.
        ledger: enters the opening balance.
        receivers: those that the emulator has itself.
        opening_credits: credits of an account that does not say how many.
        auto_accounts: a `test-` key opens its account on first use (ruling 7).
    """

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        ledger: Ledger,
        receivers: Receivers,
        *,
        opening_credits: int,
        auto_accounts: bool,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._receivers = receivers
        self.opening_credits = opening_credits
        self._auto_accounts = auto_accounts
        self.webhook_changed: list[OnAccount] = []

    def identify(self, api_key: str | None) -> Caller:
        """Return who calls (rulings 6 and 7).

        Raises:
            Unauthorized: there is no key, or it was never issued.
            Forbidden: it was replaced, or its account is suspended.
        """
        row = self._key(api_key) if api_key and _may_be_key(api_key) else None
        if row is None:
            raise Unauthorized
        if row["replaced"] or row["suspended"]:
            raise Forbidden
        credit = Credit(row["credits"], row["reserved"])
        return Caller(row["account"], self._clock.instant(row), credit)

    def _key(self, api_key: str) -> Row | None:
        row = self._store.recall("key_find", api_key=api_key)
        if row is None and self.opens(api_key):
            opening = Opening(
                api_key,
                self.opening_credits,
                api_key=api_key,
                webhook_url=self._receivers.url_of(api_key),
                webhook_secret=first_secret(api_key),
            )
            self.open(opening)
            row = self._store.recall("key_find", api_key=api_key)
        return row

    def opens(self, api_key: str) -> bool:
        """Tell whether a key will open an account of its own by its first use."""
        return (
            self._auto_accounts
            and TEST_KEY.fullmatch(api_key) is not None
            and self.find(api_key) is None
            and self._count() < MAX_ACCOUNTS
        )

    def _count(self) -> int:
        row = self._store.one("account_count")
        return row["accounts"] if row else 0

    def open(self, opening: Opening) -> AccountRecord:
        """Open an account.

        Raises:
            AccountExists: the id is taken.
            AccountError: the id or URL makes no sense, or there are too many.
        """
        self._check(opening)
        return self.reopen(opening)

    def reopen(self, opening: Opening) -> AccountRecord:
        """Open an account as it was opened before; what it began with is not judged."""
        self._store.run(
            "account_open",
            id=opening.id,
            name=opening.name,
            url=opening.webhook_url,
            active=opening.webhook_active,
            secret=opening.webhook_secret,
            opening=orjson.dumps(asdict(opening)).decode(),
        )
        self._store.run("key_issue", api_key=opening.api_key, account=opening.id)
        self._ledger.grant(opening.id, opening.credits)
        self._publish(opening.id, "opened")
        return self.get(opening.id)

    def _check(self, opening: Opening) -> None:
        if not SLUG.fullmatch(opening.id):
            raise AccountError(
                "an account id is 1 to 100 letters, digits, '.', '_' or '-', "
                "and begins with a letter or digit"
            )
        if self.find(opening.id) is not None:
            raise AccountExists(f"account {opening.id} exists: choose another id")
        if self._count() >= MAX_ACCOUNTS:
            raise AccountError(f"there are {MAX_ACCOUNTS} accounts: reset first")
        if opening.webhook_url is not None:
            check_url(opening.webhook_url, self._receivers)

    def numbered(self, page: Page = EVERY) -> list[tuple[int, str]]:
        """Return a page of accounts and one more: their numbers and ids."""
        rows = rows_of(self._store, page, "accounts_before", "accounts_after")
        return [(row["number"], row["id"]) for row in rows]

    def find(self, account: str) -> AccountRecord | None:
        """Return an account, or None where there is none."""
        row = self._store.one("account_get", id=account)
        return None if row is None else _record(row)

    def get(self, account: str) -> AccountRecord:
        """Return an account.

        Raises:
            LookupError: there is none with this id.
        """
        found = self.find(account)
        if found is None:
            raise LookupError(f"there is no account {account}")
        return found

    def rename(self, account: str, name: str) -> None:
        """Give an account another name."""
        self._store.run("account_rename", id=account, name=name)
        self._publish(account, "changed")

    def suspend(self, account: str, *, suspended: bool) -> None:
        """Suspend an account, so that its key answers 403, or let it go on."""
        self._store.run("account_suspend", id=account, suspended=suspended)
        self._publish(account, "changed")

    def generate_api_key(self, account: str) -> None:
        """Issue a new key; the old one answers 403 from then on."""
        self._store.run("key_replace", account=account)
        self._store.run("key_issue", account=account, api_key=new_api_key())
        self._publish(account, "changed")

    def set_webhook(self, account: str, url: str | None, *, active: bool) -> None:
        """Configure the endpoint, making a secret where there is none yet.

        Raises:
            AccountError: the URL is none that can be posted to.
        """
        if url is not None:
            check_url(url, self._receivers)
        self._store.run("account_webhook", id=account, url=url, active=active)
        if url is not None and self.get(account).webhook_secret is None:
            self._set_secret(account, first_secret(account))
        for changed in self.webhook_changed:
            changed(account)
        self._publish(account, "changed")

    def generate_secret(self, account: str) -> None:
        """Generate, or re-generate, the webhook secret."""
        self._set_secret(account, new_secret())

    def _set_secret(self, account: str, secret: str) -> None:
        self._store.run("account_secret", id=account, secret=secret)
        self._publish(account, "changed")

    def opening(self, account: str) -> Opening:
        """Return what an account started with.

        Raises:
            LookupError: there is none with this id.
        """
        row = self._store.one("account_get", id=account)
        if row is None:
            raise LookupError(f"there is no account {account}")
        return Opening(**orjson.loads(row["opening"]))

    def forget(self, account: str) -> None:
        """Delete an account with its keys, ledger, jobs and attempts."""
        self._store.run("account_delete", id=account)
        self._publish(account, "deleted")
        self._clock.wake()

    def reset(self) -> None:
        """Do nothing: the store has been wiped."""

    def _publish(self, account: str, change: str) -> None:
        data = {"id": account, "change": change}
        self._store.publish(EventType.ACCOUNT, account, data)


def _may_be_key(text: str) -> bool:
    return text.isascii() and len(text) <= MAX_KEY


def _record(row: Row) -> AccountRecord:
    return AccountRecord(
        id=row["id"],
        name=row["name"],
        api_key=row["api_key"],
        suspended=bool(row["suspended"]),
        webhook_url=row["webhook_url"],
        webhook_active=bool(row["webhook_active"]),
        webhook_secret=row["webhook_secret"],
    )
