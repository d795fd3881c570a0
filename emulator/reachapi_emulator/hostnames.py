"""What a setting may call a machine: names of hosts, origins of pages."""

import ipaddress
import re

MAX_NAME = 253
"""Characters of a DNS name (RFC 1035, 2.3.4)."""

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", re.IGNORECASE | re.ASCII)
_ORIGIN_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")


_HERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # seen, not bound
"""Where this machine reaches what listens at every address."""


def url_of(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL under which this machine reaches what listens on a host."""
    name = _HERE.get(host, host)
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"


def is_tls_name(name: str) -> bool:
    """Return whether a certificate can bear a name."""
    return _is_address(name) or _is_dns_name(name)


def check_tls_name(name: str) -> None:
    """Accept a DNS name, its first label a wildcard perhaps, or an IP address.

    A wildcard needs two labels after it: most clients take none for a whole
    top-level domain.

    Raises:
        ValueError: it is none of these; the text says what would do.
    """
    if not (isinstance(name, str) and is_tls_name(name)):
        raise ValueError(
            "must be a DNS name such as api.example.test or *.example.test, or an "
            f"IP address: {name!r} is not"
        )


def check_host(name: str) -> None:
    """Accept a host name as browsers send it, in letters of ASCII.

    Raises:
        ValueError: it is none; the text says what would do.
    """
    is_name = isinstance(name, str) and _HOST.fullmatch(name)
    if not is_name or len(name) > MAX_NAME:
        raise ValueError(
            "must be a host name such as emulator.example.test, without scheme and "
            f"port, in ASCII: {name!r} is not"
        )


def check_origin(origin: str) -> None:
    """Accept an origin as browsers send it (RFC 6454, 6.2), or `*`.

    Raises:
        ValueError: it is neither; the text says what would do.
    """
    if origin == "*":
        return
    sent = _as_sent(origin) if isinstance(origin, str) else None
    if sent is None:
        raise ValueError(
            "must be an origin such as http://localhost:3000, or * for any: "
            f"{origin!r} is not"
        )
    if sent != origin:
        raise ValueError(
            f"must be an origin as browsers send it: write {sent} for {origin!r}"
        )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return "%" not in name  # a zone is this machine's own, and on no certificate


def _is_dns_name(name: str) -> bool:
    import idna  # noqa: PLC0415 # 10 ms, for a setting that few give

    wildcard, rest = name.startswith("*."), name.removeprefix("*.")
    if len(name) > MAX_NAME or name.endswith("."):
        return False
    try:
        labels = idna.encode(rest, uts46=True).split(b".")
    except UnicodeError:
        return False
    return not labels[-1].isdigit() and len(labels) > wildcard


def _as_sent(origin: str) -> str | None:
    from yarl import URL  # noqa: PLC0415 # 30 ms, for a setting that few give

    try:
        url = URL(origin).origin()
    except ValueError:
        return None
    known = url.scheme in {"http", "https"}
    return str(url) if known and _ORIGIN_HOST.fullmatch(url.raw_host or "") else None
