"""The console over time: lost connections, resets, the control token."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, expect

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.client import Api
from support.console import Console, console_of
from support.embedded import started

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = "let-me-in-please"

STREAM_BY_HAND = """
const own = window.fetch;
window.fetch = (url, init) => String(url).endsWith("/_emulator/events")
  ? Promise.resolve(new Response(new ReadableStream({
      start: (stream) => { window.push = (text) =>
        stream.enqueue(new TextEncoder().encode(text)); },
    })))
  : own(url, init);
"""


async def test_a_lost_connection_is_made_again(page: Page, dataset: Dataset) -> None:
    """It says so meanwhile, and shows what the emulator is like then."""
    before = started(dataset, Settings(port=0))
    first = await before.__aenter__()
    await first.fetch()
    async with console_of(page, first.url) as console:
        console.expected = "net::ERR_"
        await console.open("requests")
        await expect(console.rows()).to_have_count(1)
        await before.__aexit__(None, None, None)
        connection = console.page.locator("#connection")
        await expect(connection).to_have_text("reconnecting")
        port = int(urlsplit(first.url).port or 0)
        async with started(dataset, Settings(port=port)):
            await expect(connection).to_have_text("live")
            await expect(console.rows()).to_have_count(0)


async def test_after_missed_events_all_is_asked_for_anew(
    api: Api, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.add_init_script(STREAM_BY_HAND)
    async with console_of(page, api.url) as console:
        async with page.expect_response(f"{api.url}/_emulator/requests*"):
            await console.open("requests")
        await api.fetch()
        await expect(console.rows()).to_have_count(0)
        await page.evaluate("window.push(`event: missed\\ndata: {}\\n\\n`)")

        await expect(console.rows()).to_have_count(1)


async def test_a_reset_from_outside_is_shown(api: Api, console: Console) -> None:
    await api.fetch()
    await console.open("requests")
    await expect(console.rows()).to_have_count(1)
    await api.control("POST", "/reset")

    await expect(console.rows()).to_have_count(0)
    await expect(console.page.locator("#credits")).to_have_text("10,000")


async def test_the_token_is_asked_for_once(page: Page, dataset: Dataset) -> None:
    """A wrong one is told; the right one outlives a reload, in this tab alone."""
    async with (
        started(dataset, Settings(port=0, control_token=TOKEN)) as api,
        console_of(page, api.url) as console,
    ):
        console.expected = "401"
        await console.page.goto(f"{api.url}/_emulator/#/requests")
        dialog = console.page.get_by_role("dialog")
        for given in ("wrong-wrong", TOKEN):
            await dialog.get_by_label("Token").fill(given)
            await console.press("Continue")
        await expect(console.page.locator("#connection")).to_have_text("live")
        await console.page.reload()
        await expect(console.page.locator("#connection")).to_have_text("live")
        await api.fetch()

        await expect(console.rows()).to_have_count(1)
        await expect(dialog).to_have_count(0)
