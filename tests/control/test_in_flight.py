"""What is under way when its account is reset, deleted or replaced: it is dropped."""

import asyncio

import pytest

from support.client import CREDITS, Api, Serve, ask, begin, opened, point, script, under
from support.control import ids, received
from support.events import following
from support.receiver import receiving
from support.steering import held_validation

FORGET: dict[str, tuple[str, str, object]] = {
    "reset": ("POST", "/reset", None),
    "reset of the account": ("POST", "/reset", {"account": "test-a"}),
    "deletion": ("DELETE", "/accounts/test-a", None),
}
EVERY = pytest.mark.parametrize("how", [*FORGET, "restored snapshot"])


async def forget(api: Api, how: str) -> None:
    """Forget the account; a snapshot is one of before there was anything."""
    if how in FORGET:
        await api.control(*FORGET[how])
        return
    nothing = await api.control("GET", "/snapshot")
    for name in ("accounts", "jobs", "attempts", "api_keys", "ledger", "deliveries"):
        nothing["tables"][name]["rows"] = []
    nothing["windows"] = {}
    await api.control("PUT", "/snapshot", nothing)


@pytest.fixture
async def client(api: Api) -> Api:
    """A client under `test-a`, on a clock that stands."""
    await api.freeze()
    return await opened(api, "test-a")


async def delivered(client: Api) -> int:
    """Deliver another job of a new beginning, after all else that is due."""
    await client.freeze()
    await client.advance(3_600)
    await opened(client, "test-a")
    job = await begin(client)
    await client.wait(job, state="delivered")
    return job


@EVERY
@pytest.mark.parametrize("count", [1, 9])
async def test_a_delivery_to_a_receiver_that_hangs(
    client: Api, how: str, count: int
) -> None:
    """Its connection ends, and it is not made again.

    Eight are under way at an endpoint; those that wait for a place go as well.
    """
    async with receiving() as receiver:
        await point(client, receiver.url, "test-a")
        receiver.hang()
        gone = [await client.fetch(1) for _ in range(count)]
        await client.advance(1)
        for _ in range(min(count, 8)):
            await receiver.arrival()

        await forget(client, how)
        receiver.release()
        await opened(client, "test-a")
        await point(client, receiver.url, "test-a")
        last = await delivered(client)

    *dropped, made = receiver.jobs
    assert (min(count, 8), last) == (len({*dropped} & {*gone}), made)


@EVERY
async def test_what_is_connecting(client: Api, how: str) -> None:
    """A delivery that has begun and is not in the inbox yet never gets there."""
    await begin(client)
    await forget(client, how)
    at_once = await received(client, "test-a")
    last = await delivered(client)

    assert ([], [last]) == (at_once, await received(client, "test-a"))


@EVERY
async def test_what_an_inbox_is_answering(client: Api, how: str) -> None:
    await script(client, {"delay_s": 2}, inbox="test-a")
    async with following(client) as events:
        await begin(client)
        await events.next("delivery")
    await forget(client, how)
    last = await delivered(client)

    assert [last] == await received(client, "test-a")
    assert [last] == ids(await client.control("GET", "/jobs"))


@EVERY
async def test_a_scheduled_retry(client: Api, how: str) -> None:
    await script(client, {"status": 500}, inbox="test-a")
    await client.wait(await begin(client), attempts=1)
    await forget(client, how)
    last = await delivered(client)

    assert [last] == await received(client, "test-a")


@EVERY
async def test_a_validation(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    client = under(await serve(), "test-a")
    with held_validation(monkeypatch):
        job = await client.fetch()
        await client.wait(job, state="validating")

        await forget(client, how)

    assert [] == await client.control("GET", "/jobs")
    credit = (await client.call("POST", CREDITS)).json["data"]
    assert {"available_credit": 10_000} == credit


async def test_the_first_id_after_a_reset_is_another_job(client: Api) -> None:
    async with receiving() as receiver:
        await point(client, receiver.url, "test-a")
        receiver.hang()
        await begin(client, 1)
        await receiver.arrival()
        await forget(client, "reset")
        receiver.release()
    job = await client.fetch(2)
    shown = await client.wait(job)
    assert (1300, 2, 1) == (job, shown["fetch_count"], len(shown["attempts"]))


@pytest.mark.parametrize("how", ["reset of the account", "deletion"])
async def test_the_deliveries_of_others_go_on(api: Api, client: Api, how: str) -> None:
    async with receiving() as receiver:
        for account in ("demo", "test-a"):
            await point(api, receiver.url, account)
        receiver.hang()
        await begin(client)
        job = await begin(api)
        for _ in range(2):
            await receiver.arrival()

        await forget(api, how)
        receiver.release()
        shown = await api.wait(job)

    assert [("first", 200)] == [(a["trigger"], a["status"]) for a in shown["attempts"]]


@pytest.mark.parametrize("how", ["reset", "reset of the account"])
async def test_a_reset_at_any_moment(serve: Serve, how: str) -> None:
    """From the jump of the clock to the acknowledgement, turn by turn of the loop."""
    client = await opened(await serve(), "test-a")
    for turns in range(30):
        await client.freeze()
        await client.fetch(1)
        jump = asyncio.create_task(client.advance(1))
        for _ in range(turns):
            await asyncio.sleep(0)
        await forget(client, how)
        await jump
        last = await delivered(client)

        assert [last] == await received(client, "test-a"), turns
        await forget(client, "reset")
        await opened(client, "test-a")


async def test_resets_may_meet(serve: Serve) -> None:
    """With each other, and with a deletion: nobody gets a 5xx."""
    client = await opened(await serve(), "test-a")
    await client.freeze()
    async with receiving() as receiver:
        await point(client, receiver.url, "test-a")
        receiver.hang()
        job = await begin(client)
        await receiver.arrival()
        # So many connections are open then, and what follows arrives together.
        await asyncio.gather(*(ask(client, "GET", "/health") for _ in range(3)))

        answers = await asyncio.gather(
            ask(client, "POST", "/reset", {"account": "test-a"}),
            ask(client, "POST", "/reset", {"account": "test-a"}),
            ask(client, "DELETE", "/accounts/test-a"),
        )

    assert {200, 404} >= {answer.status for answer in answers}
    assert job not in ids(await client.control("GET", "/jobs"))
