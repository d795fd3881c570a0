"""Requests whose ends are not where they say, one after the other, or all mixed up."""

import pytest
from hypothesis import given, strategies as st

from support.api import COUNTS, CREDITS, PRESETS
from support.bodies import many
from support.raw import Address, ask, connected, head, request
from support.surfaces import envelope_flaw
from support.threaded import DEMO

pytest_plugins = ["support.sturdy"]

GOOD = request("POST", CREDITS, b"", DEMO)
LENGTHS = {
    "negative": {"Content-Length": "-1"},
    "no number": {"Content-Length": "ten"},
    "signed": {"Content-Length": "+2"},
    "hexadecimal": {"Content-Length": "0x2"},
    "fraction": {"Content-Length": "2.0"},
    "list": {"Content-Length": "2, 2"},
    "empty": {"Content-Length": ""},
    "beyond 64 bits": {"Content-Length": str(10**30)},
    "twice": {"Content-Length": "2", "content-length": "2"},
    "beside chunks": {"Content-Length": "2", "Transfer-Encoding": "chunked"},
    "unknown coding": {"Transfer-Encoding": "nonsense"},
    "chunked not last": {"Transfer-Encoding": "chunked, gzip"},
    "chunked twice": {"Transfer-Encoding": "chunked, chunked"},
}
CHUNKS = {
    "no size": b"zz\r\n{}\r\n0\r\n\r\n",
    "negative size": b"-2\r\n{}\r\n0\r\n\r\n",
    "huge size": b"f" * 40 + b"\r\n{}\r\n0\r\n\r\n",
    "too small a size": b"1\r\n{}\r\n0\r\n\r\n",
    "no line break": b"2\r\n{}0\r\n\r\n",
    "no size at last": b"2\r\n{}\r\nzz\r\n\r\n",
}
DIGITS = set(b"0123456789")  # they might promise a body that never comes
PATHS = (CREDITS, "/_emulator/accounts", "/nowhere")


@pytest.mark.parametrize("headers", LENGTHS.values(), ids=LENGTHS)
def test_lengths_that_are_none(unharmed: Address, headers: dict[str, str]) -> None:
    """A body of no certain length is refused in the envelope."""
    replies = [
        ask(unharmed, head("POST", path, {**DEMO, **headers}) + b"{}") for path in PATHS
    ]

    assert [(400, "")] * 3 == [
        (reply.status, envelope_flaw(reply)) for reply in replies
    ]


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_chunks_that_are_none(unharmed: Address, chunks: bytes) -> None:
    """A body of broken chunks is refused in the envelope."""
    start = {**DEMO, "Transfer-Encoding": "chunked"}
    replies = [ask(unharmed, head("POST", path, start) + chunks) for path in PATHS]

    assert [(400, "")] * 3 == [
        (reply.status, envelope_flaw(reply)) for reply in replies
    ]


def test_expected_continue(unharmed: Address) -> None:
    """Who waits for 100 Continue before the body gets it."""
    headers = {**DEMO, "Expect": "100-continue", "Content-Length": "2"}
    with connected(unharmed) as wire:
        wire.send(head("POST", COUNTS, headers))
        interim = wire.interim()
        wire.send(b"{}")

        assert (100, 400) == (interim, wire.reply().status)


def test_good_before_bad(unharmed: Address) -> None:
    """A bad request after good ones is refused, and the connection ends."""
    with connected(unharmed) as wire:
        wire.send(GOOD * 3)
        statuses = [wire.reply().status for _ in range(3)]
        wire.send(b"hello\r\n\r\n" + GOOD)
        replies = wire.rest()

    assert [200, 200, 200] == statuses
    assert [(400, "")] == [(reply.status, envelope_flaw(reply)) for reply in replies]


def test_good_and_bad_at_once(unharmed: Address) -> None:
    """Of requests that come in one piece, the last that is answered is the bad one."""
    with connected(unharmed) as wire:
        wire.send(GOOD * 3 + b"hello\r\n\r\n" + GOOD)
        replies = wire.rest()

    assert 400 == replies[-1].status
    assert {""} == {envelope_flaw(reply) for reply in replies}


def test_a_refused_body_spoils_nothing(unharmed: Address) -> None:
    """A request after one whose body was refused unread is answered."""
    refused = request("POST", "/nowhere", b"\x00" * 100_000, DEMO)
    with connected(unharmed) as wire:
        wire.send(refused + GOOD)

        assert [404, 200] == [wire.reply().status, wire.reply().status]


@many(150)
@given(st.binary(max_size=60).filter(lambda data: b"HEAD" not in data))
def test_any_bytes(unharmed: Address, data: bytes) -> None:
    """Whatever comes before a good request, there is an answer in the envelope."""
    reply = ask(unharmed, data + b"\r\n\r\n" + GOOD)

    assert "" == envelope_flaw(reply)
    assert reply.status < 500


@many(200)
@given(
    sent=st.sampled_from(
        [request("POST", COUNTS, b'{"filter":{}}', DEMO), request("GET", PRESETS)]
    ),
    start=st.integers(0, 200),
    length=st.integers(0, 4),
    put=st.binary(max_size=4).filter(lambda put: not DIGITS & set(put))
    | st.sampled_from([b"\r\n", b"\r\n\r\n", b": ", b" "]),
)
def test_requests_with_bytes_changed(
    unharmed: Address, sent: bytes, start: int, length: int, put: bytes
) -> None:
    """A request with some bytes replaced is answered in the envelope."""
    changed = sent[:start] + put + sent[start + length :]
    reply = ask(unharmed, changed + GOOD * 2)

    assert "" == envelope_flaw(reply)
    assert reply.status < 500
