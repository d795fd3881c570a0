"""HTTP as a careful server takes it: bodies invited, packed, and in chunks."""

import gzip
import zlib

import pytest

from support.api import COUNTS, CREDITS
from support.raw import Address, Headers, ask, connected, head, request
from support.surfaces import envelope_flaw
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]

MIB = 1024 * 1024
FORM = "/_emulator/accounts"
BODY = b'{"filter":{}}'
WAITING = {"Expect": "100-continue", "Content-Length": str(len(BODY))}
CHUNKED = {**DEMO, "Transfer-Encoding": "chunked"}
END = b"0\r\n\r\n"
REFUSED: dict[str, tuple[int, str, Headers]] = {
    "no key": (401, COUNTS, WAITING),
    "unknown path": (404, "/nowhere", {**DEMO, **WAITING}),
    "too long": (413, COUNTS, {**DEMO, **WAITING, "Content-Length": str(2 * MIB)}),
    "odd coding": (400, COUNTS, {**DEMO, **WAITING, "Content-Encoding": "cake"}),
    "control, unknown path": (404, "/_emulator/nowhere", WAITING),
    "control, too long": (413, FORM, {**WAITING, "Content-Length": str(2 * MIB)}),
}
PACKED = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "upper case": ("GZIP", gzip.compress(BODY)),
    "gzip of two members": ("gzip", gzip.compress(BODY[:4]) + gzip.compress(BODY[4:])),
    "deflate": ("deflate", zlib.compress(BODY)),
    "deflate without its head": ("deflate", zlib.compress(BODY, wbits=-15)),
    "identity": ("identity", BODY),
}
CHUNKS = {
    "one": b"d\r\n" + BODY + b"\r\n" + END,
    "upper case": b"D\r\n" + BODY + b"\r\n" + END,
    "leading zeros": b"000d\r\n" + BODY + b"\r\n" + END,
    "extensions": b'd;a;b=c;d="e"\r\n' + BODY + b"\r\n0;last\r\n\r\n",
    "trailers": b"d\r\n" + BODY + b"\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n",
    "byte by byte": b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + END,
}


def chunked(body: bytes, size: int) -> bytes:
    """Return a body in chunks of a size."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + END


def packed(body: bytes, coding: str) -> bytes:
    """Return a body as a Content-Encoding has it."""
    match coding:
        case "gzip":
            return gzip.compress(body)
        case "deflate":
            return zlib.compress(body)
    return body


def padded(size: int) -> bytes:
    """Return a good body of so many bytes."""
    return BODY + b" " * (size - len(BODY))


@pytest.mark.parametrize(("status", "path", "headers"), REFUSED.values(), ids=REFUSED)
def test_a_body_is_not_asked_for_in_vain(
    unharmed: Address, status: int, path: str, headers: Headers
) -> None:
    """Who waits with its body is refused at once, and does not send it."""
    with connected(unharmed) as wire:
        wire.send(head("POST", path, headers))

        assert status == wire.interim()


@pytest.mark.parametrize(("status", "path", "headers"), REFUSED.values(), ids=REFUSED)
def test_a_body_that_is_not_sent_ends_the_connection(
    unharmed: Address, status: int, path: str, headers: Headers
) -> None:
    """What came next might be the body, or another request."""
    reply = ask(unharmed, head("POST", path, headers))

    assert (status, "close") == (reply.status, reply.headers["connection"])


def test_a_body_that_came_unasked_leaves_the_connection_open(
    unharmed: Address,
) -> None:
    """Nothing is waited for, so the next request is answered as well."""
    with connected(unharmed) as wire:
        wire.send(head("POST", "/nowhere", {**DEMO, **WAITING}) + BODY)
        refused = wire.reply()
        wire.send(request("POST", CREDITS, headers=DEMO))

        assert [404, 200] == [refused.status, wire.reply().status]


def test_a_control_form_is_asked_for(sturdy: Address) -> None:
    """The control API does as the vendor's surface does."""
    headers = {"Expect": "100-continue", "Content-Length": "2"}
    with connected(sturdy) as wire:
        wire.send(head("POST", "/_emulator/reset", headers))
        interim = wire.interim()
        wire.send(b"{}")

        assert (100, 200) == (interim, wire.reply().status)


def test_http_1_0_is_not_told_to_continue(unharmed: Address) -> None:
    """It knows no such answer (RFC 9110, section 10.1.1)."""
    data = head("POST", COUNTS, {**DEMO, **WAITING}).replace(b"1.1", b"1.0", 1) + BODY
    with connected(unharmed) as wire:
        wire.send(data)

        assert 200 == wire.interim()


@pytest.mark.parametrize(("coding", "body"), PACKED.values(), ids=PACKED)
def test_packed_bodies(unharmed: Address, coding: str, body: bytes) -> None:
    """A body is unpacked as its Content-Encoding says."""
    headers = {**DEMO, "Content-Encoding": coding}

    assert 200 == ask(unharmed, request("POST", COUNTS, body, headers)).status


def test_a_packed_body_in_chunks(unharmed: Address) -> None:
    """As a client sends it that packs while it sends."""
    start = head("POST", COUNTS, {**CHUNKED, "Content-Encoding": "gzip"})

    assert 200 == ask(unharmed, start + chunked(gzip.compress(BODY), 5)).status


@pytest.mark.parametrize("coding", ["br", "zstd", "x-gzip", "gzip, gzip", "ca\xe9ke"])
def test_codings_that_are_not_read(unharmed: Address, coding: str) -> None:
    """Those that are stand in the refusal, whatever is installed here."""
    headers = {**DEMO, "Content-Encoding": coding}
    reply = ask(unharmed, request("POST", COUNTS, BODY, headers))

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert reply.json["message"].endswith(": it is not coded as gzip or deflate")


def test_two_codings_in_two_fields(unharmed: Address) -> None:
    """They are one list, and packed twice is not read."""
    codings = {"Content-Encoding": "gzip", "content-encoding": "gzip"}
    body = gzip.compress(gzip.compress(BODY))

    assert 400 == ask(unharmed, request("POST", COUNTS, body, DEMO | codings)).status


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
@pytest.mark.parametrize(("size", "status"), [(MIB, 200), (MIB + 1, 413)])
@pytest.mark.parametrize("whole", [True, False], ids=["counted", "in chunks"])
def test_the_largest_body(
    unharmed: Address, coding: str, size: int, status: int, *, whole: bool
) -> None:
    """A mebibyte, however it is packed and sent."""
    body, coded = packed(padded(size), coding), {"Content-Encoding": coding}
    if whole:
        data = request("POST", COUNTS, body, DEMO | coded)
    else:
        data = head("POST", COUNTS, CHUNKED | coded) + chunked(body, 60_000)

    assert status == ask(unharmed, data).status


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_bodies_in_chunks(unharmed: Address, chunks: bytes) -> None:
    """Sizes in either case, extensions and trailers are part of HTTP/1.1."""
    assert 200 == ask(unharmed, head("POST", COUNTS, CHUNKED) + chunks).status


def test_a_trailer_is_no_header(unharmed: Address) -> None:
    """A key that comes after the body is none: it was checked before."""
    start = head("POST", CREDITS, {"Transfer-Encoding": "chunked"})
    late = b"0\r\nX-API-Key: demo-api-key\r\n\r\n"

    assert 401 == ask(unharmed, start + late).status


def test_a_body_is_remembered_unpacked(sturdy: Address) -> None:
    """A tester reads in the journal what the client meant."""
    headers = {**DEMO, "Content-Encoding": "gzip"}
    ask(sturdy, request("POST", COUNTS, gzip.compress(BODY), headers))
    (row,) = tell(sturdy, "GET", "/requests?operation=counts")["requests"]

    assert BODY.decode() == row["body"]
