"""What the dispatcher does about work that raises."""

import asyncio
import logging

import pytest
from pyroaring import BitMap

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.email_check import Validator
from support.house import House
from support.scripted import ACKNOWLEDGED, Post


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann."""
    house = House()
    house.open("ann")
    return house


def states(house: House) -> list[str]:
    """Return the states of all jobs."""
    return [house.jobs.row(job)["state"] for job in house.jobs.find()]


async def cycles(count: int = 10) -> None:
    """Let others do their work for a while."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_work_that_raises_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """With its traceback and the job."""

    async def broken(post: Post) -> Outcome:
        del post
        raise RuntimeError("broken")

    house.client.receiver = broken
    job = house.ask(1)
    await house.dispatcher.settle()
    await cycles()

    (record,) = caplog.records
    assert (logging.ERROR, f"job {job} failed") == (record.levelno, record.getMessage())
    assert "RuntimeError: broken" in caplog.text


async def test_work_that_raises_ends_nothing(house: House) -> None:
    """The dispatcher goes on with the others."""
    calls: list[Post] = []

    async def broken_once(post: Post) -> Outcome:
        calls.append(post)
        if len(calls) == 1:
            raise RuntimeError("broken")
        return ACKNOWLEDGED

    house.client.receiver = broken_once
    house.dispatcher.start()
    for _ in range(2):
        house.ask(1)
    await cycles()

    assert ["delivering", "delivered"] == states(house)
    await house.dispatcher.stop(0)


async def test_a_dispatcher_that_fails_says_so_and_goes_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that fails once need not fail for ever."""
    house.dispatcher.start()
    house.store.close()
    await cycles()

    said = "what is due could not be started: tried again in a second"
    assert [said] == [record.getMessage() for record in caplog.records]
    await house.dispatcher.stop(0)


async def test_a_validation_that_raised_is_made_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a second; its credits do not stay reserved for ever."""

    async def broken(validator: Validator, numbers: BitMap) -> BitMap:
        raise RuntimeError(f"{validator} {numbers}")

    job = house.ask(1)
    with monkeypatch.context() as patch:
        patch.setattr(Validator, "valid", broken)
        await house.dispatcher.settle()
        await cycles()
    assert ["submitted"] == states(house)

    house.clock.advance(SECOND)
    await house.dispatcher.settle()
    await cycles()

    assert ["delivered"] == states(house)
    assert 1 == house.jobs.row(job)["charged"]


async def test_an_attempt_that_raised_failed(house: House) -> None:
    """It is on record as such, and made again in a second."""
    calls: list[Post] = []

    async def broken_once(post: Post) -> Outcome:
        calls.append(post)
        if len(calls) == 1:
            raise RuntimeError("broken")
        return ACKNOWLEDGED

    house.client.receiver = broken_once
    job = house.ask(1)
    await house.dispatcher.settle()
    await cycles()
    house.clock.advance(SECOND)
    await house.dispatcher.settle()
    await cycles()

    attempts = house.store.all("attempts_of", job=job)
    assert ["failed", None] == [row["error"] for row in attempts]
    assert ["delivered"] == states(house)
