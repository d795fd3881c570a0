"""Payload, redelivery and recovery of jobs that have been worked on."""

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import jobs as module
from reachapi_emulator.vendor.job import JobBusy
from support.house import House, asleep, is_woken
from support.people import good_of
from support.scripted import SERVER_ERROR, answers


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann, whose deliveries fail at first."""
    house = House(receiver=answers([SERVER_ERROR]), schedule=[60 * SECOND])
    house.open("ann")
    return house


async def validated(house: House) -> int:
    """Return a job whose validation has ended."""
    job = house.ask(7)
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    return job


async def attempted(house: House) -> int:
    """Return a job that has had an attempt in vain."""
    job = await validated(house)
    await house.work.deliver(job)
    return job


async def test_a_payload_is_of_the_valid_records(house: House) -> None:
    """Ruling 25: no others are delivered."""
    payload = house.jobs.payload(await validated(house))

    assert good_of(house.dataset, 7) == len(payload.records.numbers)


def test_before_validation_there_is_no_payload(house: House) -> None:
    """The message says to wait."""
    job = house.ask(1)

    with pytest.raises(JobBusy, match=f"job {job} is being validated: wait"):
        house.jobs.payload(job)


@pytest.mark.parametrize("ask", ["payload", "redeliver", "shown", "records"])
def test_of_no_job_there_is_nothing(house: House, ask: str) -> None:
    """It is looked for in vain."""
    with pytest.raises(LookupError, match="there is no job 1300"):
        getattr(house.jobs, ask)(1300)


async def test_a_redelivery_is_due_now(house: House) -> None:
    """In place of the attempt that was scheduled."""
    job = await attempted(house)
    house.advance(10)

    house.jobs.redeliver(job)

    row = house.jobs.row(job)
    assert (house.clock.now("ann"), "redelivery") == (row["due_at"], row["trigger"])


async def test_a_redelivery_wakes_who_waits(house: House) -> None:
    """The dispatcher, that is."""
    job = await attempted(house)
    sleeper = await asleep(house.clock.changed)

    house.jobs.redeliver(job)

    assert await is_woken(sleeper)


def test_what_is_being_validated_cannot_be_redelivered(house: House) -> None:
    """It has not been delivered yet."""
    job = house.ask(1)

    with pytest.raises(JobBusy, match=f"job {job} is being validated"):
        house.jobs.redeliver(job)


async def test_what_is_under_way_cannot_be_redelivered(house: House) -> None:
    """Two attempts at once would be in each other's way."""
    job = await attempted(house)
    house.store.run("job_claim", id=job)

    with pytest.raises(JobBusy, match=f"an attempt of job {job} is under way"):
        house.jobs.redeliver(job)


async def test_a_job_has_only_so_many_attempts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who redelivers in a loop fills no memory."""
    monkeypatch.setattr(module, "MAX_ATTEMPTS", 1)
    job = await attempted(house)

    with pytest.raises(JobBusy, match=f"job {job} has had 1 attempts: submit anew"):
        house.jobs.redeliver(job)


async def test_attempts_are_counted(house: House) -> None:
    """Those made, and of them those that have ended."""
    job = await attempted(house)
    house.store.one(
        "attempt_start", job=job, trigger="", started_at=0, url="", fault=None
    )

    assert (2, 1) == house.jobs.attempts(job)


async def test_an_attempt_is_shown(house: House) -> None:
    """With what became of it, instants in seconds."""
    job = await attempted(house)
    now = house.real.now / SECOND

    assert [
        {
            "number": 1,
            "trigger": "first",
            "started_at": now,
            "duration_ms": 1,
            "url": "http://receiver.example/hook",
            "status": 500,
            "error": "unexpected_status",
            "response_body": "no",
            "next_due_at": now + 60,
            "fault": None,
        }
    ] == house.attempts(job)


async def test_what_is_under_way_is_not_due(house: House) -> None:
    """It is waited for no more."""
    job = await attempted(house)
    house.store.run("job_claim", id=job)

    assert house.jobs.shown(job)["due_at"] is None


def test_a_validation_that_was_cut_off_is_due_again(house: House) -> None:
    """Ruling 31: after a crash."""
    job = house.ask(1)
    house.store.run("job_claim", id=job)

    house.jobs.start()

    row = house.jobs.row(job)
    assert ("submitted", 0) == (row["state"], row["claimed"])
    assert house.real.now == row["due_at"]


async def test_an_attempt_that_was_cut_off_is_due_again(house: House) -> None:
    """Ruling 31: it is marked interrupted, and the next is its recovery."""
    job = await validated(house)
    house.store.run("job_claim", id=job)
    house.store.one(
        "attempt_start", job=job, trigger="first", started_at=0, url="", fault=None
    )

    house.jobs.start()

    row = house.jobs.row(job)
    assert ("delivering", "recovery", 0) == (
        row["state"],
        row["trigger"],
        row["claimed"],
    )
    assert ["interrupted"] == [made["error"] for made in house.attempts(job)]
    assert (1, 1) == house.jobs.attempts(job)


async def test_a_start_leaves_what_waits_as_it_is(house: House) -> None:
    """Only what was under way was cut off."""
    job = await attempted(house)
    before = dict(house.jobs.row(job))

    house.jobs.start()

    assert before == dict(house.jobs.row(job))
