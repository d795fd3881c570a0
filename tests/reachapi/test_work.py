import asyncio

import pytest

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from support.house import URL, House, asleep, is_woken
from support.scripted import (
    ACKNOWLEDGED,
    REFUSED,
    SERVER_ERROR,
    Hanging,
    Post,
    answers,
)

Became = tuple[object, ...]


def rooms(*outcomes: Outcome, schedule: tuple[int, ...] = (5 * SECOND,)) -> House:
    """Return rooms with an account ann, whose attempts come to these outcomes."""
    house = House(receiver=answers(outcomes), schedule=schedule)
    house.open("ann")
    return house


async def validated(house: House, count: int = 7, matches: int | None = None) -> int:
    """Return a job whose validation has ended."""
    job = house.ask(count, matches=matches)
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    return job


async def attempt(house: House, job: int) -> Became:
    """Make an attempt; return the job's state, and in how many seconds it is due."""
    house.store.run("job_claim", id=job)
    await house.work.deliver(job)
    return became(house, job)


def became(house: House, job: int) -> Became:
    """Return a job's state, and in how many seconds it is due."""
    row = house.jobs.row(job)
    due = row["due_at"]
    wait = None if due is None else (due - house.clock.now("ann")) // SECOND
    return row["state"], wait


async def test_a_delivery_goes_where_the_webhook_is() -> None:
    """Ruling 27: with its secret, and the records."""
    house = rooms()
    job = await validated(house)
    body = b"".join(house.jobs.payload(job))
    secret = house.accounts.get("ann").webhook_secret

    await attempt(house, job)

    assert [(URL, secret, body, len(body))] == house.client.posts


async def test_an_inbox_is_where_the_emulator_listens() -> None:
    """The address is looked up at the attempt."""
    house = rooms()
    house.inboxes.base_url = "http://127.0.0.1:9010/_emulator/inbox"
    house.accounts.set_webhook("ann", "inbox:ann", active=True)

    await attempt(house, await validated(house))

    assert "http://127.0.0.1:9010/_emulator/inbox/ann" == house.client.posts[0].url


async def test_without_a_webhook_no_attempt_is_made() -> None:
    """It was taken away after the job had been claimed, which is given back."""
    house = rooms()
    job = await validated(house)
    house.accounts.set_webhook("ann", None, active=False)

    assert ("delivering", 0) == await attempt(house, job)
    assert ([], 0) == (house.client.posts, house.jobs.row(job)["claimed"])


async def test_an_acknowledged_delivery_is_delivered() -> None:
    """Nothing more is due."""
    house = rooms(ACKNOWLEDGED)

    assert ("delivered", None) == await attempt(house, await validated(house))


@pytest.mark.parametrize("outcome", [REFUSED, SERVER_ERROR])
async def test_a_failed_attempt_is_made_again(outcome: Outcome) -> None:
    """Ruling 29: after the next interval."""
    house = rooms(outcome)

    assert ("delivering", 5) == await attempt(house, await validated(house))


async def test_after_the_last_interval_a_delivery_is_exhausted() -> None:
    """Ruling 29: it stays listed."""
    house = rooms(REFUSED, REFUSED)
    job = await validated(house)
    await attempt(house, job)

    assert ("exhausted", None) == await attempt(house, job)
    assert [job] == house.jobs.find("ann", "exhausted")


async def test_the_interval_begins_when_the_attempt_has_ended() -> None:
    """On its account's clock, however long the attempt took."""
    house = rooms()

    async def slow(post: Post) -> Outcome:
        del post
        house.advance(100, "ann")
        return REFUSED

    house.client.receiver = slow

    assert ("delivering", 5) == await attempt(house, await validated(house))


async def test_every_attempt_sends_the_same_bytes() -> None:
    """Ruling 30: and the same id."""
    house = rooms(REFUSED, REFUSED)
    job = await validated(house)

    for _ in range(3):
        await attempt(house, job)

    assert [house.bodies()[0]] * 3 == house.bodies()


async def test_a_mended_webhook_heals() -> None:
    """Ruling 30: URL and secret are those at the time of the attempt."""
    house = rooms(REFUSED)
    job = await validated(house)
    await attempt(house, job)
    house.accounts.set_webhook("ann", "http://mended.example/", active=True)
    house.accounts.generate_secret("ann")

    await attempt(house, job)

    post = house.client.posts[1]
    secret = house.accounts.get("ann").webhook_secret
    assert ("http://mended.example/", secret) == (post.url, post.secret)


async def test_an_attempt_is_recorded_before_it_is_made() -> None:
    """Ruling 31: a crash cannot hide it; who waits is woken."""
    house = rooms()
    house.client.receiver = Hanging()
    job = await validated(house)
    sleeper = await asleep(house.clock.changed)

    delivery = asyncio.create_task(attempt(house, job))

    assert await is_woken(sleeper)
    assert (1, 0) == house.jobs.attempts(job)
    assert [URL] == [made["url"] for made in house.attempts(job)]
    delivery.cancel()


async def test_attempts_are_numbered_with_their_reason() -> None:
    """The first, its retry, and what a tester asked for."""
    house = rooms(REFUSED)
    job = await validated(house)
    for _ in range(2):
        await attempt(house, job)

    house.jobs.redeliver(job)
    await attempt(house, job)

    made = [(each["number"], each["trigger"]) for each in house.attempts(job)]
    assert [(1, "first"), (2, "retry"), (3, "redelivery")] == made


async def test_an_attempt_remembers_what_it_came_to() -> None:
    """And when the next was due."""
    house = rooms(Outcome(503, "unexpected_status", "busy", 17))
    job = await validated(house)

    await attempt(house, job)

    (made,) = house.attempts(job)
    assert (503, "unexpected_status", "busy", 17, house.real.now / SECOND + 5) == (
        made["status"],
        made["error"],
        made["response_body"],
        made["duration_ms"],
        made["next_due_at"],
    )
