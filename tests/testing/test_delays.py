"""How long a delayed request waits where the test's own time must be in hand."""

import pytest

from reachapi_emulator.state.clock import SECOND, VirtualClock
from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import open_store
from reachapi_emulator.testing.delays import Delays
from support.warp import microseconds, warp


@pytest.mark.parametrize(
    ("frozen", "asked", "expected"),
    [(False, 10, 10), (False, 9_999, 600), (True, 1, 600)],
    ids=["as real time", "ten minutes at most", "even if the clock stands for ever"],
)
def test_a_delay_in_real_time(*, frozen: bool, asked: int, expected: int) -> None:
    """Nobody needs to advance a clock, and no connection is held for ever."""

    async def waited() -> float:
        store = open_store(MEMORY, journal_size=1)
        clock = VirtualClock(store, microseconds)
        await store.unit(clock.start)
        if frozen:
            await store.unit(clock.freeze)
        before = microseconds()
        await Delays(store, clock).delay("ann", asked * SECOND)
        return (microseconds() - before) / SECOND

    assert expected == pytest.approx(warp(waited()), abs=0.01)
