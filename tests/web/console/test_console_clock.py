"""The view of clocks: freeze, advance, and what is due."""

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_clock_of_all_is_frozen_and_let_go(
    api: Api, console: Console
) -> None:
    await console.open("clock")
    face = console.panel("Global clock")
    await console.press("Freeze", within=face)
    await expect(face).to_contain_text("frozen")
    await expect(console.page.locator("#clock")).to_contain_text("frozen")
    assert (await api.control("GET", "/clock"))["frozen"]
    await console.press("Resume", within=face)

    await expect(console.page.locator("#clock")).to_contain_text("running")


async def test_an_account_is_advanced_alone(api: Api, console: Console) -> None:
    await api.freeze()
    before = (await api.control("GET", "/clock"))["now"]
    await console.open("clock")
    face = console.panel("Clock of demo")
    await face.get_by_label("Seconds").fill("90")
    for button in ("Advance", "+1 min"):
        await console.act(button, "/accounts/demo/clock/advance", within=face)
    own = (await api.control("GET", "/accounts/demo/clock"))["now"]

    assert pytest.approx(150) == own - before
    assert before == (await api.control("GET", "/clock"))["now"]


async def test_an_account_follows_the_clock_of_all_again(
    api: Api, console: Console
) -> None:
    await api.control("PATCH", "/accounts/demo/clock", {"frozen": True})
    await console.open("clock")
    await expect(console.panel("Clock of demo")).to_contain_text("frozen")
    await console.press("Follow the global clock")

    await expect(console.panel("Clock of demo")).to_contain_text("running")


async def test_it_is_advanced_to_what_is_due(api: Api, console: Console) -> None:
    await api.freeze()
    job = await api.fetch(1)
    await console.open("clock")
    await console.press(f"Advance to job {job}")

    await expect(console.panel("What is due")).to_contain_text("Nothing is due")
    assert "delivered" == (await api.wait(job))["state"]


async def test_a_jump_from_outside_is_shown(api: Api, console: Console) -> None:
    await console.open("clock")
    await expect(console.page.locator("#clock")).to_contain_text("running")
    await api.freeze()

    await expect(console.panel("Clock of demo")).to_contain_text("frozen")
