import asyncio
from collections.abc import Sequence

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.store import Row
from reachapi_emulator.vendor.email_check import SLICE
from reachapi_emulator.vendor.worker import MAX_ATTEMPTS, MAX_SLEEP
from support.house import URL, House
from support.people import GOOD, people
from support.scripted import REFUSED, Hanging, answers


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann; validation begins after a second."""
    house = House(delay=SECOND, schedule=[5 * SECOND])
    house.open("ann")
    return house


@pytest.fixture
def hanging(house: House) -> Hanging:
    """Return receivers that answer when told."""
    house.client.receiver = receiver = Hanging()
    return receiver


def states(house: House) -> list[str]:
    """Return the states of all jobs."""
    return [house.jobs.row(job)["state"] for job in house.jobs.find()]


async def cycles(count: int = 10) -> None:
    """Let others do their work for a while."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_nothing_is_done_before_it_is_due(house: House) -> None:
    """Not by a microsecond."""
    house.ask(1)
    house.clock.advance(SECOND - 1)
    await house.dispatcher.settle()

    assert ["submitted"] == states(house)


async def test_what_is_due_is_done(house: House) -> None:
    """Validated, then delivered."""
    job = house.ask(1)
    house.clock.advance(SECOND)

    await house.rest()

    assert ["delivered"] == states(house)
    assert (1, 1) == house.jobs.attempts(job)


async def test_what_is_due_first_is_done_first() -> None:
    """Whichever was submitted first."""
    house = House(receiver=answers([REFUSED] * 3), schedule=[SECOND, 10 * SECOND])
    house.open("ann")
    late = house.ask(1)
    for seconds in (0, 1):
        house.advance(seconds)
        await house.rest()
    early = house.ask(1)
    await house.rest()

    house.advance(20)
    await house.rest()

    assert [late, late, early, early, late] == house.posted()


@pytest.mark.parametrize("active", [True, False])
async def test_attempts_wait_for_an_active_webhook(
    house: House, *, active: bool
) -> None:
    """Ruling 30: while there is none, or it is inactive, they stay due."""
    house.ask(1)
    house.accounts.set_webhook("ann", None if active else URL, active=active)
    house.advance(100)
    await house.rest()
    waited = states(house)

    house.accounts.set_webhook("ann", URL, active=True)
    await house.rest()

    assert (["delivering"], ["delivered"]) == (waited, states(house))


async def test_settle_returns_when_attempts_have_been_started(
    house: House, hanging: Hanging
) -> None:
    """Validations have ended then; of the receivers' answers it waits for none."""
    house.ask(1)
    house.advance(1)

    await house.dispatcher.settle()

    assert ["delivering"] == states(house)
    assert 1 == len(hanging.waiting())


async def test_settle_looks_behind_a_busy_endpoint(
    house: House, hanging: Hanging
) -> None:
    """What is due there, more than may be under way at all, hides nobody else."""
    urls = {"ann": URL, "bob": "http://other.example/"}
    house.open("bob")
    jobs = [house.ask(1) for _ in range(MAX_ATTEMPTS + 1)] + [house.ask(1, "bob")]
    for account, url in urls.items():
        house.accounts.set_webhook(account, url, active=False)
    house.advance(1)
    await house.rest()
    assert jobs == house.jobs.find(state="delivering")

    for account, url in urls.items():
        house.accounts.set_webhook(account, url, active=True)
    await house.dispatcher.settle()

    assert urls["bob"] == hanging.waiting()[-1].url


async def test_settle_waits_for_long_validations() -> None:
    """Each of which lets other requests through."""
    house = House(people(*GOOD * SLICE), receiver=Hanging())
    house.open("ann", 10_000)
    for _ in range(20):
        house.ask(3 * SLICE)

    await house.dispatcher.settle()

    assert {"delivering"} == set(states(house))


async def test_a_started_dispatcher_sees_what_falls_due(house: House) -> None:
    """A jump of the clock wakes it."""
    house.dispatcher.start()
    house.ask(1)
    await cycles()
    before = states(house)

    house.advance(1)
    await cycles()

    assert (["submitted"], ["delivered"]) == (before, states(house))
    await house.dispatcher.stop(0)


async def test_a_failed_attempt_is_made_again_when_due(house: House) -> None:
    """By the dispatcher, on its own."""
    house.client.receiver = answers([REFUSED])
    house.ask(1)
    for _ in range(2):
        house.advance(1)
        await house.rest()
    before = states(house)

    house.advance(4)
    await house.rest()

    assert (["delivering"], ["delivered"]) == (before, states(house))


async def test_what_somebody_else_has_taken_is_theirs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at what is due and the claim."""
    look = house.store.all

    def overtaken(query: str, /, **values: object) -> Sequence[Row]:
        rows = look(query, **values)
        for row in rows:
            house.store.run("job_claim", id=row["id"])
        return rows

    house.ask(1)
    house.advance(1)
    monkeypatch.setattr(house.store, "all", overtaken)
    await house.dispatcher.settle()
    await cycles()

    assert [] == house.client.posts


def test_the_longest_sleep_is_an_hour() -> None:
    """A clock set by somebody else is looked at again by then."""
    assert 3_600 == MAX_SLEEP
