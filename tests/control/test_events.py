"""/_emulator/events: what happens, as it happens."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import orjson
import pytest

from reachapi_emulator.state.events import Feed
from reachapi_emulator.web.control.events import EventStream
from support.client import (
    COUNTS,
    CREDITS,
    Api,
    Serve,
    ask,
    job_of,
    opened,
    refused,
    rule,
    under,
)
from support.control import picked
from support.events import following
from support.raw import connected, request
from support.start import address, server
from support.threaded import DEMO

RULE = {"phase": "request", "kind": "status", "status": 500}


async def pipelined(api: Api, data: bytes, times: int) -> None:
    """Send a request so often, fifty at once, and read the answers."""

    def send() -> None:
        with connected(address(api.url)) as wire:
            for _ in range(times // 50):
                wire.send(data * 50)
                for _ in range(50):
                    wire.reply()

    await asyncio.to_thread(send)


async def test_a_request_is_told_as_the_journal_shows_it(api: Api) -> None:
    """After the account that it opens."""
    async with following(api) as events:
        await opened(api, "test-a")
        await events.until("account", id="test-a", change="opened")
        told = await events.next("request")

    assert [told.data] == (await api.control("GET", "/requests"))["requests"]
    assert "****" == told.data["headers"]["X-API-Key"]


async def test_a_delivery_is_told_from_its_submission_to_its_end(api: Api) -> None:
    """Job and attempt as they are shown, but without what may be large."""
    async with following(api) as events:
        job = await api.fetch(3)
        told = await events.until("job", state="delivered")
    shown = await job_of(api, job)
    (attempt,) = shown.pop("attempts")
    del shown["filter"], shown["circuit"], attempt["response_body"]
    jobs = [each.data for each in told if each.name == "job"]
    attempts = [each.data for each in told if each.name == "attempt"]

    assert ["submitted", "validating", "delivering", "delivering", "delivered"] == [
        data["state"] for data in jobs
    ]
    assert {"request": 1, "account": 1, "job": 5, "attempt": 2, "delivery": 1} == (
        Counter(each.name for each in told)
    )
    assert shown == jobs[-1]
    assert {"unique_processing_id": job, "account": "demo", **attempt} == attempts[-1]


async def test_an_attempt_that_is_put_off_is_told(api: Api) -> None:
    await rule(api, "delay", "webhook", seconds=30)
    await api.freeze()
    async with following(api) as events:
        await api.fetch(3)
        await api.advance(1)
        struck = await events.next("fault")
        told = await events.next("job")

    assert {"id": 1, "change": "struck"} == struck.data
    assert 30 == pytest.approx(told.data["due_at"] - told.data["created_at"], abs=2)


CHANGED = {"change": "changed"}
EMPTIED = {"scope": "journal"}


@pytest.mark.parametrize(
    ("method", "path", "json", "name", "data"),
    [
        ("PATCH", "/accounts/demo", {"name": "Ann"}, "account", CHANGED),
        ("PATCH", "/accounts/demo", {"credits": 5}, "account", CHANGED),
        ("PATCH", "/accounts/demo", {"suspended": True}, "account", CHANGED),
        ("POST", "/accounts/demo/api-key", None, "account", CHANGED),
        ("PUT", "/accounts/demo/webhook", {"url": None}, "account", CHANGED),
        ("POST", "/accounts/demo/webhook/secret", None, "account", CHANGED),
        ("DELETE", "/accounts/demo", None, "account", {"change": "deleted"}),
        ("POST", "/faults", RULE, "fault", {"id": 2, "change": "added"}),
        ("DELETE", "/faults/1", None, "fault", {"id": 1, "change": "removed"}),
        ("DELETE", "/faults", None, "fault", {"id": None, "change": "cleared"}),
        ("POST", "/reset", {"account": "demo"}, "reset", {"scope": "all"}),
        ("POST", "/reset", None, "reset", {"scope": "all", "account": None}),
        ("POST", "/reset", EMPTIED, "reset", {**EMPTIED, "account": None}),
        ("DELETE", "/requests", None, "reset", {**EMPTIED, "account": None}),
        ("DELETE", "/requests?account=demo", None, "reset", EMPTIED),
    ],
)
async def test_a_change_is_told(
    api: Api,
    method: str,
    path: str,
    json: object,
    name: str,
    data: dict[str, object],
) -> None:
    """That there is one: what it is may be a secret, and is to be asked for."""
    await api.control("POST", "/faults", {**RULE, "times": 1})
    whose = {"account": {"id": "demo"}, "reset": {"account": "demo"}}
    async with following(api) as events:
        await api.control(method, path, json)

        told = (await events.until(name, **data))[-1].data
    assert {**whose.get(name, {}), **data} == told


async def test_an_arrival_is_told_by_its_inbox(api: Api) -> None:
    """When it arrived; its headers and body are to be asked for."""
    await api.freeze()
    now = (await api.control("GET", "/clock"))["now"]
    async with following(api) as events:
        await api.send("POST", "/_emulator/inbox/shelf", data=b"{}")
        told = await events.next()

    assert ("delivery", {"inbox": "shelf", "received_at": now}) == told[1:]


async def test_changes_of_the_clocks_are_told(api: Api) -> None:
    """As they read afterwards; ids count up from where the stream began."""
    await api.freeze()
    async with following(api) as events:
        advanced = await api.control("POST", "/clock/advance", {"seconds": 5})
        own = await api.control("PATCH", "/accounts/demo/clock", {"frozen": True})
        followed = await api.control("DELETE", "/accounts/demo/clock")
        await api.control("PATCH", "/clock", {"frozen": False})
        told = [await events.next() for _ in range(4)]
    everyone, demo = {"account": None}, {"account": "demo"}
    assert [everyone | advanced, demo | own, demo | followed] == [
        each.data for each in told[:3]
    ]
    assert not told[3].data["frozen"]
    assert [("clock", events.start + n) for n in range(1, 5)] == [
        (each.name, each.id) for each in told
    ]


async def test_what_changes_nothing_is_not_told(api: Api) -> None:
    """A restored snapshot is, as a reset."""
    async with following(api) as events:
        for path in ("/health", "/accounts", "/requests", "/jobs", "/clock"):
            await api.control("GET", path)
        await refused(api, "DELETE", "/faults/1")
        await api.control("PUT", "/snapshot", await api.control("GET", "/snapshot"))
        told = await events.next()

    assert ("reset", {"scope": "all", "account": None}) == told[1:]


async def test_one_account_can_be_followed(api: Api) -> None:
    """With what concerns everyone; nobody else's events, and none of nobody."""
    ann = await opened(api, "test-ann")
    async with following(api, "test-ann") as events:
        await api.call("POST", CREDITS)
        await under(api, "wrong").call("POST", CREDITS)
        await ann.call("POST", CREDITS)
        await api.freeze()
        told = [await events.next(), await events.next()]

    assert [("request", "test-ann"), ("clock", None)] == [
        (each.name, each.data["account"]) for each in told
    ]


async def test_who_was_cut_off_gets_what_came_meanwhile(api: Api) -> None:
    """From the id that it saw last, however much is left out of it."""
    await opened(api, "test-ann")
    async with following(api) as events:
        await api.freeze()
        seen = await events.next()
    await pipelined(api, request("GET", "/x"), 150)
    await api.advance(1)
    async with following(api, last=seen.id) as events:
        every = [await events.next() for _ in range(151)]
    async with following(api, "test-ann", last=seen.id) as events:
        hers = await events.next()

    assert [*range(seen.id + 1, seen.id + 152)] == [each.id for each in every]
    assert every[-1] == hers
    assert seen.data["now"] + 1 == hers.data["now"]


async def test_who_comes_from_elsewhere_is_told_of_a_gap(api: Api) -> None:
    async with following(api, last=7) as events:
        told = await events.next()

    assert ("missed", {"count": None}) == told[1:]


async def test_who_does_not_read_holds_nobody_up(serve: Serve) -> None:
    """It is told once how many it has missed, then what is new: memory is bounded."""
    api = await serve(rate_limit=0)
    sent = request("POST", COUNTS, bytes(4_096), DEMO)  # as JSON, six times as long
    async with following(api) as events:
        await pipelined(api, sent, 2_800)
        missed = await events.next("missed")
        await api.freeze()
        after = await events.next()

    assert 2_000 < missed.data["count"] < 2_800
    assert "clock" == after.name


async def test_a_stream_is_in_the_words_of_its_standard(api: Api) -> None:
    """It says when to come back and where it stands; nobody keeps it."""
    async with following(api) as events:
        response = events.response
        assert ["text/event-stream", "no-store", "DENY"] == picked(
            response.headers, "Content-Type", "Cache-Control", "X-Frame-Options"
        )
    async with api.session.get(f"{api.url}/_emulator/events") as response:
        head = await response.content.readuntil(b"\n\n")
        await api.freeze()
        event = await response.content.readuntil(b"\n\n")
    clock = {"account": None, **await api.control("GET", "/clock")}
    assert b"retry: 1000\nid: %d\n\n" % events.start == head
    assert event == b"event: clock\nid: %d\ndata: %b\n\n" % (
        events.start + 1,
        orjson.dumps(clock),
    )


async def test_events_are_sent_as_many_at_once_as_fit() -> None:
    """Of a share of the memory budget that holds for every stream; one at least."""
    feed = Feed()
    with EventStream(feed) as stream:
        for letter in "abc":
            feed.publish(letter, None, letter * 150_000)
        chunks = stream.chunks()
        names = [(await anext(chunks))[:8] for _ in range(4)]

    assert [b"retry: 1", b"event: a", b"event: b", b"event: c"] == names


async def test_silence_is_broken_by_a_comment() -> None:
    """So that nobody between the two takes the connection for dead."""
    with EventStream(Feed(), keep_alive=0) as stream:
        chunks = stream.chunks()
        await anext(chunks)

        assert [b":\n\n", b":\n\n"] == [await anext(chunks), await anext(chunks)]


async def test_only_so_many_can_follow(serve: Serve) -> None:
    """The one too many is told why; as soon as one has left there is room."""
    api = await serve()
    async with AsyncExitStack() as exits:
        for _ in range(63):
            await exits.enter_async_context(following(api))
        async with following(api):
            reason = "64 streams are open: close one, or ask GET /requests"
            assert (503, reason) == await refused(api, "GET", "/events")
        for _ in range(3):  # turns of the loop that both ends share
            await api.control("GET", "/health")

        assert 200 == (await ask(api, "HEAD", "/events")).status


async def test_a_stop_ends_the_streams() -> None:
    """At once, and properly: none is cut off."""
    running = server()
    await running.start()
    async with Api.to(running.url) as api, following(api) as events:
        await running.stop()

        with pytest.raises(EOFError):
            await events.next()
