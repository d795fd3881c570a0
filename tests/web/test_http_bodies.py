"""Bodies: invited, packed, in chunks; and those that break off, stop or turn bad."""

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.budget import Quota, QuotaFull
from reachapi_emulator.web.body import MAX_SLICE, Unpacker
from reachapi_emulator.web.http import StreamedRecords
from support.client import BATCH, COUNTS, CREDITS, FETCH_DATA, Serve
from support.contacts import contacts
from support.in_process import steps
from support.raw import Address, Headers, Wire, ask, connected, head, request
from support.surfaces import envelope_flaw, flaw
from support.threaded import DEMO, tell

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

    from reachapi_emulator.vendor.payload import Payload

pytest_plugins = ["support.sturdy"]

MIB = 1024 * 1024
FORM = "/_emulator/accounts"
SLOW = 30
"""Seconds that thousands of records may take."""

READERS = (COUNTS, FORM, "/_emulator/inbox/shelf")
UNREAD = ("/nowhere", "/_emulator/nowhere", "/_emulator/jobs/1300/redeliver")
BODY = b'{"filter":{}}'
LONG = BODY.ljust(2_000)
GOOD = request("POST", CREDITS, headers=DEMO)
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


@pytest.mark.parametrize(("status", "path", "headers"), REFUSED.values(), ids=REFUSED)
def test_who_waits_with_a_body_is_refused_at_once_and_the_connection_ends(
    unharmed: Address, status: int, path: str, headers: Headers
) -> None:
    """What came next might be the body, or another request."""
    with connected(unharmed) as wire:
        wire.send(head("POST", path, headers))
        first = wire.interim()
    reply = ask(unharmed, head("POST", path, headers))

    assert (status, status, "close") == (
        first,
        reply.status,
        reply.headers["connection"],
    )


@pytest.mark.parametrize(("path", "status"), [(COUNTS, 200), ("/_emulator/reset", 400)])
def test_who_waits_with_a_good_body_is_told_to_go_on(
    unharmed: Address, path: str, status: int
) -> None:
    with connected(unharmed) as wire:
        wire.send(head("POST", path, {**DEMO, **WAITING}))
        interim = wire.interim()
        wire.send(BODY)

        assert (100, status) == (interim, wire.reply().status)


def test_http_1_0_is_not_told_to_continue(unharmed: Address) -> None:
    """It knows no such answer (RFC 9110, section 10.1.1)."""
    data = head("POST", COUNTS, {**DEMO, **WAITING}).replace(b"1.1", b"1.0", 1) + BODY
    with connected(unharmed) as wire:
        wire.send(data)

        assert 200 == wire.interim()


@pytest.mark.parametrize("headers", [{}, WAITING], ids=["plain", "waiting"])
def test_a_body_that_came_unasked_leaves_the_connection_open(
    unharmed: Address, headers: Headers
) -> None:
    with connected(unharmed) as wire:
        wire.send(request("POST", "/nowhere", BODY, {**DEMO, **headers}) + GOOD)

        assert [404, 200] == [wire.reply().status, wire.reply().status]


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
    "byte by byte": chunked(BODY, 1),
}


@pytest.mark.parametrize(("coding", "body"), PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("whole", [True, False], ids=["counted", "in chunks"])
def test_a_body_is_unpacked_as_its_coding_says_and_so_remembered(
    sturdy: Address, coding: str, body: bytes, *, whole: bool
) -> None:
    headers = {"Content-Encoding": coding}
    data = request("POST", COUNTS, body, DEMO | headers)
    if not whole:
        data = head("POST", COUNTS, CHUNKED | headers) + chunked(body, 5)
    status = ask(sturdy, data).status
    (row,) = tell(sturdy, "GET", "/requests?operation=counts")["requests"]

    assert (200, BODY.decode()) == (status, row["body"])


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_chunks_may_have_all_that_http_gives_them(
    unharmed: Address, chunks: bytes
) -> None:
    assert 200 == ask(unharmed, head("POST", COUNTS, CHUNKED) + chunks).status


def test_a_key_that_comes_as_a_trailer_is_none(unharmed: Address) -> None:
    start = head("POST", CREDITS, {"Transfer-Encoding": "chunked"})
    late = b"0\r\nX-API-Key: demo-api-key\r\n\r\n"

    assert 401 == ask(unharmed, start + late).status


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
@pytest.mark.parametrize(("size", "status"), [(MIB, 200), (MIB + 1, 413)])
@pytest.mark.parametrize("whole", [True, False], ids=["counted", "in chunks"])
def test_the_largest_body_is_a_mebibyte_however_packed_and_sent(
    unharmed: Address, coding: str, size: int, status: int, *, whole: bool
) -> None:
    body, coded = packed(BODY.ljust(size), coding), {"Content-Encoding": coding}
    data = request("POST", COUNTS, body, DEMO | coded)
    if not whole:
        data = head("POST", COUNTS, CHUNKED | coded) + chunked(body, 60_000)

    assert status == ask(unharmed, data).status


@pytest.mark.parametrize("path", READERS)
def test_a_length_beyond_all_bodies_is_refused_before_it_comes(
    unharmed: Address, path: str
) -> None:
    reply = ask(unharmed, head("POST", path, {**DEMO, "Content-Length": str(2**63)}))

    assert (413, "") == (reply.status, flaw(reply, path))


GZIP = gzip.compress(BODY)
NOT_READ = "Request body cannot be read: it is not coded as gzip or deflate"
CODED = {
    "no gzip": ("gzip", BODY),
    "head of a gzip": ("gzip", GZIP[:10]),
    "half a gzip": ("gzip", GZIP[:14]),
    "gzip without its end": ("gzip", GZIP[:-1]),
    "half a second member": ("gzip", GZIP + GZIP[:20]),
    "too many members": ("gzip", gzip.compress(b"") * 1_001),
    "gzip and more": ("gzip", GZIP + b"more"),
    "no deflate": ("deflate", b"\xff\xff\xff"),
    "deflate without its end": ("deflate", zlib.compress(BODY)[:-1]),
    "deflate and more": ("deflate", zlib.compress(BODY) * 2),
    **{name: (name, BODY) for name in ("br", "zstd", "x-gzip", "cake", "ca\xe9ke")},
    "list": ("gzip, gzip", gzip.compress(GZIP)),
}


@pytest.mark.parametrize(("coding", "body"), CODED.values(), ids=CODED)
def test_a_body_that_its_coding_does_not_fit_is_refused(
    unharmed: Address, coding: str, body: bytes
) -> None:
    headers = {**DEMO, "Content-Encoding": coding}
    answer, form = (
        ask(unharmed, request("POST", path, body, headers)) for path in (COUNTS, FORM)
    )

    assert (400, "") == (answer.status, envelope_flaw(answer))
    assert answer.json["message"] == NOT_READ or coding in {"gzip", "deflate"}
    assert 400 == form.status
    assert "" in {flaw(form, FORM), envelope_flaw(form)}


@given(data=st.data(), coding=st.sampled_from(["gzip", "deflate"]))
def test_what_is_packed_is_unpacked_in_slices_wherever_it_was_cut(
    data: st.DataObject, coding: str
) -> None:
    """So that others have their turn between them."""
    whole = data.draw(st.binary(max_size=9)) * data.draw(st.integers(0, 90_000))
    coded = packed(whole, coding)
    size = data.draw(st.integers(1, len(coded)))
    unpacker = Unpacker(coding)
    pieces = [
        piece
        for start in range(0, len(coded), size)
        for piece in unpacker.unpack(coded[start : start + size])
    ]

    assert whole == b"".join(pieces)
    assert unpacker.ended
    assert max(map(len, pieces)) <= MAX_SLICE


BOMB = gzip.compress(bytes(5 * MIB))


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused(
    serve: Serve,
) -> None:
    """Of a budget of 16 MiB, one of an inbox has 4."""
    api = await serve(memory_budget=16)
    packing = {"Content-Encoding": "gzip"}
    answers = [
        await api.send("POST", "/_emulator/inbox/shelf", data=body, headers=packing)
        for body in (BOMB, gzip.compress(bytes(3 * MIB)))
    ]

    assert [413, 200] == [answer.status for answer in answers]


SHELF = "/_emulator/inbox/shelf"


@pytest.mark.parametrize(
    ("path", "share", "other"),
    [(SHELF, 4 * MIB, COUNTS), (COUNTS, MIB, SHELF)],
    ids=["deliveries", "bodies"],
)
async def test_bodies_that_arrive_together_have_a_bound(
    serve: Serve, path: str, share: int, other: str
) -> None:
    """Of a budget of 16 MiB: who goes beyond is told so, and may come again.

    Deliveries have another share than the bodies of all other requests.
    """
    api = await serve(memory_budget=16, rate_limit=0)
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield BODY.ljust(share - 1_000)
        await go_on.wait()

    async def status(path: str) -> int:
        return (await api.call("POST", path, data=BytesIO(LONG))).status

    key = {"X-API-Key": "demo-api-key"}
    sending = api.session.post(api.url + path, data=slowly(), headers=key)
    first = asyncio.create_task(sending)
    while await status(path) != 503:
        pass
    elsewhere = await status(other)
    go_on.set()
    arrived = (await first).status

    assert [200, 200, 200] == [elsewhere, arrived, await status(path)]


async def test_a_large_body_waits_for_room_if_its_length_is_known(
    serve: Serve,
) -> None:
    """Three deliveries of 3 MiB where there is room for one are all kept, in turn."""
    api = await serve(memory_budget=16)
    body = bytes(3 * MIB)
    sending = [api.send("POST", SHELF, data=BytesIO(body)) for _ in range(3)]
    answers = await asyncio.gather(*sending)

    assert [200] * 3 == [answer.status for answer in answers]


async def test_a_large_body_that_waits_in_vain_may_come_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reachapi_emulator.web.body.MAX_WAIT_FOR_ROOM", 0)
    api = await serve(memory_budget=16)
    where = urlsplit(api.url)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"POST {SHELF} HTTP/1.1\r\nHost: a\r\nContent-Length: {3 * MIB}\r\n\r\n"
    writer.write(head.encode())
    answers = [await api.send("POST", SHELF, data=BytesIO(bytes(3 * MIB)))]
    while answers[-1].status == 200:  # the other head has not come yet
        answers.append(await api.send("POST", SHELF, data=BytesIO(bytes(3 * MIB))))
    writer.transport.abort()
    while answers[-1].status == 503:
        answers.append(await api.send("POST", SHELF, data=BytesIO(bytes(3 * MIB))))

    assert {200, 503} == {answer.status for answer in answers}
    assert 200 == answers[-1].status


async def test_room_goes_to_who_came_first_and_is_still_there() -> None:
    quota = Quota(10)
    let_in: list[int] = []

    async def enter(number: int, size: int, leave: asyncio.Event) -> None:
        with quota.holding() as held:
            await held.wait_for(size)
            let_in.append(number)
            await leave.wait()

    leaves = [asyncio.Event() for _ in range(5)]
    sizes = [8, 8, 3, 2, 2]
    tasks = [
        asyncio.create_task(enter(*each))
        for each in zip(range(5), sizes, leaves, strict=True)
    ]
    await steps(3)
    tasks[1].cancel()
    tasks[2].cancel()
    await steps(3)
    before = [*let_in]
    leaves[0].set()
    await steps(3)
    tasks[3].cancel()
    leaves[4].set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert ([0, 3], [0, 3, 4], 0) == (before, let_in, quota.held)
    with pytest.raises(QuotaFull):
        await quota.wait_for(11)


def test_two_codings_in_two_fields_are_one_list(unharmed: Address) -> None:
    codings = {"Content-Encoding": "gzip", "content-encoding": "gzip"}
    body = gzip.compress(GZIP)

    assert 400 == ask(unharmed, request("POST", COUNTS, body, DEMO | codings)).status


@pytest.mark.parametrize(("coding", "body"), CODED.values(), ids=CODED)
def test_a_body_that_nobody_reads_spoils_nothing_however_coded(
    sturdy: Address, coding: str, body: bytes
) -> None:
    headers = {**DEMO, "Content-Encoding": coding}
    for path in UNREAD:
        reply = ask(sturdy, request("POST", path, body, headers))

        assert reply.status in {200, 400, 404}
        assert "" in {flaw(reply, path), envelope_flaw(reply)}


@pytest.mark.parametrize("path", READERS)
def test_chunks_that_turn_bad_while_they_are_read_are_refused_at_once(
    unharmed: Address, path: str
) -> None:
    with connected(unharmed) as wire:
        wire.send(head("POST", path, {**CHUNKED, "Expect": "100-continue"}))
        wire.interim()
        wire.send(b"1\r\n{\r\n")
        wire.send(b"zz\r\n")
        reply = wire.reply()

    assert 400 == reply.status
    assert "" in {flaw(reply, path), envelope_flaw(reply)}


@pytest.mark.parametrize("path", UNREAD)
def test_chunks_that_turn_bad_after_the_answer_end_the_connection_quietly(
    sturdy: Address, path: str
) -> None:
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
def test_a_client_that_goes_within_its_body_is_no_fault_of_the_emulator(
    unharmed: Address, path: str, headers: dict[str, str], half: bytes
) -> None:
    with connected(unharmed) as wire:
        wire.send(head("POST", path, {**DEMO, "Expect": "100-continue", **headers}))
        interim = wire.interim()
        wire.send(half)

    assert 100 == interim
    assert "ok" == tell(unharmed, "GET", "/health")["status"]


@pytest.mark.parametrize("reset", [False, True])
def test_a_body_that_broke_off_is_remembered_as_a_bad_request(
    unharmed: Address, *, reset: bool
) -> None:
    with connected(unharmed) as wire:
        wire.send(head("POST", COUNTS, {**DEMO, **WAITING}))
        wire.interim()
        if reset:  # by the close
            at_once = struct.pack("ii", 1, 0)
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    wanted = {"operation": "counts", "status": 400, "timeout": 3}

    assert 1 == len(tell(unharmed, "POST", "/requests/wait", wanted)["requests"])


@pytest.mark.parametrize("path", READERS)
def test_a_body_that_stops_is_waited_for_no_longer_than_its_time(
    unharmed: Address, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("reachapi_emulator.web.body.SECONDS", 0.05)
    reply = ask(unharmed, head("POST", path, {**DEMO, "Content-Length": "9"}) + b"{")

    assert reply.status in {400, 408}
    assert "" == flaw(reply, path)


def polling(wire: Wire, address: Address, count: int) -> None:
    """Submit a request, see it validated and ask for its records."""
    wanted = b'{"fetchCount":%d,"filter":{}}' % count
    accepted = ask(address, request("POST", FETCH_DATA, wanted, DEMO))
    job = accepted.json["data"]["batch_process_id"]
    tell(address, "POST", "/clock/advance", {"seconds": 1})
    wire.socket.settimeout(SLOW)
    wire.send(request("POST", f"/_emulator/jobs/{job}/wait", b'{"state":"ready"}'))
    wire.reply()
    wire.send(head("GET", f"{BATCH}?batch_process_id={job}", DEMO))


def test_all_contacts_fit_into_an_answer_and_the_connection_goes_on(
    sturdy: Address,
) -> None:
    tell(sturdy, "PATCH", "/accounts/demo", {"credits": 10_000})
    with connected(sturdy) as wire:
        polling(wire, sturdy, 10_000)
        records = wire.reply().json["data"]
        wire.send(GOOD)
        after = wire.reply().status

    ids = {row["id"] for row in records}
    assert [each["id"] for each in contacts() if each["id"] in ids] == [
        row["id"] for row in records
    ]
    assert (200, True) == (after, len(records) > 9_000)


def test_a_slow_reader_holds_up_nobody(sturdy: Address) -> None:
    with connected(sturdy) as wire:
        polling(wire, sturdy, 4_500)
        start = wire.stream.read(100)
        meanwhile = ask(sturdy, GOOD)

    assert start.startswith(b"HTTP/1.1 200 OK\r\n")
    assert 200 == meanwhile.status


def test_a_reader_that_goes_away_does_no_harm(sturdy: Address) -> None:
    for _ in range(2):
        with connected(sturdy) as wire:
            polling(wire, sturdy, 4_500)
            wire.stream.read(100)
    with connected(sturdy) as wire:
        wire.send(head("GET", f"{BATCH}?batch_process_id=1302", DEMO))

        assert 200 == wire.reply().status


class Pieces(list[bytes]):
    """A body in pieces; its length is that of them all."""

    def __len__(self) -> int:
        return sum(map(len, self))


class Reader:
    """Takes a piece whenever it is allowed to."""

    def __init__(self) -> None:
        self.offered: list[bytes] = []
        self.allowed = asyncio.Semaphore(0)

    async def write(self, piece: bytes) -> None:
        """Be offered a piece; return when it is taken."""
        self.offered.append(piece)
        await self.allowed.acquire()


async def test_records_are_not_heaped_up_for_a_slow_reader() -> None:
    pieces = Pieces([b"[1", b",2", b",3", b"]"])
    streamed = StreamedRecords(cast("Payload", pieces))
    reader = Reader()
    writing = asyncio.create_task(streamed.write(cast("AbstractStreamWriter", reader)))
    offered = []
    for _ in range(4):
        await asyncio.sleep(0)
        offered.append(len(reader.offered))
        reader.allowed.release()
    await writing

    assert [1, 2, 3, 4] == offered
    assert len(b"[1,2,3]") == streamed.size
    with pytest.raises(TypeError, match="streamed, not decoded"):
        streamed.decode()
