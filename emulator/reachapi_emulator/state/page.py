"""A page of a list: which of its entries are wanted, by their numbers."""

from typing import NamedTuple

MAX_NUMBER = 2**61
"""No number is beyond it, so that the sum of two instants is still one."""


class Page(NamedTuple):
    """The newest entries before a number, or the oldest after one.

    Attributes:
        most: how many at most.
        before: only entries of a smaller number; the newest of them.
        after: if it is given, only those of a larger number; the oldest of them.
    """

    most: int = MAX_NUMBER
    before: int = MAX_NUMBER
    after: int | None = None


EVERY = Page()
"""All entries, the newest first."""
