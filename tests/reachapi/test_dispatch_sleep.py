"""How often the dispatcher looks at what is due: when there is a reason, or hourly."""

import asyncio

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.store import Row
from reachapi_emulator.vendor.worker import MAX_SLEEP
from support.house import URL, House
from support.warp import microseconds, warp

HOURS = 10


class Looks:
    """Counts how often a house's dispatcher asks when the next job is due."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._look = house.store.one
        monkeypatch.setattr(house.store, "one", self)

    def __call__(self, query: str, /, **values: object) -> Row | None:
        """Answer as the store does."""
        self.count += query == "jobs_next_due"
        return self._look(query, **values)


async def slept(house: House) -> None:
    """Let the dispatcher run for some hours, but for a second."""
    house.dispatcher.start()
    await asyncio.sleep(HOURS * MAX_SLEEP - 1)
    await house.dispatcher.stop(0)


@pytest.fixture
def house() -> House:
    """Return rooms whose clock goes with the event loop, and an account ann."""
    house = House(delay=SECOND, real=microseconds)

    async def opened() -> None:
        house.open("ann")

    warp(opened())
    return house


def test_with_nothing_to_do_it_looks_every_hour(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else may have written to the store."""
    looks = Looks(house, monkeypatch)

    warp(slept(house))

    assert HOURS == looks.count


def test_a_clock_that_stands_wakes_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due on it in a second is due when it goes on."""
    looks = Looks(house, monkeypatch)

    async def scene() -> None:
        house.ask(1)
        house.clock.freeze()
        await slept(house)

    warp(scene())

    assert HOURS == looks.count


def test_an_attempt_that_must_wait_is_not_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is due all the time, and its webhook inactive: that wakes, not time."""
    looks = Looks(house, monkeypatch)

    async def scene() -> None:
        house.ask(1)
        house.accounts.set_webhook("ann", URL, active=False)
        await slept(house)

    warp(scene())

    assert "delivering" == house.jobs.row(1300)["state"]
    assert 2 * HOURS > looks.count
