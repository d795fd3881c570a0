"""The glossary: each term once, and no class that there is not."""

import ast
import re
from pathlib import Path

import pytest

import reachapi_emulator
from reachapi_emulator.vendor.job import STATES

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
PACKAGE = Path(reachapi_emulator.__file__).parent
ROWS = re.findall(
    r"^\| (?!term|-)(.+?) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
)
CLASS = re.compile(r"`([A-Z][a-z]\w*)`")


def classes() -> set[str]:
    return {
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def test_every_class_that_it_names_exists() -> None:
    named = set(CLASS.findall(" ".join(meaning for _, meaning in ROWS)))

    assert {"Worker", "Jobs"} <= named
    assert set() == named - classes()


def test_every_term_has_one_meaning() -> None:
    terms = [term for terms, _ in ROWS for term in terms.split(", ")]

    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_job_is_named(state: str) -> None:
    assert f"`{state}`" in dict(ROWS)["job state"]
