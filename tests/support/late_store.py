"""A store that lets something happen before it tells what a unit came to."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from reachapi_emulator.state.sqlite import SqliteStore

P = ParamSpec("P")
T = TypeVar("T")


class LateStore(SqliteStore):
    """A store in memory whose callers may find that the world has gone on.

    Attributes:
        meanwhile: what to await, once, after the next unit of a function, by name.
    """

    def __init__(self, path: str = ":memory:", *, journal_size: int = 100) -> None:
        super().__init__(path, journal_size=journal_size)
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}

    async def unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a unit, then what is to happen meanwhile."""
        result = await super().unit(function, *args, **kwargs)
        act = self.meanwhile.pop(getattr(function, "__name__", ""), None)
        if act is not None:
            await act()
        return result
