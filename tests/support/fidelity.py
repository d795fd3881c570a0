"""The rows of docs/fidelity.md, and what is wrong with them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

RULINGS = range(1, 34)
LABELS = frozenset({"documented", "observed", "ours"})

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_RULING = re.compile(r"Ruling (\d+)")
_TABLE = re.compile(r"^\| Source .*\n\|[-:| ]+\n((?:\|.*(?:\n|$))*)", re.MULTILINE)


class Row(NamedTuple):
    """One row of a table: where a behaviour comes from, and what shows it."""

    source: str
    label: str
    behaviour: str
    tests: str

    @property
    def ruling(self) -> int | None:
        """The number of the ruling that the row is about; None if it is none."""
        found = _RULING.fullmatch(self.source)
        return int(found[1]) if found else None


def rows(page: str) -> list[Row]:
    """Return the rows of every table of sources on a page.

    Raises:
        ValueError: a row has not four cells.
    """
    lines = "".join(_TABLE.findall(page)).splitlines()
    return [_row([cell.strip() for cell in line.split("|")[1:-1]]) for line in lines]


def _row(cells: list[str]) -> Row:
    if len(cells) != len(Row._fields):
        raise ValueError(f"{cells[0]}: {len(cells)} cells instead of 4")
    return Row(*cells)


def problems(page: str, root: Path) -> list[str]:
    """Return all that is wrong with a page, in words.

    Args:
        page: its text.
        root: the folder that the tests are named from.
    """
    known = rows(page)
    missing = set(RULINGS) - {row.ruling for row in known}
    return [
        *(f"Ruling {number} has no row" for number in sorted(missing)),
        *(f"{row.source}: {fault}" for row in known for fault in _faults(row, root)),
    ]


def _faults(row: Row, root: Path) -> Iterator[str]:
    if not LABELS.issuperset(row.label.split(", ")):
        yield f"unknown label {row.label!r}"
    if not row.behaviour:
        yield "no behaviour"
    for name in row.tests.split("<br>"):
        yield from _faults_of_test(name, root)


def _faults_of_test(name: str, root: Path) -> Iterator[str]:
    named = _TEST.fullmatch(name)
    if named is None:
        yield f"{name!r} is no test" if name else "no test"
    elif named[2] not in _functions(root / named[1]):
        yield f"there is no {name}"


def _functions(path: Path) -> frozenset[str]:
    """Return the names of the functions in a file; none if there is no file."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))
