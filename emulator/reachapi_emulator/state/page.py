"""A page of a list: which of its entries are wanted, by their numbers."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

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


class Asked(Protocol):
    """A store, as far as a list needs it."""

    def all(self, query: str, /, **values: object) -> Sequence[Any]: ...  # noqa: D102


def rows_of(
    store: Asked, page: Page, before: str, after: str, **values: object
) -> Sequence[Any]:
    """Return the rows of a page, in its direction, and one more if there is one.

    Args:
        store: answers.
        page: that is wanted.
        before: the statement for the newest rows before a number.
        after: that for the oldest after one.
        values: of both, besides the page's.
    """
    wanted = {**values, **page._asdict(), "most": page.most + 1}
    return store.all(before if page.after is None else after, **wanted)
