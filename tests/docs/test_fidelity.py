"""The fidelity page: complete, and every row shown by a test that exists."""

from pathlib import Path

import pytest

from support.api import BATCH, FETCH_DATA, SDK
from support.fidelity import RULINGS, problems, rows
from support.surface import FIELDS, SAMPLES, Sample, Searched

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "fidelity.md"
SHOWN = "`tests/test_a.py::test_b`"
HEAD = "| Source | Label | Behaviour | Test |\n|---|---|---|---|\n"


@pytest.fixture(scope="module")
def page() -> str:
    """The text of the fidelity page."""
    return PAGE.read_text(encoding="utf-8")


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


def test_nothing_is_wrong_with_the_page(page: str) -> None:
    """Every ruling has its row, and every row a test that exists."""
    assert [] == problems(page, ROOT)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.filter)
@pytest.mark.parametrize("kind", ["preset", "filter"])
def test_every_field_has_its_rows(page: str, kind: str, field: Searched) -> None:
    """One as a preset parameter, one as a filter field."""
    heading = {"preset": "Predefined Values", "filter": "Filter Property"}[kind]
    source = f"{heading}: `{getattr(field, kind)}`"

    assert 1 == [row.source for row in rows(page)].count(source)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
def test_every_path_is_named(page: str, sample: Sample) -> None:
    """With its method, in the row that says what it does."""
    operation = f"`{sample.method} {sample.path.partition('?')[0]}`"

    assert any(operation in row.behaviour for row in rows(page))


@pytest.mark.parametrize(
    "operation", [f"POST {FETCH_DATA}", f"GET {BATCH}", f"GET {SDK}X"]
)
def test_what_is_observed_is_named(page: str, operation: str) -> None:
    """Though the vendor's page is silent of it."""
    named = [row for row in rows(page) if f"`{operation}`" in row.behaviour]

    assert ["observed, ours"] == [row.label for row in named]


def test_a_good_page_passes(root: Path) -> None:
    """What is complete and true has no problems."""
    assert [] == problems(made_up(), root)


def test_several_tests_may_show_a_row(root: Path) -> None:
    """One below the other in their cell."""
    row = f"| Webhook | documented, ours | It does. | {SHOWN}<br>{SHOWN} |"

    assert [] == problems(made_up(row), root)


def test_a_ruling_without_a_row_is_a_problem(root: Path) -> None:
    """The last ruling has been forgotten."""
    page = made_up(rulings=range(1, 33))

    assert ["Ruling 33 has no row"] == problems(page, root)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("ours | It does. |", "no test"),
        ("ours | It does. | not yet served", "'not yet served' is no test"),
        ("ours | It does. | `tests/test_a.py`", "'`tests/test_a.py`' is no test"),
        (
            "ours | It does. | `tests/test_a.py::test_c`",
            "there is no `tests/test_a.py::test_c`",
        ),
        (
            f"ours | It does. | {SHOWN}<br>`tests/test_c.py::test_b`",
            "there is no `tests/test_c.py::test_b`",
        ),
        (f"mine | It does. | {SHOWN}", "unknown label 'mine'"),
        (f"ours | | {SHOWN}", "no behaviour"),
    ],
)
def test_a_bad_row_is_a_problem(root: Path, cells: str, problem: str) -> None:
    """Each is named with where it stands."""
    page = made_up(f"| Webhook | {cells} |")

    assert [f"Webhook: {problem}"] == problems(page, root)


def test_a_row_with_a_cell_too_few_is_refused(root: Path) -> None:
    """What cannot be read cannot be judged."""
    with pytest.raises(ValueError, match="Webhook: 2 cells instead of 4"):
        problems(made_up("| Webhook | ours |"), root)
