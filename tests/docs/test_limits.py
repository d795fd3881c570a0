"""The page of limits: every bound of the code stands there, with its value."""

import ast
import re
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import reachapi_emulator
from reachapi_emulator.budget import DEFAULT_MIB, SHARES

ROOT = Path(reachapi_emulator.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^\| `(\S+\.py MAX_\w+)` \| ([^|]+?) \|", PAGE, re.MULTILINE))


def shown(value: float) -> set[str]:
    """Return how a bound may be written."""
    return {
        f"{value:,}",
        f"{value:,g}",
        f"{value / 2**10:g} KiB",
        f"{value / 2**20:g} MiB",
    }


def bounds() -> dict[str, float]:
    """Return every public constant MAX_… of the code with its value."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT)
        module = ".".join(("reachapi_emulator", *place.with_suffix("").parts))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name))
                ) if name.startswith("MAX_"):
                    value = getattr(import_module(module), name)
                    found[f"{place.as_posix()} {name}"] = value
    return found


def test_the_page_lists_every_bound_with_its_value() -> None:
    found = bounds()

    assert sorted(found) == sorted(LISTED)
    assert {} == {
        name: LISTED[name]
        for name, value in found.items()
        if LISTED[name] not in shown(value)
    }


def test_the_page_lists_every_share_of_the_budget() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| (\d+/\d+) \|", PAGE, re.MULTILINE)

    assert SHARES == {name: Fraction(part) for name, part in rows}
    assert 1 == sum(SHARES.values())
    assert f"`--memory-budget` ({DEFAULT_MIB} MiB if left out)" in PAGE
