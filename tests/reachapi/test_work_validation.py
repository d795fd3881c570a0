"""The first half of the work: which records are valid, and what they cost."""

import asyncio

import orjson
import pytest

from reachapi_emulator.vendor.email_check import SLICE
from support.house import CREDITS, House, asleep, is_woken
from support.people import good_of, mixed, people


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann."""
    house = House()
    house.open("ann")
    return house


async def validated(house: House, count: int = 7, matches: int | None = None) -> int:
    """Return a job whose validation has ended."""
    job = house.ask(count, matches=matches)
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    return job


async def test_validation_charges_the_valid_records(house: House) -> None:
    """Ruling 25: those, and no others; what was reserved is free again."""
    good = good_of(house.dataset, 5)

    job = await validated(house, 5)

    shown = house.jobs.shown(job)
    assert (5, good, good) == (shown["fetch_count"], shown["valid"], shown["charged"])
    assert (CREDITS - good, 0) == house.ledger.credit("ann")


async def test_validation_charges_no_more_than_matches(house: House) -> None:
    """Ruling 25: fewer matches than asked for are fewer charged."""
    job = await validated(house, CREDITS, matches=2)

    assert good_of(house.dataset, 2) == house.jobs.shown(job)["charged"]


async def test_without_a_valid_record_nothing_is_charged() -> None:
    """Ruling 25: there is a delivery all the same, with empty data."""
    house = House(people("nobody@gone.invalid"))
    house.open("ann")

    await house.work.deliver(await validated(house))

    assert CREDITS == house.ledger.credit("ann").balance
    assert [] == orjson.loads(house.bodies()[0])["data"]


async def test_a_validated_job_is_due_for_delivery(house: House) -> None:
    """At once."""
    row = house.jobs.row(await validated(house))

    assert ("delivering", house.real.now) == (row["state"], row["due_at"])


async def test_validation_wakes_who_waits() -> None:
    """When it begins, and when it has ended."""
    house = House(mixed(10 * SLICE))
    house.open("ann")
    job = house.ask(10 * SLICE)
    sleeper = await asleep(house.clock.changed)

    validation = asyncio.create_task(house.work.validate(job))
    began = await is_woken(sleeper)
    sleeper = await asleep(house.clock.changed)
    await validation

    assert (True, True) == (began, await is_woken(sleeper))
