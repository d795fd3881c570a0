"""The whole flow over a store whose units run in a thread, and some of them twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest

from reachapi_emulator import services
from reachapi_emulator.budget import Budget
from support.client import CREDITS, FETCH, Answer, Api, Serve
from support.flow import attempted, inbox, job_of, script
from support.receiver import receiving
from support.threaded_store import ThreadedStore

SEEDS = (1, 2, 3)

Stores = list[ThreadedStore]


@pytest.fixture(params=SEEDS)
def stores(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stores]:
    """Let every emulator of a test open such a store; return those it opened."""
    opened: Stores = []

    def open_store(
        url: str, *, journal_size: int, budget: Budget, durability: str
    ) -> ThreadedStore:
        del budget
        assert "process" == durability
        seed: int = request.param
        opened.append(ThreadedStore(url, journal_size=journal_size, seed=seed))
        return opened[-1]

    monkeypatch.setattr(services, "open_store", open_store)
    yield opened
    assert all(store.conflicts for store in opened)


@pytest.fixture
async def api(stores: Stores, serve: Serve) -> Api:
    """A client to an emulator over such a store."""
    del stores
    return await serve(rate_limit=0)


async def at_once(count: int, ask: Callable[[], Awaitable[Answer]]) -> Counter[int]:
    """Send so many requests together; return how many were answered how."""
    answers = await asyncio.gather(*(ask() for _ in range(count)))
    return Counter(answer.status for answer in answers)


def fetching(api: Api, count: int = 3) -> Callable[[], Awaitable[Answer]]:
    """Return what asks for records."""
    wanted = {"fetchCount": count, "filter": {}}
    return partial(api.call, "POST", FETCH, json=wanted)


async def wait_for_requests(api: Api, **what: object) -> Any:  # noqa: ANN401 # JSON
    """Return the requests once there are as many as wanted."""
    return await api.control("POST", "/requests/wait", {"timeout": 10, **what})


async def test_a_delivery_is_retried_on_its_schedule_and_charged_once(api: Api) -> None:
    await script(api, [500, 503])
    job = await attempted(api)
    for number, seconds in enumerate((1, 5), start=2):
        await api.advance(seconds)
        await api.wait(job, attempts=number)

    shown = await api.wait(job)
    triggers = [each["trigger"] for each in shown["attempts"]]
    entries = await api.control("GET", "/accounts/demo/ledger")
    assert ("delivered", ["first", "retry", "retry"]) == (shown["state"], triggers)
    assert ["opened", "charge"] == [entry["reason"] for entry in entries]
    assert 3 == len(await inbox(api))


async def test_all_that_falls_due_has_been_started_when_an_advance_returns(
    api: Api,
) -> None:
    """First and later attempts, as many as may be under way at an endpoint."""
    await api.freeze()
    await script(api, [500] * 8)
    jobs = [await api.fetch() for _ in range(8)]

    for number, seconds in enumerate((0.05, 1, 5), start=1):
        await api.advance(seconds)
        made = [len((await job_of(api, job))["attempts"]) for job in jobs]
        assert [number] * 8 == made
        for job in jobs:
            await api.wait(job, attempts=number)
        if number == 1:
            await script(api, [500] * 8)


async def test_what_waits_for_room_at_an_endpoint_begins_when_there_is(
    api: Api,
) -> None:
    """Though nothing falls due by then, and nobody asks."""
    await api.freeze()
    jobs = [await api.fetch(1) for _ in range(20)]
    await api.advance(1)

    states = {(await api.wait(job))["state"] for job in jobs}

    assert {"delivered"} == states


async def test_who_waits_is_told_at_once(api: Api) -> None:
    """A wait begins before what it waits for, and does not last until its end."""
    await api.freeze()
    job = await api.fetch()
    waits = asyncio.gather(
        *(api.wait(job, state="delivered") for _ in range(3)),
        wait_for_requests(api, count=2),
    )
    await api.call("POST", CREDITS)
    await api.advance(1)

    *jobs, requests = await asyncio.wait_for(waits, 5)

    assert ["delivered"] * 3 == [each["state"] for each in jobs]
    assert 2 == len(requests["requests"])


async def test_polls_end_when_the_validation_does(api: Api) -> None:
    job = await api.fetch_data()
    statuses = []
    while (answer := await api.poll(job)).status != 200:
        statuses.append(answer.status)

    assert {400} >= set(statuses)
    assert 3 == len(answer.json["data"])


async def test_requests_at_once_cannot_overspend(stores: Stores, serve: Serve) -> None:
    """Nor open an account twice."""
    del stores
    api = await serve(rate_limit=0, credits=10, validation_delay=60)
    api.key = "test-spender"

    answered = await at_once(12, fetching(api))

    account = await api.control("GET", "/accounts/test-spender")
    assert {200: 3, 402: 9} == answered
    assert (10, 9) == (account["credits"], account["reserved"])


async def test_the_limit_is_kept(stores: Stores, serve: Serve) -> None:
    """Ten of twenty requests at once are admitted, however long their units take."""
    del stores
    api = await serve()
    await api.freeze()

    assert {200: 10, 429: 10} == await at_once(20, partial(api.call, "POST", CREDITS))


async def test_a_rule_triggers_as_often_as_it_says(api: Api) -> None:
    rule = {"phase": "request", "kind": "status", "status": 503, "times": 4}
    await api.control("POST", "/faults", rule)

    answered = await at_once(12, partial(api.call, "POST", CREDITS))

    (shown,) = await api.control("GET", "/faults")
    assert ({200: 8, 503: 4}, 4) == (answered, shown["struck"])


async def test_who_is_delayed_goes_on_when_the_clock_does(api: Api) -> None:
    """Even if it jumps while they look at it."""
    await api.freeze()
    rule = {"phase": "request", "kind": "delay", "seconds": 30, "operation": "credits"}
    await api.control("POST", "/faults", rule)
    delayed = asyncio.create_task(at_once(6, partial(api.call, "POST", CREDITS)))

    while not delayed.done():
        await api.advance(10)

    assert {200: 6} == await delayed


@pytest.mark.parametrize("what", ["reset", "delete"])
async def test_what_is_in_flight_is_dropped(api: Api, what: str) -> None:
    """Of a reset, or of an account that is deleted, nothing arrives afterwards."""
    api.key = "test-doomed"
    await api.call("POST", CREDITS)
    async with receiving() as receiver:
        url = {"url": receiver.url}
        await api.control("PUT", "/accounts/test-doomed/webhook", url)
        receiver.hang()
        await at_once(3, fetching(api))
        await receiver.arrival()

        if what == "reset":
            await api.control("POST", "/reset", {})
        else:
            await api.control("DELETE", "/accounts/test-doomed")
        arrived = len(receiver.bodies)
        receiver.release()
        await api.control("GET", "/health")

    assert [] == await api.control("GET", "/jobs")
    assert arrived == len(receiver.bodies)


async def test_requests_meet_resets_and_deletions_unharmed(api: Api) -> None:
    """Nobody is answered 5xx, and what is accepted afterwards is delivered."""
    api.key = "test-restless"
    await api.call("POST", CREDITS)
    secret = {"webhook_secret_key": "secret-of-nobody"}
    ask = partial(api.call, "POST", FETCH, json={"fetchCount": 1, "filter": {}})
    numbers = count()

    async def call() -> Answer:
        return await ask(headers=secret if next(numbers) % 3 == 0 else {})

    calls = asyncio.gather(*(at_once(10, call) for _ in range(3)))
    for _ in range(4):
        await api.send("DELETE", "/_emulator/accounts/test-restless")
        await api.send("POST", "/_emulator/reset", json={"account": "demo"})
    await calls

    assert {200, 401} >= {status for each in calls.result() for status in each}
    assert "delivered" == (await api.wait(await api.fetch(1)))["state"]


async def test_a_snapshot_goes_on_where_it_was_taken(api: Api) -> None:
    """With an attempt under way: it is made again, and what came after is gone."""
    async with receiving() as receiver:
        await api.control("PUT", "/accounts/demo/webhook", {"url": receiver.url})
        receiver.hang()
        job = await api.fetch()
        await receiver.arrival()
        taken = (await api.send("GET", "/_emulator/snapshot")).body
        await api.fetch()

        restored = await api.send("PUT", "/_emulator/snapshot", data=taken)
        receiver.release()
        shown = await api.wait(job)

    assert 200 == restored.status
    assert ["interrupted", None] == [each["error"] for each in shown["attempts"]]
    assert [job] == [
        each["unique_processing_id"] for each in await api.control("GET", "/jobs")
    ]


async def test_a_caller_who_is_cancelled_waits_for_the_end_of_the_unit() -> None:
    """And what the unit has announced is done by then."""
    store = ThreadedStore(":memory:", journal_size=1)
    done: list[int] = []

    def unit() -> None:
        store.run("clock_start", account="")
        store.after_commit(partial(done.append, 1))

    task = asyncio.create_task(store.unit(unit))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [1] == done
    assert await store.unit(store.one, "clock_of", account="")
    store.close()


async def test_announcements_are_made_once_in_the_order_of_commits() -> None:
    """By units that have run twice too."""
    store = ThreadedStore(":memory:", journal_size=1)
    done: list[int] = []

    def unit(number: int) -> None:
        store.run("clock_start", account="")
        store.after_commit(partial(done.append, number))

    await asyncio.gather(*(store.unit(unit, number) for number in range(20)))

    assert list(range(20)) == done
    assert 0 < store.conflicts < 20
    store.close()
