"""Requests that a fault delays, each on the clock of its account."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple, cast

from reachapi_emulator.state.clock import EVERYONE, SECOND, VirtualClock

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
        clock: tells how much of a wait is over.
        longest: real seconds that none lasts longer than.
    """

    def __init__(self, clock: VirtualClock, longest: float = MAX_DELAY_S) -> None:
        self._clock = clock
        self._longest = longest
        self._held: dict[asyncio.Task[Any], str] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._held)

    async def hold(self, account: str | None, duration: int) -> None:
        """Return when so many microseconds are over on the account's clock.

        An account that changes clocks waits on: what is left stays as long.
        """
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        clock = account or EVERYONE
        self._held[task] = clock
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._longest):
                    await self._pass(clock, duration)
        finally:
            del self._held[task]

    async def _pass(self, account: str, left: int) -> None:
        before = self._look(account)
        while left > 0:
            timeout = None if before.frozen else left / SECOND
            await self._clock.changed.wait(timeout)
            look = self._look(account)
            left -= _passed(before, look)
            before = look

    def _look(self, account: str) -> "_Look":
        own, real = self._clock.owns(account), self._clock.real()
        return _Look(*self._clock.read(account), own, real)

    def drop(self, account: str | None = None) -> None:
        """Cancel the requests of an account, or all, that wait."""
        for task, held in self._held.items():
            if account in {None, held}:
                task.cancel()
