"""Requests that a fault delays, each on the clock of its account."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple, cast

from reachapi_emulator.state.clock import EVERYONE, SECOND, VirtualClock
from reachapi_emulator.state.store import Store

MAX_DELAY_S = 600.0
"""Real seconds after which a request goes on, however its clock stands."""


class _Look(NamedTuple):
    """How a clock stood, whether it was the account's own, and when in real time."""

    now: int
    frozen: bool
    own: bool
    real: int


def _passed(before: _Look, after: _Look) -> int:
    """Return the microseconds between, without those that a change of clocks skips."""
    if before.own and not after.own:
        return 0 if before.frozen else after.real - before.real
    return max(0, after.now - before.now)


class Delays:
    """Lets requests wait, and drops those that a reset leaves without a world.

    Args:
        store: runs the units in which the clock is read.
        clock: tells how much of a wait is over.
        longest: real seconds that none lasts longer than.
    """

    def __init__(
        self, store: Store, clock: VirtualClock, longest: float = MAX_DELAY_S
    ) -> None:
        self._store = store
        self._clock = clock
        self._longest = longest
        self._delayed: dict[asyncio.Task[Any], str] = {}

    async def delay(self, account: str | None, duration: int) -> None:
        """Return when so many microseconds are over on the account's clock.

        An account that changes clocks waits on: what is left stays as long.
        """
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        clock = account or EVERYONE
        self._delayed[task] = clock
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._longest):
                    await self._pass(clock, duration)
        finally:
            del self._delayed[task]

    async def _pass(self, account: str, left: int) -> None:
        turned = self._clock.turned
        seen = turned.changes  # a change during a look is looked at again
        before = await self._store.unit(self._look, account)
        while left > 0:
            await turned.wait(None if before.frozen else left / SECOND, seen)
            seen = turned.changes
            look = await self._store.unit(self._look, account)
            left -= _passed(before, look)
            before = look

    def _look(self, account: str) -> _Look:
        own, real = self._clock.owns(account), self._clock.real()
        return _Look(*self._clock.read(account), own, real)

    def cancel(self, account: str | None = None) -> None:
        """Cancel the requests of an account, or all, that wait."""
        for task, clock in self._delayed.items():
            if account in {None, clock}:
                task.cancel()
