"""GET /_emulator/events: what happens, as it happens."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.web.control.events import MAX_FOLLOWERS
from support.api import COUNTS, CREDITS, Api
from support.embedded import client_of
from support.events import PATIENCE, Event, following
from support.serving import Serve
from support.steering import ask, opened, refused, under

DELIVERED = {"state": "delivered"}


async def test_a_request_is_told_as_the_journal_shows_it(api: Api) -> None:
    """Its key masked."""
    async with following(api) as events:
        await api.call("POST", CREDITS)
        (told,) = await events.until("request")
    (shown,) = (await api.control("GET", "/requests"))["requests"]

    assert shown == told.data
    assert "****" == told.data["headers"]["X-API-Key"]


async def test_a_delivery_is_told_from_its_submission_to_its_end(api: Api) -> None:
    """Every state of the job, both ends of the attempt, the arrival and the charge."""
    async with following(api) as events:
        await api.fetch(3)
        told = await events.until("job", **DELIVERED)

    assert [
        "submitted",
        "validating",
        "delivering",
        "delivering",
        "delivered",
    ] == [each.data["state"] for each in told if each.name == "job"]
    assert {"request": 1, "account": 1, "job": 5, "attempt": 2, "delivery": 1} == (
        Counter(each.name for each in told)
    )


async def test_a_job_is_told_without_what_may_be_large(api: Api) -> None:
    """Otherwise as it is shown."""
    async with following(api) as events:
        job = await api.fetch(3)
        told = (await events.until("job", **DELIVERED))[-1].data
    shown = await api.control("GET", f"/jobs/{job}")
    del shown["filter"], shown["attempts"]

    assert shown == told


async def test_an_attempt_is_told_without_what_was_answered(api: Api) -> None:
    """Otherwise as its job shows it, and whose it is."""
    async with following(api) as events:
        job = await api.fetch(3)
        told = (await events.until("attempt", status=200))[-1].data
    (shown,) = (await api.control("GET", f"/jobs/{job}"))["attempts"]
    del shown["response_body"]

    assert {"unique_processing_id": job, "account": "demo", **shown} == told


async def test_an_attempt_that_is_put_off_is_told(api: Api) -> None:
    """So is the rule that does it."""
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
    """Before its attempt."""
    await api.freeze()
    job = await api.fetch(3)
    await api.advance(1)
    await api.wait(job, **DELIVERED)
    async with following(api) as events:
        await api.control("POST", f"/jobs/{job}/redeliver")
        told = await events.next("job")

    assert (job, "delivered") == (told.data["unique_processing_id"], told.data["state"])
    assert told.data["due_at"] is not None


async def test_an_arrival_is_told_by_its_inbox(api: Api) -> None:
    """When it arrived; its headers and body are to be asked for."""
    await api.freeze()
    now = (await api.control("GET", "/clock"))["now"]
    async with following(api) as events:
        await api.send("POST", "/_emulator/inbox/shelf", data=b"{}")
        told = await events.next()

    assert ("delivery", {"inbox": "shelf", "received_at": now}) == told[1:]


@pytest.mark.parametrize(
    ("method", "path", "json", "change"),
    [
        ("PATCH", "", {"name": "Ann"}, "changed"),
        ("PATCH", "", {"credits": 5}, "changed"),
        ("PATCH", "", {"suspended": True}, "changed"),
        ("POST", "/api-key", None, "changed"),
        ("PUT", "/webhook", {"url": None}, "changed"),
        ("POST", "/webhook/secret", None, "changed"),
        ("DELETE", "", None, "deleted"),
    ],
)
async def test_a_change_of_an_account_is_told(
    api: Api, method: str, path: str, json: object, change: str
) -> None:
    """That there is one: what it is may be a secret, and is to be asked for."""
    async with following(api) as events:
        await api.control(method, f"/accounts/demo{path}", json)
        told = await events.next()

    assert ("account", {"id": "demo", "change": change}) == told[1:]


async def test_an_account_that_opens_itself_is_told(api: Api) -> None:
    """By the first use of its key."""
    async with following(api) as events:
        await opened(api, "test-a")
        told = await events.until("account", change="opened")

    assert {"id": "test-a", "change": "opened"} == told[-1].data


async def test_changes_of_the_faults_are_told(api: Api) -> None:
    """One that strikes, too."""
    rule = {"phase": "request", "kind": "status", "status": 500}
    async with following(api) as events:
        await api.control("POST", "/faults", rule)
        await api.call("POST", CREDITS)
        await api.control("DELETE", "/faults/1")
        await api.control("DELETE", "/faults")
        told = [(await events.next("fault")).data for _ in range(4)]

    assert [
        {"id": 1, "change": "added"},
        {"id": 1, "change": "struck"},
        {"id": 1, "change": "removed"},
        {"id": None, "change": "cleared"},
    ] == told


async def test_a_rule_that_was_never_there_is_no_change(api: Api) -> None:
    """Its deletion is refused, and not told."""
    async with following(api) as events:
        await refused(api, "DELETE", "/faults/1")
        await api.freeze()

        assert "clock" == (await events.next()).name


async def test_changes_of_the_clocks_are_told(api: Api) -> None:
    """As they read afterwards."""
    async with following(api) as events:
        frozen = await api.control("PATCH", "/clock", {"frozen": True})
        advanced = await api.control("POST", "/clock/advance", {"seconds": 5})
        own = await api.control("PATCH", "/accounts/demo/clock", {"frozen": True})
        followed = await api.control("DELETE", "/accounts/demo/clock")
        told = [(await events.next("clock")).data for _ in range(4)]

    everyone, demo = {"account": None}, {"account": "demo"}
    assert [
        everyone | frozen,
        everyone | advanced,
        demo | own,
        demo | followed,
    ] == told


@pytest.mark.parametrize(
    ("method", "path", "json", "told"),
    [
        ("POST", "/reset", None, {"scope": "all", "account": None}),
        ("POST", "/reset", {"account": "demo"}, {"scope": "all", "account": "demo"}),
        (
            "POST",
            "/reset",
            {"scope": "journal"},
            {"scope": "journal", "account": None},
        ),
        ("DELETE", "/requests", None, {"scope": "journal", "account": None}),
        (
            "DELETE",
            "/requests?account=demo",
            None,
            {"scope": "journal", "account": "demo"},
        ),
    ],
)
async def test_a_reset_is_told(
    api: Api, method: str, path: str, json: object, told: dict[str, object]
) -> None:
    """What is as it was, and whose."""
    async with following(api) as events:
        await api.control(method, path, json)

        assert told == (await events.until("reset", scope=told["scope"]))[-1].data


async def test_a_restored_snapshot_is_told(api: Api) -> None:
    """As a reset of everything: nothing is as it was."""
    snapshot = await api.control("GET", "/snapshot")
    async with following(api) as events:
        await api.control("PUT", "/snapshot", snapshot)
        told = await events.next("reset")

    assert {"scope": "all", "account": None} == told.data


async def test_ids_are_counted_up(api: Api) -> None:
    """From where the stream began."""
    async with following(api) as events:
        for _ in range(3):
            await api.freeze()
        ids = [(await events.next()).id for _ in range(3)]

    assert [events.start + 1, events.start + 2, events.start + 3] == ids


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
    """From the id that it saw last."""
    async with following(api) as events:
        await api.freeze()
        seen = await events.next()
    await api.advance(1)
    await api.advance(2)
    async with following(api, last=seen.id) as events:
        told = [await events.next(), await events.next()]

    now = seen.data["now"]
    assert [now + 1, now + 3] == [each.data["now"] for each in told]


async def test_who_comes_from_elsewhere_is_told_of_a_gap(api: Api) -> None:
    """The id was another emulator's."""
    async with following(api, last=7) as events:
        told = await events.next()

    assert ("missed", {"count": None}) == told[1:]


async def test_what_happened_before_is_not_told(api: Api) -> None:
    """A stream begins with what is new."""
    await api.freeze()
    async with following(api) as events:
        await api.advance(1)
        told = await events.next()

    assert told.data == {"account": None, **await api.control("GET", "/clock")}


async def test_a_burst_of_a_thousand_requests_arrives(api: Api) -> None:
    """Whole, and in its order."""
    async with following(api) as events:
        for _ in range(20):
            await asyncio.gather(*(api.call("POST", "/nowhere") for _ in range(50)))
        told = [await events.next("request", "missed") for _ in range(1_000)]

    assert [*range(1, 1_001)] == [event.data["id"] for event in told]


async def test_who_does_not_read_holds_nobody_up(serve: Serve) -> None:
    """It is told how many it has missed: memory stays bounded."""
    api = await serve(rate_limit=0)
    body = bytes(4_096)  # as JSON, six times as long
    async with following(api) as events:
        for _ in range(60):
            calls = (api.call("POST", COUNTS, data=body) for _ in range(50))
            await asyncio.gather(*calls)
        missed = await events.next("missed")

    assert 2_000 < missed.data["count"] < 3_000


async def test_a_stream_is_an_event_stream(api: Api) -> None:
    """Which nobody keeps."""
    async with following(api) as events:
        headers = events.response.headers

        assert "text/event-stream" == headers["Content-Type"]
        assert "no-store" == headers["Cache-Control"]


async def test_head_has_no_stream(api: Api) -> None:
    """It ends with its headers."""
    answer = await api.send("HEAD", "/_emulator/events")

    assert (200, b"") == (answer.status, answer.body)


async def test_only_so_many_can_follow(api: Api) -> None:
    """The one too many is told why; as soon as one has left there is room."""
    async with AsyncExitStack() as exits:
        first = await exits.enter_async_context(AsyncExitStack())
        await first.enter_async_context(following(api))
        for _ in range(MAX_FOLLOWERS - 1):
            await exits.enter_async_context(following(api))
        status, reason = await refused(api, "GET", "/events")
        await first.aclose()

        assert (503, "64 streams are open: close one") == (status, reason[:30])
        assert await _soon_followed(api)


async def _soon_followed(api: Api) -> bool:
    """Tell whether a stream can be opened, as soon as the server knows one is gone."""
    async with asyncio.timeout(PATIENCE):
        while (await ask(api, "HEAD", "/events")).status != 200:
            pass
    return True


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/events?account=nobody", (404, "there is no account 'nobody'")),
        ("/events?job=1300", (400, "unknown parameter 'job'")),
    ],
)
async def test_what_cannot_be_followed_is_refused(
    api: Api, path: str, expected: tuple[int, str]
) -> None:
    """As by every other route."""
    status, reason = await refused(api, "GET", path)

    assert expected == (status, reason.partition(":")[0])


async def test_an_id_that_is_none_is_refused(api: Api) -> None:
    """Ids are whole numbers."""
    headers = {"Last-Event-ID": "x"}
    answer = await api.send("GET", "/_emulator/events", headers=headers)

    assert (400, {"error": "Last-Event-ID must be a whole number"}) == (
        answer.status,
        answer.json,
    )


async def test_a_stop_ends_the_streams(dataset: Dataset) -> None:
    """At once, and properly: none is cut off."""
    running = Server(Settings(port=0), dataset)
    await running.start()
    async with client_of(running) as api, following(api) as events:
        await running.stop()

        with pytest.raises(EOFError):
            await events.next()


async def test_a_silent_emulator_tells_nothing_before_the_end(api: Api) -> None:
    """Reading the control API is no event."""
    async with following(api) as events:
        for path in ("/health", "/accounts", "/requests", "/jobs", "/clock"):
            await api.control("GET", path)
        await api.freeze()
        first: Event = await events.next()

    assert "clock" == first.name
