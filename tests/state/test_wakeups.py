"""Who waits for a change never sleeps through it."""

import asyncio

from hypothesis import given, settings, strategies as st

from reachapi_emulator.state.events import Signal
from support.in_process import steps
from support.warp import microseconds, warp

LONG = 1_000.0

waiters = st.tuples(st.integers(0, 6), st.integers(0, 8), st.integers(0, 3))
"""Steps of the loop before it begins; the count it waits for; steps of its check."""

changes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=8)
"""After how many steps each is made, and by how much it raises the count."""

Plan = list[tuple[int, int]]
Waiter = tuple[int, int, int]


class Counter:
    """A count that is waited for."""

    def __init__(self) -> None:
        self.changed = Signal()
        self.count = 0

    async def raise_it(self, plan: Plan) -> None:
        """Make the changes, one after the other."""
        for pause, by in plan:
            await steps(pause)
            self.count += by
            self.changed.notify()

    async def reaches(self, pause: int, count: int, slowness: int) -> float | None:
        """Wait for a count; return when it was there, or None."""

        async def check() -> float | None:
            seen = self.count
            await steps(slowness)
            return microseconds() / 1e6 if seen >= count else None

        await steps(pause)
        return await self.changed.until(check, LONG)


async def play(
    plans: list[Plan], wanted: list[Waiter], cancelled: set[int]
) -> list[float | None]:
    """Let changes and waits happen at once; some give up in the middle of it."""
    counter = Counter()
    tasks = [asyncio.create_task(counter.reaches(*each)) for each in wanted]
    changing = asyncio.gather(*map(counter.raise_it, plans))
    await steps(3)
    for number in cancelled & set(range(len(tasks))):
        tasks[number].cancel()
    await changing
    found = await asyncio.gather(*tasks, return_exceptions=True)
    left = [each for n, each in enumerate(found) if n not in cancelled]
    return [each for each in left if not isinstance(each, BaseException)]


@given(
    plans=st.lists(changes, min_size=1, max_size=3),
    wanted=st.lists(waiters, max_size=6),
    cancelled=st.sets(st.integers(0, 5), max_size=2),
)
@settings(max_examples=200)
def test_until_sees_every_change(
    plans: list[Plan], wanted: list[Waiter], cancelled: set[int]
) -> None:
    """At once, however slow its check is; who gives up takes nobody along."""
    total = sum(by for plan in plans for _, by in plan)
    found = warp(play(plans, wanted, cancelled))

    left = [each for n, each in enumerate(wanted) if n not in cancelled]
    assert [0.0 if count <= total else None for _, count, _ in left] == found


@given(changed=st.booleans(), seconds=st.integers(1, 100))
def test_a_change_that_was_missed_ends_a_wait_at_once(
    *, changed: bool, seconds: int
) -> None:
    """One that the waiter has not seen: it was made before the wait began."""

    async def scene() -> int:
        signal = Signal()
        seen = signal.changes
        if changed:
            signal.notify()
        await signal.wait(seconds, seen)
        return microseconds() // 1_000_000

    assert (0 if changed else seconds) == warp(scene())
