"""What becomes of a check that is not as checks ought to be."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from support.contract.lookalike import Lookalike
from support.contract.runs import CHECKS, run, run_live
from support.threaded import threaded

KEY = "test-live-key"
HEAD = """
import pytest
from support.api import CREDITS, FETCH
"""
ODD = """
@pytest.mark.promise("{1}")
def test_{0}(vendor):
    assert 1 == vendor.post(CREDITS).data["no such key"]
"""
SPENDING = """
@pytest.mark.promise("Ruling 3")
def test_an_unmarked_check_that_spends(vendor):
    vendor.post(FETCH, {"fetchCount": 1, "filter": {}})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of checks, without any."""
    shutil.copy(CHECKS / "conftest.py", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def lookalike(dataset: Dataset) -> Iterator[Lookalike]:
    """What is taken for a live API."""
    server = Lookalike(dataset, {})
    with threaded(server):
        yield server


def write(folder: Path, text: str) -> None:
    """Write a module of checks."""
    (folder / "test_promises_made_up.py").write_text(HEAD + text)


def test_a_check_without_a_promise_is_refused(folder: Path) -> None:
    """Nothing runs until its row is named."""
    write(folder, "\ndef test_a(vendor):\n    ...\n")
    result = run(folder=folder)

    assert 4 == result.returncode
    assert "::test_a: mark the promise that it checks" in result.stderr


def test_an_answer_of_another_shape_is_a_difference(
    folder: Path, lookalike: Lookalike
) -> None:
    """A failure where the page has promised it."""
    write(folder, ODD.format("ours", "Ruling 3") + ODD.format("theirs", "Ruling 1"))
    result = run_live(lookalike.url, KEY, folder=folder)

    assert "1 failed, 1 xfailed" in result.stdout
    assert 2 == result.stdout.count("  came:     KeyError: 'no such key'")


def test_a_check_that_would_spend_is_a_failure(
    folder: Path, lookalike: Lookalike
) -> None:
    """Even of a promise that is ours: the mistake is in the suite."""
    write(folder, SPENDING)
    lookalike.keys.clear()
    result = run_live(lookalike.url, KEY, folder=folder)

    assert 1 == result.returncode, result.stdout
    assert "could be accepted and charged" in result.stdout
    assert KEY not in lookalike.keys
