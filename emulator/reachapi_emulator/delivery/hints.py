"""One sentence beside a failed attempt, where a mistake is likely."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from reachapi_emulator.delivery.outcomes import ErrorCode

if TYPE_CHECKING:
    from reachapi_emulator.delivery.outcomes import Outcome


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
    ErrorCode.TIMEOUT: "Answer 200 first and work on the delivery afterwards.",
    ErrorCode.TLS: (
        "Does the port speak TLS, or is http:// meant? "
        "A private CA is made known by SSL_CERT_FILE."
    ),
}
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
_MAX_TARGET = 200


def hint(outcome: Outcome, url: str, *, in_container: bool) -> str | None:
    """Say in a sentence what is probably wrong; None when nothing is likely.

    Args:
        outcome: What the attempt came to.
        url: The URL that was attempted.
        in_container: Whether the emulator runs inside a container, where
            localhost is the container itself.
    """
    if outcome.status is not None:
        return _hint_at_status(outcome.status, outcome.location, url)
    if outcome.error == ErrorCode.REFUSED and in_container and _is_loopback(url):
        return (
            "Nothing listens there. Localhost is this container: a receiver on its "
            "host is at host.docker.internal."
        )
    if outcome.error == ErrorCode.INVALID_RESPONSE and url.startswith("http:"):
        return "Does the port speak TLS? Then the URL must begin with https://."
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
    """The absolute target of a redirect, fit for a line of a log."""
    try:
        target = urljoin(url, location)
    except ValueError:
        target = location
    return quote(target, safe=_URL_CHARACTERS)[:_MAX_TARGET]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
