"""Fixtures of the console's tests: a worker has one browser, one emulator, one page.

Every test finds the emulator as it was at its start and the page without a past,
and so may do anything to both.
"""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.chromium import PATIENCE_MS, SIZE
from support.client import Api
from support.console import Console, console_of
from support.embedded import started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def emulator(dataset: Dataset) -> AsyncIterator[Api]:
    """A client to an emulator whose keys may ask as often as they like."""
    async with started(dataset, Settings(port=0, rate_limit=0)) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that all tests share: a new one takes longer than most of them."""
    context = await browser.new_context(viewport=SIZE)
    context.set_default_timeout(PATIENCE_MS)
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def api(emulator: Api) -> Api:
    """A client to an emulator that is as it was at its start."""
    await emulator.control("POST", "/reset")
    return emulator


@pytest_asyncio.fixture(loop_scope="session")
async def console(page: Page, api: Api) -> AsyncIterator[Console]:
    """The console of `api`; whatever a test does, the browser has no complaint."""
    async with console_of(page, api.url) as opened:
        yield opened
