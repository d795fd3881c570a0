import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from reachapi_emulator.state.clock import SECOND, VirtualClock
from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import open_store
from reachapi_emulator.testing.delays import Delays
from support.scripted import RealTime
from support.warp import microseconds, warp


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands still."""
    clock = VirtualClock(open_store(MEMORY, journal_size=1), RealTime())
    clock.start()
    clock.freeze()
    return clock


@asynccontextmanager
async def held(
    holds: Delays, account: str | None = "ann", seconds: float = 10
) -> AsyncIterator["asyncio.Task[None]"]:
    """Let somebody wait until the end of the block, if they do so long."""
    hold = holds.hold(account, round(seconds * SECOND))
    task = asyncio.create_task(hold)
    await turns()
    yield task
    task.cancel()
    await turns()


async def turns() -> None:
    """Let everybody go on who can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_request_waits_until_its_clock_has_passed(clock: VirtualClock) -> None:
    """Not a moment less."""
    async with held(Delays(clock)) as task:
        clock.advance(10 * SECOND - 1)
        await turns()
        waits = not task.done()
        clock.advance(1)
        await turns()

        assert (True, True) == (waits, task.done())


async def test_each_waits_on_its_own_clock(clock: VirtualClock) -> None:
    """Another account's time is none of its business."""
    holds = Delays(clock)
    async with held(holds, "ann") as anns, held(holds, "bob") as bobs:
        clock.advance(10 * SECOND, "bob")
        await turns()

        assert (False, True) == (anns.done(), bobs.done())


async def test_nobodys_request_waits_on_the_global_clock(clock: VirtualClock) -> None:
    """It has no account whose clock it could follow."""
    async with held(Delays(clock), None) as task:
        clock.advance(10 * SECOND)
        await turns()

        assert task.done()


async def test_a_wait_is_as_long_on_another_clock(clock: VirtualClock) -> None:
    """What is over is over; what is left is left."""
    clock.advance(1_000 * SECOND, "ann")
    async with held(Delays(clock)) as task:
        clock.advance(4 * SECOND, "ann")
        await turns()
        clock.follow("ann")
        await turns()
        clock.advance(5 * SECOND)
        await turns()
        waits = not task.done()
        clock.advance(SECOND)
        await turns()

        assert (True, True) == (waits, task.done())


@pytest.mark.parametrize(("stands", "left"), [(True, 10), (False, 6)])
async def test_a_wait_is_as_long_on_a_clock_that_is_ahead(
    *, stands: bool, left: int
) -> None:
    """The instants that lie between the two clocks have not passed."""
    real = RealTime()
    clock = VirtualClock(open_store(MEMORY, journal_size=1), real)
    clock.start()
    clock.freeze("ann")
    if not stands:
        clock.resume("ann")
    clock.advance(1_000 * SECOND)
    clock.freeze()
    async with held(Delays(clock)) as task:
        real.now += 4 * SECOND
        clock.follow("ann")
        await turns()
        clock.advance(left * SECOND - 1)
        await turns()
        waits = not task.done()
        clock.advance(1)
        await turns()

        assert (True, True) == (waits, task.done())


def test_on_a_clock_that_goes_it_is_as_long_as_in_real_time() -> None:
    """Nobody needs to advance it."""

    async def waited() -> float:
        clock = VirtualClock(open_store(MEMORY, journal_size=1), microseconds)
        clock.start()
        before = microseconds()
        await Delays(clock).hold("ann", 10 * SECOND)
        return (microseconds() - before) / SECOND

    assert 10 == pytest.approx(warp(waited()), abs=0.01)


def test_no_wait_is_longer_than_ten_minutes() -> None:
    """A clock that stands for ever holds no connection for ever."""

    async def waited() -> float:
        clock = VirtualClock(open_store(MEMORY, journal_size=1), microseconds)
        clock.start()
        clock.freeze()
        before = microseconds()
        await Delays(clock).hold("ann", SECOND)
        return (microseconds() - before) / SECOND

    assert 600 == pytest.approx(warp(waited()), abs=0.01)


async def test_dropped_requests_are_cancelled(clock: VirtualClock) -> None:
    """Those of an account, or all; nothing of them is kept."""
    holds = Delays(clock)
    async with held(holds, "ann") as anns, held(holds, "bob") as bobs:
        holds.drop("ann")
        await turns()
        first = (anns.cancelled(), bobs.done(), len(holds))
        holds.drop()
        await turns()

        assert (True, False, 1) == first
        assert (True, 0) == (bobs.cancelled(), len(holds))
