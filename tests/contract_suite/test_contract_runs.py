"""The contract suite as a program: against an emulator, and what it takes for live."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.contract.lookalike import Lookalike
from support.contract.runs import CHECKS, Run, run, run_live
from support.embedded import free_port
from support.threaded import tell, threaded

pytestmark = pytest.mark.artefact

KEY = "test-live-key"
OTHERWISE = {405: (404, "Page Not Found")}
BROKEN = {404: (404, "No such page")}
MADE_UP = """
import pytest
from support.client import CREDITS, FETCH

@pytest.mark.promise("Ruling 3", "ours")
def test_ours(vendor):
    assert 1 == vendor.post(CREDITS).data["no such key"]

@pytest.mark.promise("Ruling 1", "documented")
def test_theirs(vendor):
    assert 1 == vendor.post(CREDITS).data["no such key"]

@pytest.mark.promise("Ruling 3", "ours")
def test_an_unmarked_check_that_spends(vendor):
    vendor.post(FETCH, {"fetchCount": 1, "filter": {}})
"""


def told(url: str, path: str) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return what an emulator tells."""
    parts = urlsplit(url)
    return tell((str(parts.hostname), int(parts.port or 0)), "GET", path)


def test_against_an_emulator_it_runs_in_full_and_leaves_nothing_behind(
    dataset: Dataset,
) -> None:
    emulator = Server(Settings(port=0), dataset)
    with threaded(emulator):
        result = run("--base-url", emulator.url + "/")
        accounts = told(emulator.url, "/accounts")

    assert 0 == result.returncode, result.stdout
    assert not re.search(r"skipped|xfailed", result.stdout)
    assert "Nowhere, in what was checked." in result.stdout
    assert ["demo"] == [account["id"] for account in accounts]


def test_an_emulator_is_held_to_what_is_ours(dataset: Dataset) -> None:
    unlimited = Server(Settings(port=0, rate_limit=0), dataset)
    with threaded(unlimited):
        result = run("--base-url", unlimited.url, "-k", "refusal_of_the_limit_is")

    assert 1 == result.returncode, result.stdout
    assert "Ruling 3 (ours): test_the_refusal_of_the_limit" in result.stdout


def test_where_nobody_listens_it_says_so_in_one_line() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    result = run("--base-url", url, "--api-key", "any")

    assert (4, "") == (result.returncode, result.stdout)
    assert re.fullmatch(
        rf"ERROR: nothing to check at {url}: no answer: .*refused\n+", result.stderr
    )


def test_a_key_alone_does_not_check_an_emulator_of_ones_own() -> None:
    result = run("--api-key", "any")

    assert (4, "ERROR: --api-key is that of a --base-url: give both") == (
        result.returncode,
        result.stderr.strip(),
    )


of_one_run = pytest.mark.xdist_group("live")


@pytest.fixture(scope="module")
def lookalike(dataset: Dataset) -> Iterator[Lookalike]:
    """A live API that keeps its word, and differs in what is ours."""
    server = Lookalike(dataset, OTHERWISE)
    with threaded(server):
        yield server


@pytest.fixture(scope="module")
def live(lookalike: Lookalike) -> Run:
    """What became of the whole suite against it."""
    result = run_live(lookalike.url, KEY)
    assert 0 == result.returncode, result.stdout
    return result


@of_one_run
def test_a_difference_in_what_is_ours_is_listed_and_no_failure(live: Run) -> None:
    listed = live.stdout.partition("Differs from docs/fidelity.md")[2]

    assert re.search(
        r"Ruling 3 \(ours\): test_promise\[ruling-3:GET-\S+credits]\n"
        r"  expected: \(405, 'application/json', .*Method Not Allowed.*\n"
        r"  came:     \(404, 'application/json', .*Page Not Found.*\n",
        listed,
    )
    assert 4 == live.stdout.count("  expected: ")  # what is alike is not listed


@of_one_run
def test_what_spends_is_skipped_with_the_reason(live: Run) -> None:
    assert re.search(r"SKIPPED \[\d+] .*emulator only: it spends credits", live.stdout)


@of_one_run
def test_no_fetch_was_accepted_and_nothing_spent(
    lookalike: Lookalike, live: Run
) -> None:
    del live
    url = lookalike.emulator.url
    entries = told(url, "/requests?operation=fetch")["requests"]

    assert {400, 401, 405} == {entry["status"] for entry in entries}
    assert [] == told(url, "/jobs")
    assert 10_000 == told(url, f"/accounts/{KEY}")["credits"]


@of_one_run
def test_requests_were_held_back(live: Run) -> None:
    held = re.search(r"held back (\d+) times", live.stdout)

    assert held is not None
    assert int(held[1]) > 10


@of_one_run
def test_the_key_came_from_the_environment_and_is_not_shown(
    lookalike: Lookalike, live: Run
) -> None:
    assert KEY in lookalike.keys
    assert KEY not in live.stdout + live.stderr


def test_a_live_api_is_not_asked_by_several_processes(lookalike: Lookalike) -> None:
    result = run("-pxdist", "-n2", "--base-url", lookalike.url, "--api-key", "any")

    assert (4, "ERROR: a live API is asked by one process: leave out -n") == (
        result.returncode,
        result.stderr.strip(),
    )


def test_a_broken_promise_of_the_page_is_a_failure(dataset: Dataset) -> None:
    server = Lookalike(dataset, BROKEN)
    with threaded(server):
        result = run_live(server.url, KEY, "-k", "http-return-codes-404:")

    assert 1 == result.returncode, result.stdout
    assert "HTTP Return Codes: 404 (documented): test_promise[" in result.stdout
    assert KEY not in result.stdout + result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of checks, without any."""
    shutil.copy(CHECKS / "conftest.py", tmp_path)
    return tmp_path


def test_a_check_without_a_promise_is_refused(folder: Path) -> None:
    (folder / "test_promises_none.py").write_text("def test_a(vendor):\n    ...\n")
    result = run(folder=folder)

    assert 4 == result.returncode
    assert "::test_a: mark the promise that it checks" in result.stderr


def test_a_check_that_meets_another_shape_differs_and_one_that_spends_fails(
    folder: Path, lookalike: Lookalike
) -> None:
    (folder / "test_promises_made_up.py").write_text(MADE_UP)
    result = run_live(lookalike.url, KEY, folder=folder)

    assert "2 failed, 1 xfailed" in result.stdout
    assert 2 == result.stdout.count("  came:     KeyError: 'no such key'")
    assert "could be accepted and charged" in result.stdout
