"""The glossary: each term once, and no class that there is not."""

import re
from pathlib import Path

import reachapi_emulator
from reachapi_emulator.vendor.job import STATES

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
PACKAGE = Path(reachapi_emulator.__file__).parent
ROWS = re.findall(
    r"^\| (?!term|-)(.+?) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
)


def test_every_class_that_it_names_exists() -> None:
    meanings = " ".join(meaning for _, meaning in ROWS)
    named = set(re.findall(r"`([A-Z][a-z]\w*)`", meanings))
    source = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))

    assert {"Worker", "Jobs"} <= named
    assert named <= set(re.findall(r"^class (\w+)", source, re.MULTILINE))


def test_every_term_has_one_meaning() -> None:
    terms = [term for terms, _ in ROWS for term in terms.split(", ")]

    assert len(set(terms)) == len(terms)
    assert set(STATES) <= set(re.findall(r"`(\w+)`", dict(ROWS)["job state"]))
