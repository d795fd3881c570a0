"""Fixtures: a real browser that Playwright drives, and windows of it.

tests/web/conftest.py hands them out. Who takes them runs in their event loop, by
`pytest.mark.asyncio(loop_scope="session")`.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from support.browser import CHROMIUM

HOSTS = "MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium asks people before a page may call this machine; what is to be seen is
    # what the emulator says.
    "--disable-features=LocalNetworkAccessChecks",
    f"--host-resolver-rules={HOSTS}",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A browser to which there is no host but this machine, also as `evil.test`."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A window without a past."""
    opened = await browser.new_context()
    yield opened
    await opened.close()
