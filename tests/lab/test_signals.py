import asyncio
import gc
from collections.abc import Callable, Coroutine
from types import SimpleNamespace

import pytest

from reachapi_emulator.state import events as signals
from reachapi_emulator.state.events import Signal
from support.warp import microseconds, warp

SOON = 0.25


@pytest.fixture(autouse=True)
def no_wall_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs run on the event loop's clock."""
    monkeypatch.setattr(
        signals, "time", SimpleNamespace(monotonic=lambda: microseconds() / 1e6)
    )


async def later(seconds: float, *acts: Callable[[], object]) -> None:
    """Do something after a while."""
    await asyncio.sleep(seconds)
    for act in acts:
        act()


async def timed(waiting: Coroutine[object, object, object]) -> tuple[object, float]:
    """Return what came of waiting, and how long it took."""
    start = microseconds()
    return await waiting, (microseconds() - start) / 1e6


async def beside(
    waiting: Coroutine[object, object, object], *others: Coroutine[object, object, None]
) -> tuple[object, float]:
    """Return what came of waiting while others do their work, and how long it took."""
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(timed(waiting))
        for other in others:
            group.create_task(other)
    return waiter.result()


def test_a_change_wakes_who_waits() -> None:
    """At once."""
    signal = Signal()

    assert (None, 0.1) == warp(beside(signal.wait(), later(0.1, signal.notify)))


def test_a_change_wakes_all_who_wait() -> None:
    """Not only the first."""
    signal = Signal()

    async def scene() -> list[None]:
        waiters = asyncio.gather(*(signal.wait() for _ in range(3)))
        await later(0.1, signal.notify)
        return await waiters

    assert [None] * 3 == warp(scene())


def test_an_earlier_change_wakes_nobody() -> None:
    """It is the next that is waited for."""
    signal = Signal()
    signal.notify()

    assert (None, SOON) == warp(timed(signal.wait(SOON)))


def test_two_changes_at_once_are_one() -> None:
    """Who is awake already is not woken again."""
    signal = Signal()

    waiting = beside(signal.wait(), later(0.1, signal.notify, signal.notify))

    assert (None, 0.1) == warp(waiting)


def test_waiting_ends_when_time_is_up() -> None:
    """Quietly."""
    assert (None, SOON) == warp(timed(Signal().wait(SOON)))


def test_waiting_can_be_cancelled() -> None:
    """The others are woken as before."""
    signal = Signal()

    async def scene() -> list[bool]:
        waiters = [asyncio.create_task(signal.wait()) for _ in range(2)]
        await asyncio.sleep(0)
        waiters[0].cancel()
        await later(0.1, signal.notify)
        await asyncio.wait(waiters)
        return [waiter.cancelled() for waiter in waiters]

    assert [True, False] == warp(scene())


def test_who_was_woken_is_forgotten() -> None:
    """A signal that is waited for all day takes no more room for it."""
    signal = Signal()

    async def waits(count: int) -> int:
        for _ in range(count):
            await signal.wait(1)
        gc.collect()
        return sum(isinstance(each, asyncio.Future) for each in gc.get_objects())

    async def scene() -> tuple[int, int]:
        return await waits(1), await waits(100)

    few, many = warp(scene())
    assert few == many


def test_until_returns_what_holds_already() -> None:
    """Without waiting, even where nothing may be waited for."""
    assert ("it", 0.0) == warp(timed(Signal().until(lambda: "it", 0)))


def test_until_asks_again_at_each_change() -> None:
    """And returns what was found."""
    signal = Signal()
    found: list[str | None] = [None, None, "it"]

    waiting = beside(
        signal.until(lambda: found.pop(0), SOON),
        later(0.1, signal.notify),
        later(0.2, signal.notify),
    )

    assert ("it", 0.2) == warp(waiting)


def test_until_gives_up_when_time_is_up() -> None:
    """Changes do not prolong it."""
    signal = Signal()

    waiting = beside(
        signal.until(lambda: None, SOON),
        later(0.1, signal.notify),
        later(0.2, signal.notify),
        later(0.3, signal.notify),
    )

    assert (None, SOON) == warp(waiting)


def test_until_asks_a_last_time() -> None:
    """What came about unannounced counts."""
    found: list[str | None] = [None, "it"]

    assert ("it", SOON) == warp(timed(Signal().until(lambda: found.pop(0), SOON)))


def test_until_passes_on_what_the_check_raises() -> None:
    """The thing that was waited for is gone, say."""

    def check() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        warp(Signal().until(check, SOON))
