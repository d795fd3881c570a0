"""Names on a certificate and of hosts, and origins of pages."""

from collections.abc import Callable

import pytest

from reachapi_emulator.hostnames import check_host, check_origin, check_tls_name

LABEL = "x" * 63


@pytest.mark.parametrize(
    ("check", "names"),
    [
        (
            check_tls_name,
            [
                *("reachapi", "api.example.test", "API.Example.Test", "*.example.test"),
                *("café.example", "xn--caf-dma.example", "1.example"),
                *(f"{LABEL}.{LABEL}.{LABEL}.{'x' * 61}", "192.0.2.1", "2001:db8::1"),
            ],
        ),
        (
            check_origin,
            [
                *("*", "http://localhost", "http://localhost:3000"),
                *("https://app.example.test", "https://app.example.test:8443"),
                *("http://127.0.0.1:5173", "http://[::1]:5173"),
                "https://xn--caf-dma.example",
            ],
        ),
        (
            check_host,
            ["emulator.example.test", "Emulator", "a_b-c.test", "xn--caf-dma.test"],
        ),
    ],
)
def test_a_name_will_do(check: Callable[[str], None], names: list[str]) -> None:
    for name in names:
        check(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "a b", "a..b", "api.example.", "-a.example", "foo_bar"),
        *("ab--cd.example", "xn--zz--zz", "*", "*.example", "a.*.example.test"),
        *("*.*.example.test", "192.0.2.256", "192.0.2.0/24", "[::1]"),
        *("fe80::1%eth0", "fe80::1%é", "https://api.example", "api.example:443"),
        *("ann@api.example", "x" * 64, f"{LABEL}.{LABEL}.{LABEL}.{'x' * 62}"),
        *("é" * 100_000, None, 7),
    ],
)
def test_what_is_no_name_for_a_certificate_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a DNS name such as .* is not$"):
        check_tls_name(name)


@pytest.mark.parametrize(
    ("origin", "sent"),
    [
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://localhost:3000/app?a=b#c", "http://localhost:3000"),
        ("HTTP://LocalHost:3000", "http://localhost:3000"),
        ("http://localhost:80", "http://localhost"),
        ("https://localhost:443", "https://localhost"),
        ("https://café.example", "https://xn--caf-dma.example"),
        ("http://[0:0::1]:80", "http://[::1]"),
        ("http://ann@localhost", "http://localhost"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str, sent: str) -> None:
    with pytest.raises(ValueError, match="must be an origin") as refusal:
        check_origin(origin)

    assert str(refusal.value).endswith(f": write {sent} for {origin!r}")


@pytest.mark.parametrize(
    "origin",
    [
        *("", "null", "localhost:3000", "//localhost", "ftp://localhost", "http://"),
        *("file:///index.html", "http://a b", "http://*.example.test", "http://<x>"),
        *("http://a,http://b", "http://localhost:99999", "http://" + "x" * 300),
        *(None, 7),
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match=r"^must be an origin such as .* is not$"):
        check_origin(origin)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "*", "*.test", ".test", "a.test.", "a..test", "a b", "café.test"),
        *("http://a.test", "a.test:9010", "a.test/", "[::1]", f"{LABEL}." * 4 + "test"),
        *(None, 7),
    ],
)
def test_what_is_no_host_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a host name such as .* is not$"):
        check_host(name)
