"""The fidelity page: complete, true, and the same as the contract suite."""

import re
from pathlib import Path

import pytest

from contract.promises import PROMISES
from contract.table import slug
from support.client import BATCH, FETCH_DATA, SDK
from support.fidelity import RULINGS, problems, rows
from support.sample_clients import proven
from support.surface import FIELDS, SAMPLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
OBSERVED = (f"POST {FETCH_DATA}", f"GET {BATCH}", f"GET {SDK}X")
PROMISE = re.compile(r'^@promise\("(.+)", (\w+)\)$', re.MULTILINE)
CLIENTS = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
SHOWN = "`tests/test_a.py::test_b`"
HEAD = "| Source | Label | Behaviour | Test |\n|---|---|---|---|\n"


def promised() -> set[tuple[str, str]]:
    """Return source and label of all that the contract suite checks."""
    modules = (ROOT / "tests" / "contract").glob("test_promises_*.py")
    found = [each for path in modules for each in PROMISE.findall(path.read_text())]
    table = {(promise.source, promise.label) for promise in PROMISES}
    return table | {(source, label.lower()) for source, label in found}


def test_every_ruling_has_a_row_and_every_row_a_test_that_exists() -> None:
    assert [] == problems(PAGE, ROOT, {slug(source) for source, _ in promised()})


def test_the_contract_suite_checks_rows_of_the_page_under_their_labels() -> None:
    known = {(row.source, label) for row in rows(PAGE) for label in row.labels}

    assert set() == promised() - known


def test_every_field_has_its_rows() -> None:
    sources = [row.source for row in rows(PAGE)]

    for field in FIELDS:
        assert 1 == sources.count(f"Predefined Values: `{field.preset}`")
        assert 1 == sources.count(f"Filter Property: `{field.filter}`")


def test_every_operation_is_named_where_it_is_described() -> None:
    operations = {f"`{each.method} {each.path.partition('?')[0]}`" for each in SAMPLES}
    behaviours = [row.behaviour for row in rows(PAGE)]

    assert set() == {name for name in operations if name not in "".join(behaviours)}
    for operation in OBSERVED:
        labels = [row.label for row in rows(PAGE) if f"`{operation}`" in row.behaviour]
        assert ["observed, ours"] == labels


def test_every_client_that_runs_is_named_and_no_other() -> None:
    section = PAGE.partition("## Clients proven\n")[2].partition("\n## ")[0]
    named = {name: clients.split(", ") for name, clients in CLIENTS.findall(section)}

    assert proven() == named


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one test."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("async def test_b() -> None: ...\n")
    return tmp_path


def made_up(*rows: str, rulings: range = RULINGS) -> str:
    """Return a page with a good row for each ruling, and these rows."""
    good = [f"| Ruling {n} | ours | It does. | {SHOWN} |" for n in rulings]
    return HEAD + "\n".join([*good, *rows])


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (f"documented, ours | It does. | {SHOWN}<br>{SHOWN}", []),
        ("ours | It does. | `-k ruling-1:`", []),
        ("ours | It does. |", ["no test"]),
        ("ours | It does. | not yet served", ["'not yet served' is no test"]),
        ("ours | It does. | `tests/test_a.py`", ["'`tests/test_a.py`' is no test"]),
        (
            "ours | It does. | `tests/test_a.py::test_c`",
            ["there is no `tests/test_a.py::test_c`"],
        ),
        (
            f"ours | It does. | {SHOWN}<br>`tests/test_c.py::test_b`",
            ["there is no `tests/test_c.py::test_b`"],
        ),
        ("ours | It does. | `-k ruling-2:`", ["there is no `-k ruling-2:`"]),
        (f"mine | It does. | {SHOWN}", ["unknown label 'mine'"]),
        (f"ours | | {SHOWN}", ["no behaviour"]),
    ],
)
def test_what_is_wrong_with_a_row_is_told(
    root: Path, cells: str, found: list[str]
) -> None:
    page = made_up(f"| Webhook | {cells} |")

    assert [f"Webhook: {text}" for text in found] == problems(page, root, {"ruling-1:"})


def test_a_ruling_without_a_row_is_a_problem(root: Path) -> None:
    page = made_up(rulings=range(1, 33))

    assert ["Ruling 33 has no row"] == problems(page, root, ())


def test_a_row_with_a_cell_too_few_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="Webhook: 2 cells instead of 4"):
        problems(made_up("| Webhook | ours |"), root, ())
