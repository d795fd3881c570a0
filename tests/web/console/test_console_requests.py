"""The view of requests, live."""

import asyncio

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")

BURST = 1_000
SHOWN = 500


async def test_a_request_appears_as_it_is_made(api: Api, console: Console) -> None:
    await api.call("POST", "/api/v2/retrive/users/active/credits")
    await console.open("requests")
    await expect(console.rows()).to_have_count(1)
    await api.fetch()

    await expect(console.rows()).to_have_count(2)
    await expect(console.rows().first).to_contain_text("Records processing initiated")


async def test_the_list_is_filtered(api: Api, console: Console) -> None:
    await api.fetch()
    await console.open("requests")
    await console.page.get_by_label("Status").select_option("404")
    await expect(console.rows()).to_have_count(0)
    await api.fetch()
    await api.call("GET", "/api/v2/predefined/records/preset-values?job_title=zzz")

    await expect(console.rows()).to_have_count(1)
    await expect(console.rows().first).to_contain_text("Not Found")


async def test_every_account_can_be_looked_at(api: Api, console: Console) -> None:
    await api.call("GET", "/nowhere", headers={"X-API-Key": "unknown"})
    await console.open("requests")
    await expect(console.rows()).to_have_count(0)
    await console.page.get_by_label("All accounts").check()

    await expect(console.rows().first).to_contain_text("GET /nowhere")


async def test_details_open_and_close_by_keyboard(api: Api, console: Console) -> None:
    await api.fetch(2, job_title={"0": "Manager"})
    await console.open("requests")
    button = console.page.get_by_role("button", name="Request 1")
    await button.press("Enter")
    await expect(console.panel("Details")).to_contain_text('"fetchCount": 2')
    await expect(console.panel("Details")).not_to_contain_text("demo-api-key")
    await console.page.keyboard.press("Escape")

    await expect(console.panel("Details")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_what_a_client_sends_is_shown_as_text(api: Api, console: Console) -> None:
    """Markup in it is no markup of the page."""
    evil = "<img src=x onerror=alert(1)>"
    await api.fetch(1, job_title={"0": evil})
    await console.open("requests")
    await console.page.get_by_role("button", name="Request 1").click()

    await expect(console.panel("Details")).to_contain_text(evil)
    await expect(console.page.locator("main img")).to_have_count(0)


async def test_clearing_empties_the_list(api: Api, console: Console) -> None:
    await api.fetch()
    await console.open("requests")
    await expect(console.rows()).to_have_count(1)
    await console.confirm("Clear requests")

    await expect(console.rows()).to_have_count(0)
    assert [] == (await api.control("GET", "/requests"))["requests"]


async def test_a_burst_leaves_it_usable(api: Api, console: Console) -> None:
    """The newest are shown, no more than fit; the menu answers."""
    await console.open("requests")
    path = "/api/v2/retrive/users/active/credits"
    for _ in range(BURST // 100):
        await asyncio.gather(*(api.call("POST", path) for _ in range(100)))

    await expect(
        console.page.get_by_role("button", name=f"Request {BURST}", exact=True)
    ).to_be_visible()
    await expect(console.rows()).to_have_count(SHOWN)
    await console.page.get_by_role(
        "button", name=f"Request {BURST}", exact=True
    ).click()
    await expect(console.panel("Details")).to_contain_text(path)
    await console.go("clock")
    await expect(console.page.get_by_role("heading", level=1)).to_have_text("Clock")
