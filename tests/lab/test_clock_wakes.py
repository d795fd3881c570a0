from collections.abc import Callable

import pytest

from emulator.lab.clock import Clock, TimeError
from support.house import asleep, is_woken, memory_store
from support.scripted import RealTime

Change = Callable[[Clock], None]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that is going."""
    clock = Clock(memory_store(), RealTime())
    clock.start()
    return clock


@pytest.mark.parametrize(
    "change",
    [
        Clock.freeze,
        Clock.resume,
        lambda clock: clock.advance(0),
        lambda clock: clock.freeze("ann"),
        lambda clock: clock.follow("ann"),
    ],
)
async def test_who_waits_is_woken_by_a_change(clock: Clock, change: Change) -> None:
    """So that what falls due by it is seen at once."""
    sleeper = await asleep(clock.changed)

    change(clock)

    assert await is_woken(sleeper)


async def test_a_refused_jump_wakes_nobody(clock: Clock) -> None:
    """Nothing has changed."""
    sleeper = await asleep(clock.changed)

    with pytest.raises(TimeError):
        clock.advance(-1)

    assert not await is_woken(sleeper)
