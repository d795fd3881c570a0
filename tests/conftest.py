"""Fixtures of the whole suite: emulators, accounts of a test's own, and clients."""

import gc
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import hypothesis
import pytest

from reachapi_emulator.client import Account
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.embedded import Emulator
from support import conformance
from support.client import Api, Serve
from support.command import Run, running
from support.start import default_dataset, start

# Real time per example says more of the machine than of the code.
hypothesis.settings.register_profile("here", deadline=None, max_examples=100)
hypothesis.settings.register_profile(
    "ci", hypothesis.settings.get_profile("here"), derandomize=True, database=None
)
hypothesis.settings.load_profile("ci" if "CI" in os.environ else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out with the slow tests what builds, and what drives a browser."""
    for item in items:
        drives = "browser" in getattr(item, "fixturenames", ())
        if drives or item.get_closest_marker("artefact"):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Let the garbage of tests be looked for among what tests made, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Undo what a test that runs the program in this process sets of its log."""
    logger = logging.getLogger("reachapi_emulator")
    handlers, level, propagates = list(logger.handlers), logger.level, logger.propagate
    yield
    logger.handlers[:], logger.propagate = handlers, propagates
    logger.setLevel(level)


@pytest.fixture(autouse=True)
def _deliveries_conform() -> Iterator[None]:
    """Fail the test whose receivers saw a delivery that the document does not allow."""
    conformance.unfit.clear()
    yield
    assert [] == conformance.unfit


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, run in this process."""
    return running(capsys)


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The default data set, loaded once."""
    return default_dataset()


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The emulator that tests share, in a thread, without a validation delay."""
    with Emulator(validation_delay=0) as emulator:
        yield emulator


@pytest.fixture
def account(emulator: Emulator) -> Iterator[Account]:
    """An account of the test's own on the shared emulator, deleted afterwards."""
    with emulator.account() as account:
        yield account


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start emulators, each with settings of its own."""
    async with AsyncExitStack() as exits:

        async def started(**settings: Any) -> Api:  # noqa: ANN401 # one of each setting
            return await exits.enter_async_context(start("loop", **settings))

        yield started


@pytest.fixture
async def api(serve: Serve) -> Api:
    """A client to an emulator with the default settings."""
    return await serve()
