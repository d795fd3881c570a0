"""Who waits for a change never sleeps through it."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import given, settings, strategies as st

from reachapi_emulator.state import events as signals
from reachapi_emulator.state.events import Signal
from support.warp import microseconds, warp

LONG = 1_000.0

waiters = st.tuples(st.integers(0, 6), st.integers(0, 8))
"""After how many steps of the event loop it begins, and for which count it waits."""

changes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=8)
"""After how many steps each is made, and by how much it raises the count."""


@pytest.fixture(autouse=True, scope="module")
def no_wall_time() -> Iterator[None]:
    """Time-outs run on the event loop's clock."""
    clock = SimpleNamespace(monotonic=lambda: microseconds() / 1e6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signals, "time", clock)
        yield


async def steps(count: int) -> None:
    """Let others take some steps."""
    for _ in range(count):
        await asyncio.sleep(0)


class Counter:
    """A count that is waited for."""

    def __init__(self) -> None:
        self.changed = Signal()
        self.count = 0

    async def raise_it(self, plan: list[tuple[int, int]]) -> None:
        """Make the changes, one after the other."""
        for pause, by in plan:
            await steps(pause)
            self.count += by
            self.changed.notify()

    async def reaches(self, pause: int, count: int) -> float | None:
        """Wait for a count; return when it was there, or None."""
        await steps(pause)
        return await self.changed.until(
            lambda: microseconds() / 1e6 if self.count >= count else None, LONG
        )

    async def sees(self, pause: int, count: int) -> bool:
        """Wait for a count without a bound, by hand."""
        await steps(pause)
        while self.count < count:
            await self.changed.wait()
        return True


async def play(
    plans: list[list[tuple[int, int]]], wanted: list[tuple[int, int]]
) -> list[float | None]:
    """Let changes and waits happen at once."""
    counter = Counter()
    waiting = asyncio.gather(*(counter.reaches(*each) for each in wanted))
    await asyncio.gather(*map(counter.raise_it, plans))
    return await waiting


@given(
    plans=st.lists(changes, min_size=1, max_size=3),
    wanted=st.lists(waiters, max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_until_sees_every_change(
    plans: list[list[tuple[int, int]]], wanted: list[tuple[int, int]]
) -> None:
    """At once: what is reached is found before any time-out could bring it up."""
    total = sum(by for plan in plans for _, by in plan)

    found = warp(play(plans, wanted))

    assert [0.0 if count <= total else None for _, count in wanted] == found


@given(plan=changes, wanted=st.lists(waiters, max_size=6))
@settings(max_examples=100, deadline=None)
def test_wait_sees_every_change(
    plan: list[tuple[int, int]], wanted: list[tuple[int, int]]
) -> None:
    """A check and a wait, with nothing awaited in between, lose none."""
    total = sum(by for _, by in plan)

    async def scene() -> list[bool]:
        counter = Counter()
        reached = [each for each in wanted if each[1] <= total]
        waiting = asyncio.gather(*(counter.sees(*each) for each in reached))
        await counter.raise_it(plan)
        return await waiting

    assert all(warp(scene()))


@given(
    wanted=st.lists(waiters, min_size=1, max_size=6),
    cancelled=st.sets(st.integers(0, 5)),
)
@settings(max_examples=100, deadline=None)
def test_who_gives_up_takes_nobody_along(
    wanted: list[tuple[int, int]], cancelled: set[int]
) -> None:
    """The others are woken as before."""

    async def scene() -> list[bool]:
        counter = Counter()
        tasks = [asyncio.create_task(counter.sees(*each)) for each in wanted]
        await steps(3)
        for number in cancelled & set(range(len(tasks))):
            tasks[number].cancel()
        await counter.raise_it([(1, 8)])
        await asyncio.wait(tasks)
        return [task.cancelled() or task.result() for task in tasks]

    assert all(warp(scene()))
