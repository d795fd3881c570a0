"""The contract suite against what it takes for a live API."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from support.contract.lookalike import Lookalike
from support.contract.runs import Run, run_live
from support.threaded import tell, threaded

KEY = "test-live-key"
OTHERWISE = {405: (404, "Page Not Found")}
BROKEN = {404: (404, "No such page")}


@pytest.fixture(scope="module")
def lookalike(dataset: Dataset) -> Iterator[Lookalike]:
    """A live API that keeps its word, and differs in what is ours."""
    server = Lookalike(dataset, OTHERWISE)
    with threaded(server):
        yield server


@pytest.fixture(scope="module")
def result(lookalike: Lookalike) -> Run:
    """What became of the whole suite against it."""
    return run_live(lookalike.url, KEY)


def test_a_difference_in_what_is_ours_is_no_failure(result: Run) -> None:
    """Nothing the vendor has promised was broken."""
    assert 0 == result.returncode, result.stdout


def test_a_difference_is_listed(result: Run) -> None:
    """Ruling, label, check, what was expected, what came."""
    listed = result.stdout.partition("Differs from docs/fidelity.md")[2]

    assert re.search(
        r"Ruling 3 \(ours\): test_another_method_is_not_allowed\[\S+credits]\n"
        r"  expected: \(405, 'application/json', .*Method Not Allowed.*\n"
        r"  came:     \(404, 'application/json', .*Page Not Found.*\n",
        listed,
    )


def test_what_is_alike_is_not_listed(result: Run) -> None:
    """The four paths that are asked with another method, nothing else."""
    assert 4 == result.stdout.count("  expected: ")


def test_what_spends_is_skipped_with_the_reason(result: Run) -> None:
    """So that nobody takes it for checked."""
    assert re.search(
        r"SKIPPED \[\d+] .*emulator only: it spends credits", result.stdout
    )


def test_no_fetch_was_accepted(lookalike: Lookalike, result: Run) -> None:
    """Requests were sent to its path, and all of them refused."""
    assert result.returncode == 0
    entries = _told(lookalike, "/requests?operation=fetch")["requests"]

    assert {400, 401, 405} == {entry["status"] for entry in entries}
    assert [] == _told(lookalike, "/jobs")


def test_nothing_was_spent(lookalike: Lookalike, result: Run) -> None:
    """The account has the credits that it was opened with."""
    assert result.returncode == 0

    assert 10_000 == _told(lookalike, f"/accounts/{KEY}")["credits"]


def test_requests_were_held_back(result: Run) -> None:
    """More of them are sent than may begin in a second."""
    held = re.search(r"held back (\d+) times", result.stdout)

    assert held is not None
    assert int(held[1]) > 10


def test_the_key_came_from_the_environment(lookalike: Lookalike, result: Run) -> None:
    """It was sent, and is in nothing that was printed."""
    assert KEY in lookalike.keys
    assert KEY not in result.stdout + result.stderr


@pytest.fixture
def broken(dataset: Dataset) -> Iterator[Lookalike]:
    """A live API that breaks its word."""
    server = Lookalike(dataset, BROKEN)
    with threaded(server):
        yield server


def test_a_broken_promise_of_the_page_is_a_failure(broken: Lookalike) -> None:
    """It is listed too, and the key is not shown with its traceback."""
    result = run_live(broken.url, KEY, "-k", "mistyped")

    assert 1 == result.returncode, result.stdout
    assert "HTTP Return Codes: 404 (documented): test_a_mistyped_path" in result.stdout
    assert KEY not in result.stdout + result.stderr


def _told(lookalike: Lookalike, path: str) -> Any:  # noqa: ANN401 # whatever the JSON holds
    parts = urlsplit(lookalike.emulator.url)
    return tell((str(parts.hostname), int(parts.port or 0)), "GET", path)
