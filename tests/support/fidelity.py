"""The rows of docs/fidelity.md, and what is wrong with them."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

RULINGS = range(1, 34)
LABELS = frozenset({"documented", "observed", "ours"})

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_CHECKS = re.compile(r"`-k ([\w-]+:)`")
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

    @property
    def labels(self) -> list[str]:
        """Its labels, one by one."""
        return self.label.split(", ")


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


def problems(page: str, root: Path, checks: Collection[str]) -> list[str]:
    """Return all that is wrong with a page, in words.

    Args:
        page: its text.
        root: the folder that the tests are named from.
        checks: what selects the checks of the contract suite, such as `ruling-1:`.
    """
    known = rows(page)
    missing = set(RULINGS) - {row.ruling for row in known}
    return [
        *(f"Ruling {number} has no row" for number in sorted(missing)),
        *(
            f"{row.source}: {text}"
            for row in known
            for text in _faults(row, root, checks)
        ),
    ]


def _faults(row: Row, root: Path, checks: Collection[str]) -> Iterator[str]:
    if not LABELS.issuperset(row.labels):
        yield f"unknown label {row.label!r}"
    if not row.behaviour:
        yield "no behaviour"
    for name in row.tests.split("<br>"):
        test, selected = _TEST.fullmatch(name), _CHECKS.fullmatch(name)
        if not (test or selected):
            yield f"{name!r} is no test" if name else "no test"
        elif not _exists(test, selected, root, checks):
            yield f"there is no {name}"


def _exists(
    test: re.Match[str] | None,
    selected: re.Match[str] | None,
    root: Path,
    checks: Collection[str],
) -> bool:
    if selected:
        return selected[1] in checks
    return test is not None and test[2] in _functions(root / test[1])


def _functions(path: Path) -> frozenset[str]:
    """Return the names of the functions in a file; none if there is no file."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))
