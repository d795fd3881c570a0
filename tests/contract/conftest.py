"""The contract suite: which API it checks, and what of it may be checked."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.table import slug
from reachapi_emulator.embedded import Emulator
from support.contract.account import Account, opened
from support.contract.client import Vendor
from support.contract.reporter import SOURCE, Reporter, Source
from support.contract.target import Target, TargetError, target_at

HERE = Path(__file__).parent
KEY_VARIABLE = "REACHAPI_API_KEY"
NAMED = pytest.StashKey[Target | None]()
NOT_LIVE = (
    "for an emulator only: it spends credits, turns what a live API has not, or "
    "expects the data set that comes along"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the address and the key of an API that is running."""
    group = parser.getgroup("contract", "the contract of ReachAPI (tests/contract)")
    group.addoption(
        "--base-url",
        metavar="URL",
        help="check the API at this address; left out, an emulator is started",
    )
    group.addoption(
        "--api-key",
        metavar="KEY",
        help=f"API key of a live API; {KEY_VARIABLE} keeps it off the command line",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find out what there is to check, before anything is collected."""
    for marker in (
        "promise(source, label): the row of docs/fidelity.md that a check is about",
        f"emulator_only: a check {NOT_LIVE}",
    ):
        config.addinivalue_line("markers", marker)
    named = config.stash[NAMED] = _named(config)
    config.pluginmanager.register(Reporter(named), "contract-reporter")


def _named(config: pytest.Config) -> Target | None:
    url, key = (config.getoption(name, None) for name in ("--base-url", "--api-key"))
    if url is None:
        if key is not None:
            raise pytest.UsageError("--api-key is that of a --base-url: give both")
        return None
    try:
        target = target_at(url, key or os.environ.get(KEY_VARIABLE, ""))
    except TargetError as error:
        raise pytest.UsageError(str(error)) from None
    if target.is_live and config.getoption("numprocesses", None):
        raise pytest.UsageError("a live API is asked by one process: leave out -n")
    return target


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what starts an emulator of its own, where an API was named."""
    other = collection_path.suffix == ".py" and not _has_checks(collection_path)
    return True if other and config.stash[NAMED] else None


def _has_checks(path: Path) -> bool:
    return path.parent == HERE and path.name.startswith("test_promises_")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Note what every check is about; skip what is not for a live API."""
    target = config.stash[NAMED]
    for item in items:
        if _has_checks(item.path):
            source = item.stash[SOURCE] = _source_of(item)
            item.extra_keyword_matches.add(slug(source.row))
        live = target is not None and target.is_live
        if live and item.get_closest_marker("emulator_only"):
            item.add_marker(pytest.mark.skip(reason=NOT_LIVE))


def _source_of(item: pytest.Item) -> Source:
    marker = item.get_closest_marker("promise")
    if marker is None:
        raise pytest.UsageError(f"{item.nodeid}: mark the promise that it checks")
    return Source(*marker.args)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """What is checked: the API that was named, else an emulator of one's own."""
    if (named := pytestconfig.stash[NAMED]) is not None:
        yield named
        return
    with Emulator(port=0) as emulator:
        yield Target(emulator.url)


@pytest.fixture
def account(target: Target) -> Iterator[Account]:
    """An account of the check's own, on an emulator."""
    with opened(target.url) as account:
        yield account


@pytest.fixture
def vendor(request: pytest.FixtureRequest, target: Target) -> Vendor:
    """A client under a good key."""
    if target.is_live:
        return target.vendor()
    account: Account = request.getfixturevalue("account")
    return account.vendor
