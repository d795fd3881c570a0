"""What a redelivery makes of a job, wherever that stands."""

import pytest

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from support.house import House
from support.scripted import ACKNOWLEDGED, REFUSED, answers

DELIVERED = [ACKNOWLEDGED]
RETRYING = [REFUSED]
EXHAUSTED = [REFUSED, REFUSED]


async def after(*outcomes: Outcome) -> tuple[House, int]:
    """Return a job whose attempts came to this, of one retry at most."""
    house = House(receiver=answers(outcomes), schedule=[5 * SECOND])
    house.open("ann")
    job = house.ask(7)
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    return house, job


async def attempts(house: House, job: int, count: int) -> None:
    """Make attempts, whenever they are due."""
    for _ in range(count):
        house.store.run("job_claim", id=job)
        await house.work.deliver(job)


def became(house: House, job: int) -> tuple[object, ...]:
    """Return a job's state, and in how many seconds it is due."""
    row = house.jobs.row(job)
    due = row["due_at"]
    return row["state"], due and (due - house.clock.now("ann")) // SECOND


@pytest.mark.parametrize("before", [DELIVERED, RETRYING, EXHAUSTED])
async def test_an_acknowledged_redelivery_delivers(before: list[Outcome]) -> None:
    """An exhausted job too; no retry is left behind."""
    house, job = await after(*before, ACKNOWLEDGED)
    await attempts(house, job, len(before))

    house.jobs.redeliver(job)
    await attempts(house, job, 1)

    assert ("delivered", None) == became(house, job)


@pytest.mark.parametrize(
    ("before", "state"), [(DELIVERED, "delivered"), (EXHAUSTED, "exhausted")]
)
async def test_a_redelivery_in_vain_leaves_a_job_as_it_was(
    before: list[Outcome], state: str
) -> None:
    """Its delivery had ended, so that no retry follows."""
    house, job = await after(*before, REFUSED)
    await attempts(house, job, len(before))

    house.jobs.redeliver(job)
    await attempts(house, job, 1)

    assert (state, None) == became(house, job)


async def test_a_redelivery_takes_the_place_of_a_retry() -> None:
    """In vain, it was the last that the schedule allows."""
    house, job = await after(REFUSED, REFUSED)
    await attempts(house, job, 1)

    house.jobs.redeliver(job)
    await attempts(house, job, 1)

    assert ("exhausted", None) == became(house, job)


async def test_a_redelivery_costs_nothing() -> None:
    """However often."""
    house, job = await after()
    await attempts(house, job, 1)
    before = house.ledger.credit("ann")

    for _ in range(3):
        house.jobs.redeliver(job)
        await attempts(house, job, 1)

    assert before == house.ledger.credit("ann")


async def test_a_redelivery_sends_the_same_bytes() -> None:
    """Ruling 30."""
    house, job = await after()
    await attempts(house, job, 1)

    house.jobs.redeliver(job)
    await attempts(house, job, 1)

    assert [house.bodies()[0]] * 2 == house.bodies()
