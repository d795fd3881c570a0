"""A signal wakes who waits for a change, and until what is waited for is there."""

import asyncio
import weakref
from collections.abc import Callable, Coroutine

import pytest

from reachapi_emulator.state.events import Signal, Topics
from support.warp import microseconds, warp

SOON = 0.25
Waiting = Coroutine[object, object, object]


def timed(waiting: Waiting, *acts: tuple[float, Callable[[], object]]) -> object:
    """Return what came of waiting, and after how long; things happen meanwhile."""

    async def later(seconds: float, act: Callable[[], object]) -> None:
        await asyncio.sleep(seconds)
        act()

    async def scene() -> tuple[object, float]:
        async with asyncio.TaskGroup() as group:
            start = microseconds()
            for each in acts:
                group.create_task(later(*each))
            return await waiting, (microseconds() - start) / 1e6

    return warp(scene())


def test_a_change_wakes_who_waits() -> None:
    signal = Signal()
    changes = [(0.1, signal.notify), (0.1, signal.notify)]

    assert (None, 0.1) == timed(signal.wait(), *changes)


def test_a_change_wakes_all_who_wait() -> None:
    signal = Signal()

    async def scene() -> list[bool]:
        waiters = [asyncio.create_task(signal.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        waiters[0].cancel()
        signal.notify()
        await asyncio.wait(waiters)
        return [waiter.cancelled() for waiter in waiters]

    assert [True, False, False] == warp(scene())


def test_a_change_since_the_last_look_ends_the_wait() -> None:
    signal = Signal()
    signal.notify()

    assert (None, SOON) == timed(signal.wait(SOON))
    assert (None, 0.0) == timed(signal.wait(SOON, seen=0))
    assert (None, SOON) == timed(signal.wait(SOON, seen=1))


def test_who_was_woken_is_forgotten() -> None:
    signal = Signal()

    async def scene() -> int:
        loop = asyncio.get_running_loop()
        made: weakref.WeakSet[asyncio.Future[object]] = weakref.WeakSet()
        create = loop.create_future

        def remembered() -> asyncio.Future[object]:
            made.add(future := create())
            return future

        loop.create_future = remembered  # type: ignore[method-assign] # to be counted
        for _ in range(100):
            await signal.wait(1)
        return len(made)

    assert warp(scene()) < 5


@pytest.mark.parametrize(
    ("found", "seconds", "changes", "expected"),
    [
        (["it"], 0, [], ("it", 0.0)),
        ([None, None, "it"], SOON, [0.1, 0.2], ("it", 0.2)),
        ([None] * 9, SOON, [0.1, 0.2, 0.3], (None, SOON)),
        ([None, "it"], SOON, [], ("it", SOON)),
    ],
    ids=["holds already", "asked at each change", "in vain", "asked a last time"],
)
def test_until(
    found: list[str | None], seconds: float, changes: list[float], expected: object
) -> None:
    signal = Signal()

    async def check() -> str | None:
        return found.pop(0)

    waiting = signal.until(check, seconds)

    assert expected == timed(waiting, *((each, signal.notify) for each in changes))


def test_a_topic_wakes_those_who_wait_for_it_and_is_gone_with_them() -> None:
    topics = Topics()
    signals = {name: topics.of(name) for name in "ab"}
    for name in "aac":
        topics.notify(name)
    counts = [signals[name].changes for name in "ab"]
    topics.notify_all()
    signals.pop("a")

    assert ([2, 0], 1) == (counts, signals["b"].changes)
    assert [0, 1] == [topics.of(name).changes for name in "ab"]
