"""An event loop on which waiting takes no time: its clock jumps to the next timer."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")

MAX_STEPS = 20_000
"""How many steps a loop may take without any time passing."""


class _WarpSelector(selectors.SelectSelector):
    """Passes the time that it is asked to wait at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self._steps = 0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, `timeout` seconds of the loop's time later."""
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing will wake them")
        self._steps += 1
        if timeout > 0:
            self.now += max(1, round(timeout * 1_000_000))
            self._steps = 0
        if self._steps > MAX_STEPS:
            raise RuntimeError("something goes round and round, and no time passes")
        return super().select(0)


class WarpLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only in its waits."""

    def __init__(self) -> None:
        self._warp = _WarpSelector()
        super().__init__(self._warp)

    def time(self) -> float:
        """Return the loop's seconds."""
        return self.microseconds() / 1_000_000

    def microseconds(self) -> int:
        """Return the loop's time as a clock's real time."""
        return self._warp.now


def microseconds() -> int:
    """Return the running loop's time, as a clock's real time."""
    return round(asyncio.get_running_loop().time() * 1_000_000)


def warp(coroutine: Coroutine[object, object, T]) -> T:
    """Run a coroutine on such a loop.

    Raises:
        RuntimeError: everybody waits, and nothing will wake them; or somebody
            is never done, and no time passes.
    """
    with asyncio.Runner(loop_factory=WarpLoop) as runner:
        return runner.run(coroutine)
