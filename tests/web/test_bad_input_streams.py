"""Bodies that break off, stop, turn bad on their way, or are not what they say."""

import gzip

import pytest

from support.api import COUNTS, CREDITS
from support.raw import Address, ask, connected, head, request
from support.surfaces import envelope_flaw, flaw
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]

FORM = "/_emulator/accounts"
INBOX = "/_emulator/inbox/shelf"
READERS = (COUNTS, FORM, INBOX)
UNREAD = ("/nowhere", "/_emulator/nowhere", "/_emulator/jobs/1300/redeliver")
CHUNKED = {**DEMO, "Transfer-Encoding": "chunked"}
WAITING = {"Expect": "100-continue"}
PACKED = gzip.compress(b'{"filter":{}}')
CODED = {
    "no gzip": ("gzip", b'{"filter":{}}'),
    "head of a gzip": ("gzip", PACKED[:10]),
    "half a gzip": ("gzip", PACKED[:14]),
    "gzip and more": ("gzip", PACKED + b"more"),
    "no deflate": ("deflate", b"\xff\xff\xff"),
    "no brotli": ("br", b"\xff\xff\xff"),
    "no zstd": ("zstd", b"\xff\xff\xff"),
    "unknown": ("cake", b"\xff\xff\xff"),
    "list": ("gzip, gzip", b"\xff\xff\xff"),
}


@pytest.mark.parametrize(("coding", "body"), CODED.values(), ids=CODED)
@pytest.mark.parametrize("path", [COUNTS, FORM])
def test_bodies_that_are_not_as_coded(
    unharmed: Address, path: str, coding: str, body: bytes
) -> None:
    """A body that its Content-Encoding does not fit is refused."""
    reply = ask(
        unharmed, request("POST", path, body, {**DEMO, "Content-Encoding": coding})
    )

    assert 400 == reply.status
    assert "" in {flaw(reply, path), envelope_flaw(reply)}


@pytest.mark.parametrize(("coding", "body"), CODED.values(), ids=CODED)
@pytest.mark.parametrize("path", UNREAD)
def test_coded_bodies_that_nobody_reads(
    sturdy: Address, path: str, coding: str, body: bytes
) -> None:
    """A body that nobody reads spoils nothing, however it is coded."""
    reply = ask(
        sturdy, request("POST", path, body, {**DEMO, "Content-Encoding": coding})
    )

    assert reply.status in {200, 400, 404}
    assert "" in {flaw(reply, path), envelope_flaw(reply)}


@pytest.mark.parametrize("path", READERS)
def test_a_length_beyond_all_bodies(unharmed: Address, path: str) -> None:
    """A body that says it is too long is refused before it comes."""
    headers = {**DEMO, "Content-Length": str(2**63)}
    reply = ask(unharmed, head("POST", path, headers))

    assert (413, "") == (reply.status, flaw(reply, path))


@pytest.mark.parametrize("path", READERS)
def test_chunks_that_turn_bad(unharmed: Address, path: str) -> None:
    """A body whose chunks turn bad while it is read is refused at once."""
    with connected(unharmed) as wire:
        wire.send(head("POST", path, {**CHUNKED, **WAITING}))
        wire.interim()
        wire.send(b"1\r\n{\r\n")
        wire.send(b"zz\r\n")
        reply = wire.reply()

    assert 400 == reply.status
    assert "" in {flaw(reply, path), envelope_flaw(reply)}


@pytest.mark.parametrize("path", UNREAD)
def test_chunks_that_turn_bad_unread(sturdy: Address, path: str) -> None:
    """Chunks that turn bad after the answer end the connection, quietly."""
    with connected(sturdy) as wire:
        wire.send(head("POST", path, CHUNKED) + b"1\r\n{\r\n")
        status = wire.reply().status
        wire.send(b"zz\r\n")

    assert status in {200, 404}


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize(
    ("headers", "half"),
    [({"Content-Length": "9"}, b'{"f'), (CHUNKED, b"9\r\n{"), (CHUNKED, b"")],
    ids=["counted", "within a chunk", "between chunks"],
)
def test_bodies_that_break_off(
    unharmed: Address, path: str, headers: dict[str, str], half: bytes
) -> None:
    """A client that goes in the middle of its body is no fault of the emulator."""
    with connected(unharmed) as wire:
        wire.send(head("POST", path, {**DEMO, **WAITING, **headers}))
        interim = wire.interim()
        wire.send(half)

    assert 100 == interim
    assert "ok" == tell(unharmed, "GET", "/health")["status"]


def test_a_body_that_broke_off_is_remembered(unharmed: Address) -> None:
    """The journal has the request of a client that went, as a bad one."""
    with connected(unharmed) as wire:
        headers = {**DEMO, **WAITING, "Content-Length": "9"}
        wire.send(head("POST", COUNTS, headers))
        wire.interim()
    wanted = {"operation": "counts", "status": 400, "timeout": 3}

    assert 1 == len(tell(unharmed, "POST", "/requests/wait", wanted)["requests"])


@pytest.mark.parametrize("path", READERS)
def test_a_body_that_stops(
    unharmed: Address, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A body that does not come is waited for no longer than its time."""
    monkeypatch.setattr("reachapi_emulator.web.http.SECONDS", 0.05)
    reply = ask(unharmed, head("POST", path, {**DEMO, "Content-Length": "9"}) + b"{")

    assert reply.status in {400, 408}
    assert "" == flaw(reply, path)


def test_answers_that_nobody_reads(unharmed: Address) -> None:
    """A client that goes without its answers is no fault of the emulator."""
    with connected(unharmed) as wire:
        wire.send(request("POST", CREDITS, b"", DEMO) * 50)

    assert 200 == ask(unharmed, request("POST", CREDITS, b"", DEMO)).status
