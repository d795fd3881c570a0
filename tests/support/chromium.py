"""Fixtures: a real browser that Playwright drives, and windows of it.

tests/web/conftest.py hands them out. Who takes them runs in their event loop, by
`pytest.mark.asyncio(loop_scope="session")`.
"""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    ViewportSize,
    async_playwright,
    expect,
)

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTS = "MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    # A page would have a process of its own, which takes longer than to load it.
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
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
PATIENCE_MS = 10_000
SIZE = ViewportSize(width=1280, height=800)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A browser to which there is no host but this machine, also as `evil.test`."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A window without a past."""
    opened = await browser.new_context(viewport=SIZE)
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    await opened.close()


async def show(context: BrowserContext, url: str) -> Page:
    """Show an empty page of somebody else at a URL; nothing is asked for there.

    What the page asks for afterwards goes its way untouched: as long as Playwright
    intercepts, it answers preflights itself.
    """

    async def answer(route: Route) -> None:
        await route.fulfill(body="<!doctype html><body>", content_type="text/html")

    await context.route(url, answer)
    page = await context.new_page()
    await page.goto(url)
    await context.unroute(url)
    return page
