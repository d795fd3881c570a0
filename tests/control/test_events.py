"""/_emulator/events: what happens, as it happens."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import orjson
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.state.events import Feed
from reachapi_emulator.web.control.events import EventStream
from support.api import COUNTS, CREDITS, Api
from support.control import picked
from support.embedded import client_of
from support.events import PATIENCE, following
from support.flow import job_of
from support.raw import Address, connected, request
from support.serving import Serve
from support.steering import ask, opened, refused, under
from support.threaded import DEMO

DELIVERED = {"state": "delivered"}
RULE = {"phase": "request", "kind": "status", "status": 500}


def pipelined(address: Address, data: bytes, times: int) -> None:
    """Send a request so often, fifty at once."""
    with connected(address) as wire:
        for _ in range(times // 50):
            wire.send(data * 50)
            for _ in range(50):
                wire.reply()


def address_of(api: Api) -> Address:
    """Return where an emulator listens."""
    parts = urlsplit(api.url)
    return str(parts.hostname), int(parts.port or 0)


async def test_a_request_is_told_as_the_journal_shows_it(api: Api) -> None:
    async with following(api) as events:
        await api.call("POST", CREDITS)
        (told,) = await events.until("request")

    assert [told.data] == (await api.control("GET", "/requests"))["requests"]
    assert "****" == told.data["headers"]["X-API-Key"]


async def test_a_delivery_is_told_from_its_submission_to_its_end(api: Api) -> None:
    """Job and attempt as they are shown, but without what may be large."""
    async with following(api) as events:
        job = await api.fetch(3)
        told = await events.until("job", **DELIVERED)
    shown = await job_of(api, job)
    (attempt,) = shown.pop("attempts")
    del shown["filter"], attempt["response_body"]
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
    rule = {"phase": "webhook", "kind": "delay", "seconds": 30}
    await api.control("POST", "/faults", rule)
    await api.freeze()
    async with following(api) as events:
        await api.fetch(3)
        await api.advance(1)
        struck = await events.next("fault")
        told = await events.next("job")

    assert {"id": 1, "change": "struck"} == struck.data
    assert 30 == pytest.approx(told.data["due_at"] - told.data["created_at"], abs=2)


async def test_a_redelivery_is_told_at_once(api: Api) -> None:
    job = await api.fetch(3)
    await api.wait(job)
    async with following(api) as events:
        await api.control("POST", f"/jobs/{job}/redeliver")
        told = await events.next("job")

    assert [job, "delivered"] == picked(told.data, "unique_processing_id", "state")
    assert told.data["due_at"] is not None


@pytest.mark.parametrize(
    ("method", "path", "json", "name", "data"),
    [
        *(
            (method, f"/accounts/demo{path}", json, "account", {"change": "changed"})
            for method, path, json in (
                ("PATCH", "", {"name": "Ann"}),
                ("PATCH", "", {"credits": 5}),
                ("PATCH", "", {"suspended": True}),
                ("POST", "/api-key", None),
                ("PUT", "/webhook", {"url": None}),
                ("POST", "/webhook/secret", None),
            )
        ),
        ("DELETE", "/accounts/demo", None, "account", {"change": "deleted"}),
        ("POST", "/faults", RULE, "fault", {"id": 2, "change": "added"}),
        ("DELETE", "/faults/1", None, "fault", {"id": 1, "change": "removed"}),
        ("DELETE", "/faults", None, "fault", {"id": None, "change": "cleared"}),
        ("POST", "/reset", {"account": "demo"}, "reset", {"scope": "all"}),
        ("POST", "/reset", None, "reset", {"scope": "all", "account": None}),
        *(
            (method, path, json, "reset", {"scope": "journal", "account": account})
            for method, path, json, account in (
                ("POST", "/reset", {"scope": "journal"}, None),
                ("DELETE", "/requests", None, None),
                ("DELETE", "/requests?account=demo", None, "demo"),
            )
        ),
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


async def test_an_account_that_opens_itself_is_told(api: Api) -> None:
    async with following(api) as events:
        await opened(api, "test-a")
        told = await events.until("account", change="opened")

    assert {"id": "test-a", "change": "opened"} == told[-1].data


async def test_an_arrival_is_told_by_its_inbox(api: Api) -> None:
    """When it arrived; its headers and body are to be asked for."""
    await api.freeze()
    now = (await api.control("GET", "/clock"))["now"]
    async with following(api) as events:
        await api.send("POST", "/_emulator/inbox/shelf", data=b"{}")
        told = await events.next()

    assert ("delivery", {"inbox": "shelf", "received_at": now}) == told[1:]


async def test_changes_of_the_clocks_are_told(api: Api) -> None:
    """As they read afterwards; ids count up from where the stream began.

    What happened before is not told.
    """
    await api.control("PATCH", "/clock", {"frozen": True})
    async with following(api) as events:
        advanced = await api.control("POST", "/clock/advance", {"seconds": 5})
        own = await api.control("PATCH", "/accounts/demo/clock", {"frozen": True})
        followed = await api.control("DELETE", "/accounts/demo/clock")
        going = await api.control("PATCH", "/clock", {"frozen": False})
        told = [await events.next() for _ in range(4)]

    everyone, demo = {"account": None}, {"account": "demo"}
    assert [everyone | advanced, demo | own, demo | followed] == [
        each.data for each in told[:3]
    ]
    assert going["now"] == pytest.approx(told[3].data["now"], abs=1)
    assert [("clock", events.start + n) for n in range(1, 5)] == [
        (each.name, each.id) for each in told
    ]


async def test_a_restored_snapshot_is_told(api: Api) -> None:
    snapshot = await api.control("GET", "/snapshot")
    async with following(api) as events:
        await api.control("PUT", "/snapshot", snapshot)
        told = await events.next("reset")

    assert {"scope": "all", "account": None} == told.data


async def test_what_changes_nothing_is_not_told(api: Api) -> None:
    async with following(api) as events:
        for path in ("/health", "/accounts", "/requests", "/jobs", "/clock"):
            await api.control("GET", path)
        await refused(api, "DELETE", "/faults/1")
        await api.freeze()

        assert "clock" == (await events.next()).name


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
    await asyncio.to_thread(pipelined, address_of(api), request("GET", "/x"), 150)
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


async def test_a_burst_of_a_thousand_requests_arrives(api: Api) -> None:
    sent = request("GET", "/nowhere")
    async with following(api) as events:
        sending = asyncio.to_thread(pipelined, address_of(api), sent, 1_000)
        task = asyncio.create_task(sending)
        told = [await events.next("request", "missed") for _ in range(1_000)]
        await task

    assert [*range(1, 1_001)] == [event.data["id"] for event in told]


async def test_who_does_not_read_holds_nobody_up(serve: Serve) -> None:
    """It is told once how many it has missed, then what is new: memory is bounded."""
    api = await serve(rate_limit=0)
    sent = request("POST", COUNTS, bytes(4_096), DEMO)  # as JSON, six times as long
    async with following(api) as events:
        await asyncio.to_thread(pipelined, address_of(api), sent, 2_800)
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
        first = await exits.enter_async_context(AsyncExitStack())
        await first.enter_async_context(following(api))
        for _ in range(63):
            await exits.enter_async_context(following(api))
        reason = "64 streams are open: close one, or ask GET /requests"
        assert (503, reason) == await refused(api, "GET", "/events")
        await first.aclose()

        async with asyncio.timeout(PATIENCE):
            while (await ask(api, "HEAD", "/events")).status != 200:
                pass


async def test_a_stop_ends_the_streams(dataset: Dataset) -> None:
    """At once, and properly: none is cut off."""
    running = Server(Settings(port=0), dataset)
    await running.start()
    async with client_of(running) as api, following(api) as events:
        await running.stop()

        with pytest.raises(EOFError):
            await events.next()
