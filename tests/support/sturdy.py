"""Fixtures: an emulator that must bear whatever a test sends it.

A test module takes them by `pytest_plugins = ["support.sturdy"]`.
"""

import logging
from collections.abc import Iterator

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.logs import JsonFormatter
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.client import CREDITS
from support.raw import Address, ask, request
from support.threaded import prepare, state, threaded


@pytest.fixture(scope="module")
def running(dataset: Dataset) -> Iterator[Address]:
    """Run one emulator beside all tests of a module."""
    settings = Settings(port=0, rate_limit=0, validation_delay=1, retry_schedule=(1,))
    with threaded(Server(settings, dataset)) as address:
        yield address


_OTHER = {"X-API-Key": "test-afterwards"}


@pytest.fixture
def sturdy(running: Address, caplog: pytest.LogCaptureFixture) -> Iterator[Address]:
    """Hand out an emulator that must bear the test and log nothing grave.

    Its clock is frozen; the demo account has one job, delivered.
    """
    prepare(running)
    caplog.set_level(logging.INFO, "reachapi_emulator")
    yield running
    assert 200 == ask(running, request("POST", CREDITS, b"", _OTHER)).status
    lines = caplog.get_records("call")
    assert [] == [line for line in lines if line.levelno >= logging.ERROR]
    assert all(map(JsonFormatter().format, lines))


@pytest.fixture
def unharmed(sturdy: Address) -> Iterator[Address]:
    """Hand out an emulator in which the test must change nothing either."""
    before = state(sturdy)
    yield sturdy
    assert before == state(sturdy)
