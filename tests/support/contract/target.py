"""What the suite runs against: an emulator, or somebody's live API."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from support.contract.client import Vendor, exchange
from support.contract.safeguards import Pace

HEALTH = "/_emulator/health"
_KEY = re.compile(r"[!-~]{1,200}")


class TargetError(ValueError):
    """The suite cannot run against what it was given; the text says why."""


@dataclass(frozen=True)
class Target:
    """A server that answers.

    Attributes:
        key: of a live API; None is an emulator, whose checks open accounts of
            their own.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    pace: Pace = field(default_factory=Pace, repr=False)

    @property
    def is_live(self) -> bool:
        """Whether nothing may be spent or changed."""
        return self.key is not None

    def vendor(self, key: str | None = None) -> Vendor:
        """Return a client; an emulator's is under a key of its own."""
        if self.is_live:
            return Vendor(self.url, self.key, self.pace)
        return Vendor(self.url, key)


def target_at(url: str, key: str) -> Target:
    """Return what is at a URL, once it has answered.

    Args:
        url: http or https; a path in front of the vendor's is allowed.
        key: the API key; '' if none was given, which is enough for an emulator.

    Raises:
        TargetError: the URL makes no sense, nobody answers, or a key is needed.
    """
    base = _base(url)
    health = exchange(base, "GET", HEALTH, {}, None)
    if health.status == 0:
        raise TargetError(f"nothing to check at {base}: {health.body}")
    if _is_emulator(health.body):
        return Target(base)
    if not _KEY.fullmatch(key):
        raise TargetError(
            "a live API needs an API key in visible ASCII: give --api-key, or set "
            "REACHAPI_API_KEY"
        )
    return Target(base, key)


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        plain = parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:  # a port or an IPv6 address that is none
        good = plain = False
    if not (good and plain and "@" not in url and re.fullmatch(r"[!-~]+", url)):
        raise TargetError(
            f"--base-url {url!r} is no base URL: give one such as "
            "https://host or http://127.0.0.1:9010"
        )
    return url.rstrip("/")


def _is_emulator(health: object) -> bool:
    """Tell whether a health check was answered as only an emulator does."""
    if not isinstance(health, dict):
        return False
    return health.get("status") == "ok" and {"version", "contacts"} <= health.keys()
