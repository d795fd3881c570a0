"""A webhook's URL, taken apart and otherwise left as it was written."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from string import punctuation
from urllib.parse import quote, unquote, urlsplit

import idna

from reachapi_emulator.delivery.blocked import is_blocked, is_blocked_name
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode

_URL = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[^\]]*\]|[^:\[\]@]*)(?::([0-9]{0,5}))?")
_NAME = re.compile(r"[a-z0-9!$&'()*+,;=._~-]+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535
_MAX_NAME = 253
_MAX_LABEL = 63


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a delivery goes, and what its request says about it.

    Attributes:
        tls: whether it is https.
        host: the host as it is looked up; an IPv6 address without brackets.
        numeric: whether the host is an address, so that nothing is looked up.
        port: the TCP port.
        authority: the Host header: without the port of the scheme.
        target: the request target: path and query byte for byte (ruling 27).
        authorization: the Authorization header, from a user and password.
    """

    tls: bool
    host: str
    numeric: bool
    port: int
    authority: bytes
    target: bytes
    authorization: bytes | None


def parse(url: str) -> Endpoint:
    """Take a URL apart.

    Raises:
        AttemptFailed: it cannot be POSTed to, or nothing may be sent there.
    """
    try:
        endpoint = _parse(url)
    except ValueError:  # UnicodeError and the addresses' own among them
        raise AttemptFailed(ErrorCode.INVALID_URL) from None
    host = endpoint.host
    if is_blocked(host) if endpoint.numeric else is_blocked_name(host):
        raise AttemptFailed(ErrorCode.BLOCKED)
    return endpoint


def _parse(url: str) -> Endpoint:
    urlsplit(url)  # refuses what those who show a URL could not take apart
    whole = _URL.match(url)
    parts = whole and _AUTHORITY.fullmatch(whole[2])
    if not whole or not parts:
        raise ValueError(url)
    scheme = whole[1].lower()
    port = int(parts[3] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= _MAX_PORT:
        raise ValueError(port)
    host, numeric = _host(parts[2])
    return Endpoint(
        tls=scheme == "https",
        host=host,
        numeric=numeric,
        port=port,
        authority=_authority(host, None if port == _DEFAULT_PORTS[scheme] else port),
        target=_target(whole[3]),
        authorization=_authorization(parts[1]),
    )


def _host(text: str) -> tuple[str, bool]:
    """Return the host, and whether it is an address.

    Only what is written as an address is one: the system's resolver takes "1"
    and "0x7f.1" for addresses too, and IDNA makes digits of circled ones.
    """
    if text.startswith("["):
        return _ipv6(text[1:-1]), True
    host = (text if text.isascii() else _idna(text)).lower()
    labels = host.removesuffix(".").split(".")
    if not _NAME.fullmatch(host) or len(host) > _MAX_NAME:
        raise ValueError(host)
    if not all(1 <= len(label) <= _MAX_LABEL for label in labels):
        raise ValueError(host)
    if not _NUMBER.fullmatch(labels[-1]):
        return host, False
    if not text.isascii():
        raise AddressValueError(text)
    return str(IPv4Address(host)), True


def _ipv6(text: str) -> str:
    address, percent, zone = text.partition("%")
    found = IPv6Address(address)
    if percent and not (zone and found.is_link_local):  # no other has zones
        raise AddressValueError(text)
    return found.compressed


def _idna(name: str) -> str:
    """Encode a name as IDNA 2008, or as IDNA 2003 what that no longer knows."""
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name.encode("idna").decode()


def _authority(host: str, port: int | None) -> bytes:
    name = f"[{host}]" if ":" in host else host.removesuffix(".")
    return (name if port is None else f"{name}:{port}").encode()


def _target(text: str) -> bytes:
    """Path and query; only what no request line can hold is encoded."""
    target = text if text.startswith("/") else f"/{text}"
    return quote(target, safe=punctuation).encode()


def _authorization(userinfo: str | None) -> bytes | None:
    user, colon, password = (userinfo or "").partition(":")
    if not user and not colon:
        return None
    pair = f"{_decoded(user)}:{_decoded(password)}"
    return b"Basic " + b64encode(_as_sent(pair))


def _as_sent(pair: str) -> bytes:
    """Encode as most servers read it; beyond Latin-1 there is UTF-8 (RFC 7617)."""
    try:
        return pair.encode("latin-1")
    except UnicodeEncodeError:
        return pair.encode()


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
