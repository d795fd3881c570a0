"""Waiting for a change instead of asking again and again."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Signal:
    """Wakes everyone who waits for the next change of something."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake all who wait now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 # returns quietly when it runs out
        """Return at the next change, or after `timeout` real seconds."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout)
        finally:
            self._waiters.discard(waiter)

    async def until(self, check: Callable[[], T | None], seconds: float) -> T | None:
        """Return what `check` finds, asked again at each change.

        Returns:
            None when it has found nothing within `seconds` of real time.
        """
        deadline = time.monotonic() + seconds
        while (found := check()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            await self.wait(left)
        return found
