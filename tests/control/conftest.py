"""Fixtures of the control API's tests: one emulator, reset before each test."""

from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.chromium import browser, context
from support.client import Api
from support.raw import Address
from support.threaded import threaded

__all__ = ["browser", "context"]

LIMITS = {
    "attempts": "reachapi_emulator.vendor.jobs.MAX_ATTEMPTS",
    "deliveries": "reachapi_emulator.testing.inbox.MAX_DELIVERIES",
    "scripted answers": "reachapi_emulator.testing.inbox.MAX_SCRIPTED",
    "bytes of a page": "reachapi_emulator.web.control.paging.MAX_PAGE_BYTES",
    "listed requests": "reachapi_emulator.web.control.paging.MAX_PAGE",
}
"""Where the bounds are that no test should have to fill."""


@pytest.fixture(scope="package")
def shared(dataset: Dataset) -> Iterator[Address]:
    """An emulator in a thread, for all tests of this folder."""
    with threaded(Server(Settings(port=0), dataset)) as address:
        yield address


@pytest.fixture
async def api(shared: Address) -> AsyncIterator[Api]:
    """A client to the shared emulator, which is as if just started."""
    host, port = shared
    async with aiohttp.ClientSession() as session:
        client = Api(f"http://{host}:{port}", session)
        await client.control("POST", "/reset")
        yield client


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """What lowers a bound for the time of a test."""
    return lambda name, value: monkeypatch.setattr(LIMITS[name], value)
