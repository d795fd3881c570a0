"""What is remembered: one store behind a small protocol, chosen by its URL.

Everything that changes or reads it runs as a *unit of work*: a plain function
inside one transaction, begun by who stands at the edge (a request's handler, the
worker) with `await store.unit(function, ...)`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

from reachapi_emulator.budget import DEFAULT_BUDGET, Budget
from reachapi_emulator.state.events import EventType, Feed
from reachapi_emulator.state.memory import Ring, Windows
from reachapi_emulator.state.sqlite import SqliteStore
from reachapi_emulator.state.tables import TableDump, Tables

P = ParamSpec("P")
T = TypeVar("T")


class Row(Protocol):
    """One row of an answer, read by column name."""

    def __getitem__(self, column: str, /) -> Any: ...  # noqa: ANN401 # SQL's own types
    def keys(self) -> Iterable[str]: ...  # noqa: D102


class Store(Protocol):
    """Named statements over everything that is remembered.

    The statements stand, described, in queries.sql; a caller names one and gives
    its parameters. They are called inside a unit alone.

    Attributes:
        windows: the limiter's, which last a second.
        journal: the newest requests.
        feed: what has just happened.
        failures: what a unit raises when the database cannot do its work: a full
            disk, say. It may go well later.
    """

    failures: tuple[type[Exception], ...]
    windows: Windows
    journal: Ring
    feed: Feed

    async def unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in one transaction: all that it changes, or nothing.

        It may run in a thread, and again after a conflict: it touches the store
        alone, and leaves to `publish` and `after_commit` what others see of it.

        Raises:
            Exception: what the function raises; nothing of it has happened then.
        """
        ...

    async def long_unit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a unit that may take long; the event loop goes on, other units wait.

        Raises:
            Exception: what the function raises; nothing of it has happened then.
        """
        ...

    def secure(self) -> None:
        """Let this unit survive a power failure too, whatever others do."""
        ...

    def publish(self, name: EventType, account: str | None, data: object) -> None:
        """Let followers know of an event, once the unit is committed."""
        ...

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call something on the event loop, once, when the unit is committed."""
        ...

    def one(self, query: str, /, **values: object) -> Row | None:
        """Return the first row of the answer, or None."""
        ...

    def all(self, query: str, /, **values: object) -> Sequence[Row]:
        """Return every row of the answer."""
        ...

    def run(self, query: str, /, **values: object) -> int:
        """Run a statement and return how many rows it changed."""
        ...

    def recall(self, query: str, /, **values: object) -> Row | None:
        """Return what `one` would, from memory while nothing has changed."""
        ...

    def wipe(self) -> None:
        """Forget everything, counters included."""
        ...

    def dump(self) -> dict[str, TableDump]:
        """Return every table."""
        ...

    def load(self, kept: Tables) -> None:
        """Put tables in place of what there is.

        Raises:
            SnapshotError: they are none of this schema.
        """
        ...

    def close(self) -> None:
        """Write what is open and let go."""
        ...


def open_store(
    url: str,
    *,
    journal_size: int,
    budget: Budget = DEFAULT_BUDGET,
    durability: str = "process",
) -> Store:
    """Open the store that a URL names.

    Args:
        url: `:memory:`, or the path of a file that survives a restart.
        journal_size: how many requests the journal keeps.
        budget: bytes for what lies in memory beside the database.
        durability: `process`, what is committed survives the end of the process;
            `power`, a power failure as well.

    Raises:
        StoreError: the file cannot be used; the message says what to do.
    """
    return SqliteStore(
        url, journal_size=journal_size, budget=budget, durability=durability
    )
