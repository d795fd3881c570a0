"""Fixtures of the console's tests: they share one browser, and so one event loop."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.api import Api
from support.browser import CHROMIUM
from support.console import Console, chromium, console_of
from support.embedded import started
from support.serving import Serve


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[BrowserContext]:
    """A browser, started once."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium here")
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def serve(dataset: Dataset) -> AsyncIterator[Serve]:
    """Start emulators in the browser's event loop."""
    async with AsyncExitStack() as exits:

        async def start(**settings: Any) -> Api:  # noqa: ANN401 # one of each setting
            values = Settings(**{"port": 0, **settings})
            return await exits.enter_async_context(started(dataset, values))

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def api(serve: Serve) -> Api:
    """A client to an emulator whose keys may ask as often as they like."""
    return await serve(rate_limit=0)


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: BrowserContext, api: Api) -> AsyncIterator[Console]:
    """The console of `api`; whatever a test does, the browser has no complaint."""
    async with console_of(browser, api.url) as opened:
        yield opened
        assert [] == opened.faults()
