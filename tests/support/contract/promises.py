"""Which promise of docs/fidelity.md a check is about, and what it weighs."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from support.fidelity import Row, rows

PAGE = Path(__file__).parents[3] / "docs" / "fidelity.md"


class PromiseError(ValueError):
    """A check names no promise of the page, or not which part of it; says which."""


class Promise(NamedTuple):
    """A promise as the page words it; of a row with two labels, the part of one."""

    source: str
    label: str
    behaviour: str

    @property
    def binds_the_vendor(self) -> bool:
        """Whether its breach is the live API's fault, and not a difference."""
        return self.label == "documented"


def promise(source: str, label: str | None = None) -> Promise:
    """Return a promise of the page.

    Args:
        source: the first cell of its row.
        label: which of the row's labels the part has; left out, it has but one.

    Raises:
        PromiseError: there is no such row, or it does not have that one label.
    """
    found = _rows().get(source)
    if found is None:
        raise PromiseError(f"docs/fidelity.md has no row {source!r}")
    labels = found.label.split(", ")
    if label is None and len(labels) > 1:
        raise PromiseError(f"{source!r} has several labels, {found.label}: name one")
    if label is not None and label not in labels:
        raise PromiseError(f"{source!r} is {found.label}, not {label}")
    return Promise(source, label or found.label, found.behaviour)


@cache
def _rows() -> dict[str, Row]:
    return {row.source: row for row in rows(PAGE.read_text(encoding="utf-8"))}
