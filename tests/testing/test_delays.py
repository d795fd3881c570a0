"""How long a delayed request waits where the test's own time must be in hand."""

import asyncio

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


def test_a_delay_looks_at_its_clock_when_one_is_turned() -> None:
    """What else falls due meanwhile is none of its business."""

    async def looks() -> list[int]:
        store = open_store(MEMORY, journal_size=1)
        clock = VirtualClock(store, microseconds)
        await store.unit(clock.start)
        seen: list[int] = []
        real, owns = clock.real, clock.owns
        clock.owns = lambda account: seen.append(real()) or owns(account)  # type: ignore[method-assign,func-returns-value]
        delay = asyncio.create_task(Delays(store, clock).delay("ann", 60 * SECOND))
        for act in (clock.changed.notify, clock.changed.notify, clock.turned.notify):
            await asyncio.sleep(1)
            act()
        await delay
        return [instant // SECOND for instant in seen]

    assert [0, 3, 60] == warp(looks())
