"""What one attempt to deliver came to, and what to say about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from reachapi_emulator.logs import masked_url


class ErrorCode(StrEnum):
    """Why an attempt failed; a member equals its code, `meaning` describes it."""

    meaning: str

    INVALID_URL = "invalid_url", "The URL is not one that can be POSTed to."
    BLOCKED = (
        "blocked",
        "The host is link-local or a cloud's metadata service: nothing is sent there.",
    )
    DNS = "dns", "The host name could not be resolved."
    REFUSED = "refused", "Nothing listens on the host's port."
    UNREACHABLE = "unreachable", "There is no way to the host."
    CONNECT_TIMEOUT = (
        "connect_timeout",
        "No connection within the connect time-out, name look-up and TLS included.",
    )
    TLS = "tls", "The TLS handshake failed, or the certificate is not trusted."
    TIMEOUT = "timeout", "No answer within the time-out of the whole attempt."
    RESET = "reset", "The connection was reset before the answer."
    DISCONNECTED = "disconnected", "The receiver closed the connection unanswered."
    INVALID_RESPONSE = (
        "invalid_response",
        "The answer is not HTTP, or its head is broken, cut off or over-long.",
    )
    UNEXPECTED_STATUS = (
        "unexpected_status",
        "The receiver answered with a status other than 200.",
    )
    INTERRUPTED = (
        "interrupted",
        "The emulator stopped during the attempt, which is made again.",
    )
    FAULT = "fault", "A fault rule broke the delivery off."
    FAILED = "failed", "The attempt failed inside the emulator; its log says why."

    def __new__(cls, code: str, meaning: str = "") -> Self:
        """A member whose value is the code alone."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to (ruling 28).

    Attributes:
        status: the receiver's status; None without a well-formed answer, for
            a broken one is never taken for the receiver's status.
        error: None when acknowledged, else an `ErrorCode`.
        response_body: the first 64 KiB of the answer, undecodable bytes replaced.
        duration_ms: milliseconds until the outcome was decided.
        location: the answer's Location header, where a redirect points to.
        speaks_tls: whether what came instead of an answer was TLS's.
    """

    status: int | None
    error: str | None
    response_body: str
    duration_ms: int
    location: str | None = None
    speaks_tls: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether the receiver answered 200, and nothing else will do."""
        return self.error is None


class AttemptFailed(Exception):
    """An attempt came to an end without the status of an answer.

    Attributes:
        code: what the attempt is logged with.
        speaks_tls: whether what came instead of an answer was TLS's.
    """

    def __init__(self, code: ErrorCode, *, speaks_tls: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.speaks_tls = speaks_tls


_REDIRECTS = (301, 302, 303, 307, 308)
_REFUSED = (
    "The receiver refused: does it expect another webhook_secret_key, or does its "
    "server drop headers with an underscore?"
)
_STATUSES = {
    401: _REFUSED,
    403: _REFUSED,
    404: "Is the URL's path right? Deliveries are POSTed to it as it stands.",
    405: "Deliveries are POSTed: the URL must take the POST method.",
}
_ERRORS: dict[str, str] = {
    ErrorCode.BLOCKED: "Give the receiver's address in its own network as the URL.",
    ErrorCode.TIMEOUT: "Answer 200 first and work on the delivery afterwards.",
    ErrorCode.TLS: (
        "Does the port speak TLS, or is http:// meant? "
        "A private CA is made known by SSL_CERT_FILE."
    ),
}
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
_LONGEST_TARGET = 200


def hint(outcome: Outcome, url: str, *, in_container: bool) -> str | None:
    """Say in a sentence what is probably wrong; None when nothing is likely.

    Args:
        outcome: what the attempt came to.
        url: the URL that was attempted.
        in_container: whether the emulator runs inside a container, where
            localhost is the container itself.
    """
    if outcome.status is not None:
        return _hint_at_status(outcome.status, outcome.location, url)
    if outcome.error == ErrorCode.REFUSED and in_container and _is_loopback(url):
        return (
            "Nothing listens there. Localhost is this container: a receiver on its "
            "host is at host.docker.internal."
        )
    if outcome.speaks_tls:
        return "The port speaks TLS: the URL must begin with https://."
    return _ERRORS.get(outcome.error or "")


def in_container(root: Path = Path("/")) -> bool:
    """Whether the file system at root is one of Docker's or Podman's containers."""
    return (root / ".dockerenv").exists() or (root / "run/.containerenv").exists()


def _hint_at_status(status: int, location: str | None, url: str) -> str | None:
    if 200 < status < 300:  # noqa: PLR2004 - the bounds of success in HTTP
        return f"{status} answered: only 200 acknowledges."
    if status in _REDIRECTS and location is not None:
        target = _target(url, location)
        return f"Redirects are not followed: give {target} as the URL instead."
    return _STATUSES.get(status)


def _target(url: str, location: str) -> str:
    """The absolute target of a redirect, fit for a line of a log: masked too."""
    try:
        target = urljoin(url, location)
    except ValueError:
        target = location
    return quote(masked_url(target), safe=_URL_CHARACTERS)[:_LONGEST_TARGET]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
