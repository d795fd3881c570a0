"""The contract suite as a program: against an emulator, and with bad options."""

import re
from collections.abc import Iterator

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.contract.lookalike import Lookalike
from support.contract.runs import run
from support.embedded import free_port
from support.threaded import tell, threaded


@pytest.fixture
def emulator(dataset: Dataset) -> Iterator[Server]:
    """An emulator that listens."""
    emulator = Server(Settings(port=0), dataset)
    with threaded(emulator):
        yield emulator


@pytest.fixture
def lookalike(dataset: Dataset) -> Iterator[Lookalike]:
    """What is taken for a live API."""
    server = Lookalike(dataset, {})
    with threaded(server):
        yield server


def test_against_an_emulator_it_runs_in_full(emulator: Server) -> None:
    """Nothing fails or is skipped, no key is needed, and nothing is left behind."""
    result = run("--base-url", emulator.url + "/")
    accounts = tell(_address(emulator), "GET", "/accounts")

    assert 0 == result.returncode, result.stdout
    assert not re.search(r"skipped|xfailed", result.stdout)
    assert "Nowhere, in what was checked." in result.stdout
    assert ["demo"] == [account["id"] for account in accounts]


def test_an_emulator_is_held_to_what_is_ours(dataset: Dataset) -> None:
    """What is a difference from a live API is a failure of an emulator."""
    unlimited = Server(Settings(port=0, rate_limit=0), dataset)
    with threaded(unlimited):
        result = run("--base-url", unlimited.url, "-k", "refusal_of_the_limit")

    assert 1 == result.returncode, result.stdout
    assert "Ruling 3 (ours): test_the_refusal_of_the_limit" in result.stdout


def test_where_nobody_listens_it_says_so_in_one_line() -> None:
    """A usage error, before anything is collected."""
    url = f"http://127.0.0.1:{free_port()}"
    result = run("--base-url", url, "--api-key", "any")

    assert (4, "") == (result.returncode, result.stdout)
    assert re.fullmatch(
        rf"ERROR: nothing to check at {url}: no answer: .*refused\n+", result.stderr
    )


def test_a_key_alone_names_nothing() -> None:
    """A forgotten URL does not check an emulator of one's own instead."""
    result = run("--api-key", "any")

    assert (4, "ERROR: --api-key is that of a --base-url: give both") == (
        result.returncode,
        result.stderr.strip(),
    )


def test_a_live_api_is_not_asked_by_several_processes(lookalike: Lookalike) -> None:
    """Together they would be too fast for it."""
    result = run("-pxdist", "-n2", "--base-url", lookalike.url, "--api-key", "any")

    assert (4, "ERROR: a live API is asked by one process: leave out -n") == (
        result.returncode,
        result.stderr.strip(),
    )


def _address(emulator: Server) -> tuple[str, int]:
    host, _, port = emulator.url.removeprefix("http://").partition(":")
    return host, int(port)
