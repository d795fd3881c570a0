"""What was measured, as a table."""

from collections.abc import Iterable
from dataclasses import dataclass

_HEAD = ("what", "figure", "target", "met", "beside it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure.

    Attributes:
        what: was measured.
        figure: the median, or the median of ratios; None where it was not
            measured, `beside` saying why.
        unit: of the figure and its target; a ratio has none.
        target: the largest figure that is good; None where there is no target.
        beside: what the figure is made of.
    """

    what: str
    figure: float | None
    unit: str = ""
    target: float | None = None
    beside: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target was met; empty where there is nothing to compare."""
        if self.figure is None or self.target is None:
            return ""
        return "met" if self.figure <= self.target else "missed"


def table(rows: Iterable[Row]) -> str:
    """Return rows as lines of text, in columns, under a head."""
    lines = [_HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    figure = "-" if row.figure is None else f"{row.figure:,.2f} {row.unit}"
    target = "" if row.target is None else f"<= {row.target:,g} {row.unit}"
    return row.what, figure.strip(), target.strip(), row.verdict, row.beside


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
