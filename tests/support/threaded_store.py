"""A store whose units run in a thread, some of them twice, some told of late.

So will those of a database with connections of its own: SQLite's runs a unit at
once, on the event loop, and hides what relies on that.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any, ParamSpec, TypeVar

from reachapi_emulator.state.sqlite import SqliteStore

P = ParamSpec("P")
T = TypeVar("T")

MAX_LATE = 5
"""Turns of the event loop for which a result is kept back."""


class Conflict(Exception):
    """Another unit was first: this one is rolled back and runs again."""


class ThreadedStore(SqliteStore):
    """A store whose connection lives in one thread; announcements are of the loop.

    Args:
        path: `:memory:` or a file's path.
        journal_size: how many requests the journal keeps.
        seed: decides which units run twice, and which results come late.

    Attributes:
        conflicts: how many units have run twice.
    """

    def __init__(self, path: str, *, journal_size: int, seed: int = 1) -> None:
        self._thread = ThreadPoolExecutor(1, "store")
        self._random = Random(seed)  # noqa: S311 # to be repeated
        self.conflicts = 0
        opened = partial(super().__init__, path, journal_size=journal_size)
        self._thread.submit(opened).result()

    async def unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in the thread; a caller who is cancelled waits for its end."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        work = partial(function, *args, **kwargs)
        self._thread.submit(self._run, work, done)
        cancelled: asyncio.CancelledError | None = None
        while not done.done():
            try:
                await asyncio.wait([done])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            done.exception()  # nobody is left to be told of it
            raise cancelled
        return done.result()

    async def long_unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run it as any other: they all run in the thread."""
        return await self.unit(function, *args, **kwargs)

    def _run(self, work: Callable[[], T], done: "asyncio.Future[T]") -> None:
        """Run a unit in the thread, and have the loop told in the order of commits."""
        call = done.get_loop().call_soon_threadsafe
        try:
            if self._random.random() < 0.5:  # every second
                self._fail(work)
            result, announcements = self.transact(work)
        except Exception as error:  # noqa: BLE001 # the caller's
            call(done.set_exception, error)
        else:
            late = self._random.randrange(MAX_LATE)
            call(_announce, list(announcements), late, partial(done.set_result, result))

    def _fail(self, work: Callable[[], Any]) -> None:
        """Run a unit in vain."""
        self.conflicts += 1
        with suppress(Exception):
            self.transact(_conflicting, work)

    def close(self) -> None:
        """Close where it was opened, and end the thread."""
        self._thread.submit(super().close).result()
        self._thread.shutdown()


def _conflicting(work: Callable[[], object]) -> None:
    work()
    raise Conflict


def _announce(
    announcements: list[Callable[[], None]], late: int, tell: Callable[[], None]
) -> None:
    for announce in announcements:
        announce()
    _later(late, tell)


def _later(turns: int, tell: Callable[[], None]) -> None:
    """Call something so many turns of the loop later."""
    if turns:
        asyncio.get_running_loop().call_soon(_later, turns - 1, tell)
    else:
        tell()
