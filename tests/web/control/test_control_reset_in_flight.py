"""POST /_emulator/reset while something is under way: nothing of it arrives."""

import asyncio
from typing import Any

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.api import Api
from support.embedded import client_of, embedded
from support.hanging import receiving
from support.steering import (
    ask,
    begin,
    held_validation,
    opened,
    point,
    script,
)

WHAT = [{}, {"account": "demo"}]


async def _delivered(api: Api) -> int:
    """Deliver another job, and let all else that is due go before it."""
    await api.freeze()
    await api.advance(3_600)
    job = await begin(api)
    await api.wait(job, state="delivered")
    return job


async def _inbox(api: Api) -> list[int]:
    arrived = await api.control("GET", "/inbox/demo")
    return [delivery["body"]["unique_processing_id"] for delivery in arrived]


async def _arrived(api: Api) -> None:
    """Return once a delivery is in the inbox."""
    while not await _inbox(api):
        pass


@pytest.mark.parametrize("what", WHAT, ids=str)
async def test_a_delivery_to_a_receiver_that_hangs_is_dropped(
    api: Api, what: object
) -> None:
    """Its connection ends with the reset, and it is not made again."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        gone = await begin(api)
        await receiver.arrival()

        await api.control("POST", "/reset", what)
        receiver.release()
        await point(api, receiver.url)
        last = await _delivered(api)

    assert [gone, last] == receiver.jobs


@pytest.mark.parametrize("what", WHAT, ids=str)
async def test_what_is_connecting_does_not_arrive(api: Api, what: object) -> None:
    """A delivery that has begun and is not in the inbox yet never gets there."""
    await api.freeze()
    await begin(api)

    await api.control("POST", "/reset", what)
    at_once = await _inbox(api)
    last = await _delivered(api)

    assert ([], [last]) == (at_once, await _inbox(api))


@pytest.mark.parametrize("what", WHAT, ids=str)
async def test_what_an_inbox_is_answering_is_forgotten(api: Api, what: object) -> None:
    """The answer that comes late changes nothing."""
    await api.freeze()
    await script(api, {"delay_s": 0.05})
    await begin(api)
    await _arrived(api)

    await api.control("POST", "/reset", what)
    last = await _delivered(api)

    assert [last] == await _inbox(api)
    assert [last] == [
        j["unique_processing_id"] for j in await api.control("GET", "/jobs")
    ]


@pytest.mark.parametrize("what", WHAT, ids=str)
async def test_many_deliveries_in_flight_are_dropped(api: Api, what: object) -> None:
    """Those that wait for a free place at the endpoint too."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        for _ in range(10):
            await api.fetch(1)
        await api.advance(1)
        for _ in range(8):
            await receiver.arrival()
        await api.advance(1)
        for _ in range(2):
            await api.fetch(1)

        await api.control("POST", "/reset", what)
        receiver.release()
        await point(api, receiver.url)
        last = await _delivered(api)

    assert 9 == len(receiver.bodies)
    assert last == receiver.jobs[-1]


@pytest.mark.parametrize("what", WHAT, ids=str)
async def test_a_scheduled_retry_is_forgotten(api: Api, what: object) -> None:
    """The instant of it passes without an attempt."""
    await api.freeze()
    await script(api, {"status": 500})
    await api.wait(await begin(api), attempts=1)

    await api.control("POST", "/reset", what)
    last = await _delivered(api)

    assert [last] == await _inbox(api)


@pytest.mark.parametrize("what", WHAT, ids=str)
async def test_a_validation_under_way_is_dropped(
    api: Api, what: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is reserved or charged for it."""
    with held_validation(monkeypatch):
        job = await api.fetch()
        await api.wait(job, state="validating")

        await api.control("POST", "/reset", what)

    account = await api.control("GET", "/accounts/demo")
    assert (10_000, 0) == (account["credits"], account["reserved"])
    assert [] == await api.control("GET", "/jobs")


async def test_the_first_id_after_a_reset_in_flight_is_the_first(api: Api) -> None:
    """1300 is another job now, with its own payload (ruling 24)."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        await begin(api, 1)
        await receiver.arrival()

        await api.control("POST", "/reset")
        receiver.release()

    job = await api.fetch(2)
    shown: Any = await api.wait(job)
    assert (1300, 2, 1) == (job, shown["fetch_count"], len(shown["attempts"]))


async def test_the_reset_of_an_account_leaves_other_deliveries(api: Api) -> None:
    """One that is under way for another account ends as it would have."""
    await api.freeze()
    other = await opened(api, "test-other")
    async with receiving() as receiver:
        await point(api, receiver.url, "test-other")
        receiver.hang()
        job = await begin(other)
        await receiver.arrival()

        await api.control("POST", "/reset", {"account": "demo"})
        receiver.release()
        shown = await api.wait(job)

    assert [("first", 200)] == [(a["trigger"], a["status"]) for a in shown["attempts"]]


@pytest.mark.parametrize("account", [None, "demo"])
async def test_a_reset_at_any_moment_lets_nothing_arrive(
    dataset: Dataset, account: str | None
) -> None:
    """From the jump of the clock to the acknowledgement, turn by turn of the loop."""
    settings = Settings(port=0)
    async with embedded(dataset, settings) as emulator, client_of(emulator) as api:
        for turns in range(30):
            await api.freeze()
            await api.fetch(1)
            jump = asyncio.create_task(api.advance(1))
            for _ in range(turns):
                await asyncio.sleep(0)
            await emulator.services.reset(account)
            await jump
            last = await _delivered(api)

            assert [last] == await _inbox(api), turns
            await emulator.services.reset()


async def test_resets_may_meet(api: Api) -> None:
    """With each other, and with a deletion: nobody gets a 5xx."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        await begin(api)
        await receiver.arrival()
        # So many connections are open then, and what follows arrives together.
        await asyncio.gather(*(ask(api, "GET", "/health") for _ in range(3)))

        answers = await asyncio.gather(
            ask(api, "POST", "/reset", {"account": "demo"}),
            ask(api, "POST", "/reset", {"account": "demo"}),
            ask(api, "DELETE", "/accounts/demo"),
        )

    assert {200, 404} >= {answer.status for answer in answers}
