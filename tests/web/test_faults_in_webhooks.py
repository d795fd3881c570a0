"""Faults of the phase webhook, as a receiver of another library sees them."""

import asyncio
from collections.abc import Iterator

import pytest

from support.api import Api
from support.faulty import rule
from support.flow import VALIDATION_DELAY, attempted, job_of, ledger, set_webhook
from support.plain_receiver import PlainReceiver, plainly_receiving

BROKEN = {
    "CONNECTION_RESET_BY_PEER": "ConnectionResetError",
    "EMPTY_RESPONSE": "nothing",
    "MALFORMED_RESPONSE_CHUNK": "ValueError",
    "RANDOM_DATA_THEN_CLOSE": "error 400",
}
"""What http.server makes of each."""


@pytest.fixture
def receiver() -> Iterator[PlainReceiver]:
    """Run a receiver."""
    with plainly_receiving() as receiver:
        yield receiver


async def submitted(api: Api, count: int = 3) -> int:
    """Submit a request and let its validation end."""
    job = await api.fetch(count)
    await api.advance(VALIDATION_DELAY)
    return job


async def went(api: Api, job: int) -> list[tuple[object, ...]]:
    """Return status, error and fault of each attempt."""
    attempts = (await job_of(api, job))["attempts"]
    return [(each["status"], each["error"], each["fault"]) for each in attempts]


@pytest.mark.parametrize(("kind", "seen"), BROKEN.items())
async def test_a_broken_delivery_is_made_again(
    api: Api, receiver: PlainReceiver, kind: str, seen: str
) -> None:
    """The receiver sees it break; the retry arrives whole; it costs once."""
    await set_webhook(api, receiver.url)
    number = await rule(api, kind, "webhook", times=1)
    job = await attempted(api)
    first = await asyncio.to_thread(receiver.next)
    await api.advance(1)
    await api.wait(job, state="delivered")

    assert seen == first
    assert job == await asyncio.to_thread(receiver.next_job)
    assert [(None, "fault", number), (200, None, None)] == await went(api, job)
    assert ("charge", -3, 9_997) == (await ledger(api))[-1]


async def test_a_duplicate_arrives_twice(api: Api, receiver: PlainReceiver) -> None:
    """Byte for byte the same, as one attempt and for one price."""
    await set_webhook(api, receiver.url)
    number = await rule(api, "DUPLICATE", "webhook")
    job = await attempted(api)
    bodies = [await asyncio.to_thread(receiver.next) for _ in range(2)]

    assert bodies[0] == bodies[1]
    assert [(200, None, number)] == await went(api, job)
    assert ("charge", -3, 9_997) == (await ledger(api))[-1]


async def test_a_reordered_delivery_arrives_after_the_next(
    api: Api, receiver: PlainReceiver
) -> None:
    """Both arrive, and neither is retried."""
    await set_webhook(api, receiver.url)
    await rule(api, "REORDER", "webhook", times=1)
    await api.freeze()
    first = await submitted(api)
    second = await submitted(api)
    for job in (first, second):
        await api.wait(job, state="delivered")

    arrived = [await asyncio.to_thread(receiver.next_job) for _ in range(2)]
    assert [second, first] == arrived


async def test_a_delayed_delivery_arrives_when_its_time_has_come(
    api: Api, receiver: PlainReceiver
) -> None:
    """On the account's clock: a test need not wait for it."""
    await set_webhook(api, receiver.url)
    number = await rule(api, "delay", "webhook", seconds=120)
    await api.freeze()
    job = await submitted(api)
    await api.advance(119)
    before = await went(api, job)
    await api.advance(1)
    await api.wait(job, state="delivered")

    assert ([], job) == (before, await asyncio.to_thread(receiver.next_job))
    assert [(200, None, number)] == await went(api, job)


@pytest.mark.parametrize("kind", BROKEN)
async def test_an_inbox_keeps_nothing_of_a_broken_delivery(
    api: Api, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is a receiver like any other, and no line of the log is grave."""
    await rule(api, kind, "webhook", times=1)
    job = await attempted(api)
    empty = await api.control("GET", "/inbox/demo")
    await api.advance(1)
    await api.wait(job, state="delivered")

    assert ([], 1) == (empty, len(await api.control("GET", "/inbox/demo")))
    assert [] == [each for each in caplog.records if each.levelname == "ERROR"]


async def test_a_reset_forgets_what_is_held_back(api: Api) -> None:
    """Rules and deliveries are gone."""
    await rule(api, "delay", "webhook", seconds=10)
    await api.freeze()
    await submitted(api)
    await api.control("POST", "/reset")

    assert [] == await api.control("GET", "/faults")
    assert [] == await api.control("GET", "/jobs")


async def test_requests_do_not_suffer(api: Api) -> None:
    """Only deliveries are struck."""
    await rule(api, "EMPTY_RESPONSE", "webhook")

    assert await api.fetch(1)
    assert [0] == [each["struck"] for each in await api.control("GET", "/faults")]
