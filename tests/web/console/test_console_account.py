"""The view of an account: the vendor's own steps, and credits."""

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_account_is_created_and_picked(api: Api, console: Console) -> None:
    await console.open()
    fields = console.panel("New account")
    await fields.get_by_label("ID").fill("acme")
    await fields.get_by_label("Credits").fill("77")
    await console.press("Create account")

    await expect(console.page.locator("#account")).to_have_value("acme")
    await expect(console.page.locator("#credits")).to_have_text("77")
    assert 77 == (await api.control("GET", "/accounts/acme"))["credits"]


async def test_an_account_that_an_outsider_opens_can_be_picked(
    api: Api, console: Console
) -> None:
    await console.open()
    await api.control("POST", "/accounts", {"id": "acme"})
    choices = console.page.locator("#account option")

    await expect(choices).to_have_text(["demo", "acme"])


async def test_a_webhook_is_set(api: Api, console: Console) -> None:
    await console.open()
    fields = console.panel("Webhook")
    await fields.get_by_label("Endpoint URL").fill("http://127.0.0.1:9/hook")
    await fields.get_by_label("Inactive", exact=True).check()
    await console.act("Save Webhook", "/accounts/demo/webhook")

    webhook = (await api.control("GET", "/accounts/demo"))["webhook"]
    assert ("http://127.0.0.1:9/hook", False) == (webhook["url"], webhook["active"])


async def test_a_refused_webhook_is_explained(console: Console) -> None:
    console.expected = "400"
    await console.open()
    url = console.panel("Webhook").get_by_label("Endpoint URL")
    await url.fill("ftp://nowhere")
    await console.press("Save Webhook")

    await expect(console.page.get_by_role("alert")).to_contain_text("http")
    await expect(url).to_have_value("ftp://nowhere")


async def test_a_webhook_is_removed_and_led_to_the_inbox(
    api: Api, console: Console
) -> None:
    await console.open()
    url = console.panel("Webhook").get_by_label("Endpoint URL")
    await console.press("Remove")
    await expect(url).to_have_value("")
    await console.press("Use the inbox")

    await expect(url).to_have_value(f"{api.url}/_emulator/inbox/demo")


@pytest.mark.parametrize(
    ("button", "name", "held"),
    [
        ("Generate API Key", "API key", "demo-api-key"),
        ("Re-generate Webhook Secret", "webhook secret", "demo-webhook-secret"),
    ],
)
async def test_a_secret_is_masked_until_asked_for_and_can_be_renewed(
    console: Console, button: str, name: str, held: str
) -> None:
    await console.open()
    view = console.page.locator("main")
    await expect(view).not_to_contain_text(held)
    await console.press(f"Show {name}")
    await expect(view).to_contain_text(held)
    await console.confirm(button)

    await expect(view).not_to_contain_text(held)


async def test_what_cannot_be_taken_back_can_be_left(
    api: Api, console: Console
) -> None:
    """Escape is no, and the focus is where it was."""
    await console.open()
    await console.press("Delete account")
    await console.page.keyboard.press("Escape")

    button = console.page.get_by_role("button", name="Delete account")
    await expect(button).to_be_focused()
    assert "demo" == (await api.control("GET", "/accounts/demo"))["id"]


async def test_a_deleted_account_gives_way_to_another(
    api: Api, console: Console
) -> None:
    """The first there is; without any, the view offers to open one."""
    console.expected = "404"  # what was asked for as it went
    await api.control("POST", "/accounts", {"id": "acme"})
    await console.open()
    await console.confirm("Delete account")
    await expect(console.page.locator("#account")).to_have_value("acme")
    await console.confirm("Delete account")

    await expect(
        console.page.get_by_role("button", name="Create account")
    ).to_be_visible()
    await expect(console.panel("API key")).to_have_count(0)


async def test_credits_are_set_and_the_ledger_tells(console: Console) -> None:
    await console.open()
    await console.page.get_by_label("New balance").fill("120")
    await console.press("Set balance")

    await expect(console.rows().first).to_contain_text("-9,880120set")
    await expect(console.page.locator("#credits")).to_have_text("120")


async def test_a_charge_appears_as_it_is_made(api: Api, console: Console) -> None:
    await console.open()
    job = await api.fetch(3)

    await expect(console.rows().first).to_contain_text(f"charge{job}")
    await expect(console.page.locator("#credits")).to_have_text("9,997")


async def test_an_account_is_suspended_and_reset(api: Api, console: Console) -> None:
    await console.open()
    await console.press("Suspend")
    await expect(console.page.get_by_role("button", name="Reactivate")).to_be_visible()
    assert (await api.control("GET", "/accounts/demo"))["suspended"]
    await console.confirm("Reset account")

    await expect(console.page.get_by_role("button", name="Suspend")).to_be_visible()
