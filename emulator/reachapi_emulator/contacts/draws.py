"""Random draws that a seed gives again in every version of Python."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Weighted(Protocol):
    """A thing that is drawn in proportion to its weight."""

    @property
    def weight(self) -> int:
        """How likely it is, beside the weights of the others."""
        ...


W = TypeVar("W", bound=Weighted)


class Table(Generic[W]):
    """Things to draw from by weight."""

    __slots__ = ("bounds", "entries")

    def __init__(self, entries: Iterable[W]) -> None:
        self.entries = tuple(entries)
        self.bounds = tuple(accumulate(entry.weight for entry in self.entries))


class Draws:
    """Draws from a seed.

    Only `Random.random` is promised to stay the same between versions of
    Python, so every draw is made of it alone.
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(seed).random  # noqa: S311 - fiction, no secret

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to `bound` - 1."""
        return int(self._random() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, per_cent: int) -> bool:
        """Return true `per_cent` times in a hundred."""
        return self.below(100) < per_cent

    def pick(self, entries: Sequence[T]) -> T:
        """Return one of the entries, each as likely as the others."""
        return entries[self.below(len(entries))]

    def weighted(self, table: Table[W]) -> W:
        """Return one of a table's entries, in proportion to its weight."""
        return table.entries[bisect_right(table.bounds, self.below(table.bounds[-1]))]
