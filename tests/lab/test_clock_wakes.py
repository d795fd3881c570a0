from collections.abc import Callable

import pytest

from reachapi_emulator.state.clock import TimeError, VirtualClock
from support.house import asleep, is_woken, memory_store
from support.scripted import RealTime

Change = Callable[[VirtualClock], None]


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that is going."""
    clock = VirtualClock(memory_store(), RealTime())
    clock.start()
    return clock


@pytest.mark.parametrize(
    "change",
    [
        VirtualClock.freeze,
        lambda clock: clock.advance(0),
        lambda clock: clock.freeze("ann"),
        lambda clock: clock.follow("ann"),
    ],
)
async def test_who_waits_is_woken_by_a_change(
    clock: VirtualClock, change: Change
) -> None:
    """So that what falls due by it is seen at once."""
    sleeper = await asleep(clock.changed)

    change(clock)

    assert await is_woken(sleeper)


async def test_a_refused_jump_wakes_nobody(clock: VirtualClock) -> None:
    """Nothing has changed."""
    sleeper = await asleep(clock.changed)

    with pytest.raises(TimeError):
        clock.advance(-1)

    assert not await is_woken(sleeper)


async def test_who_waits_is_woken_when_a_clock_goes_on(clock: VirtualClock) -> None:
    """What it stands before may be due soon."""
    clock.freeze()
    sleeper = await asleep(clock.changed)

    clock.resume()

    assert await is_woken(sleeper)


async def test_a_clock_that_goes_need_not_be_let_go(clock: VirtualClock) -> None:
    """Nothing has changed: an account goes on following the global clock."""
    clock.resume("ann")
    clock.freeze()

    assert clock.read("ann").frozen
