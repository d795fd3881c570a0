"""Jobs that are polled for: validated and charged, never delivered (ruling 32)."""

import pytest
from pyroaring import BitMap

from reachapi_emulator.vendor.accounts import Opening
from reachapi_emulator.vendor.errors import (
    InsufficientCredit,
    StillProcessing,
    Unauthorized,
)
from reachapi_emulator.vendor.job import JobBusy
from support.house import CREDITS, House
from support.people import good_of


@pytest.fixture
def house() -> House:
    """Return rooms with accounts ann, who has no webhook, and bob."""
    house = House()
    house.accounts.open(Opening("ann", CREDITS, webhook_url=None))
    house.open("bob")
    return house


async def validated(house: House, count: int = 7, account: str = "ann") -> int:
    """Return a job whose validation has ended."""
    job = house.ask(count, account, polled=True)
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    return job


def numbers(house: House, account: str, job: int) -> BitMap:
    """Return the record numbers of what is polled."""
    return house.jobs.batch(account, job).numbers


def test_it_reserves_what_it_asks_for(house: House) -> None:
    """As one that is delivered (ruling 23)."""
    house.ask(5, polled=True)

    assert (CREDITS, 5) == house.ledger.credit("ann")


def test_more_than_is_available_is_refused(house: House) -> None:
    """With a webhook or without."""
    with pytest.raises(InsufficientCredit):
        house.ask(CREDITS + 1, polled=True)


def test_an_account_that_is_gone_accepts_nothing(house: House) -> None:
    """It was deleted after its key had been checked."""
    house.accounts.forget("ann")

    with pytest.raises(Unauthorized):
        house.ask(1, polled=True)


async def test_validation_charges_and_makes_it_ready(house: House) -> None:
    """Nothing is due any more."""
    good = good_of(house.dataset, 7)
    job = await validated(house)
    row = house.jobs.row(job)

    assert ("ready", None, 0) == (row["state"], row["due_at"], row["claimed"])
    assert (CREDITS - good, 0) == house.ledger.credit("ann")


async def test_it_is_never_due_for_delivery(house: House) -> None:
    """Not even where there is a webhook."""
    await validated(house, account="bob")
    house.advance(3_600)
    await house.rest()

    assert [] == house.posted()


async def test_its_valid_records_are_polled(house: House) -> None:
    """Those, and no others."""
    every = range(7)
    good = [
        number
        for number in every
        if good_of(house.dataset, number + 1) > good_of(house.dataset, number)
    ]

    assert BitMap(good) == numbers(house, "ann", await validated(house))


async def test_those_of_a_delivery_are_polled_too(house: House) -> None:
    """Before its first attempt, and after its last."""
    job = house.ask(7, "bob")
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    before = numbers(house, "bob", job)
    await house.work.deliver(job)

    assert house.jobs.records(job) == before == numbers(house, "bob", job)


@pytest.mark.parametrize("claimed", [True, False])
def test_before_it_is_validated_it_cannot_be_polled(
    house: House, *, claimed: bool
) -> None:
    """Whether validation has begun or not."""
    job = house.ask(7, polled=True)
    if claimed:
        house.store.run("job_claim", id=job)

    with pytest.raises(StillProcessing):
        house.jobs.batch("ann", job)


async def test_another_account_cannot_poll_it(house: House) -> None:
    """To others there is no such job."""
    job = await validated(house)

    with pytest.raises(LookupError, match=f"job {job} is another account's"):
        house.jobs.batch("bob", job)


@pytest.mark.parametrize("job", [0, 1299, 1300, 2**63, 10**30])
def test_another_id_cannot_be_polled(house: House, job: int) -> None:
    """However large."""
    with pytest.raises(LookupError, match=f"there is no job {job}"):
        house.jobs.batch("ann", job)


async def test_it_cannot_be_redelivered(house: House) -> None:
    """It was not delivered in the first place."""
    job = await validated(house, account="bob")

    with pytest.raises(JobBusy, match="polled for and has no delivery"):
        house.jobs.redeliver(job)


async def test_it_has_no_payload(house: House) -> None:
    """That is a delivery's."""
    job = await validated(house)

    with pytest.raises(JobBusy, match="polled for and has no delivery"):
        house.jobs.payload(job)


async def test_a_validation_that_was_cut_off_is_due_again(house: House) -> None:
    """And ends as if nothing had been."""
    job = house.ask(7, polled=True)
    house.store.run("job_claim", id=job)
    house.jobs.start()
    await house.rest()

    assert "ready" == house.jobs.row(job)["state"]
    assert good_of(house.dataset, 7) == house.jobs.row(job)["charged"]
