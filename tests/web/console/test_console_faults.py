"""The view of fault rules: add one, see it strike, remove it."""

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")

CREDITS = "/api/v2/retrive/users/active/credits"


async def test_a_fault_is_added_and_strikes(api: Api, console: Console) -> None:
    await console.open("faults")
    await console.page.get_by_label("Status", exact=True).fill("503")
    await console.page.get_by_label("Operation").select_option("credits")
    await console.page.get_by_label("Maximum times").fill("2")
    await console.press("Add fault")
    row = console.rows()
    await expect(row).to_contain_text(["1requestsstatus 503creditsany"])

    answer = await api.call("POST", CREDITS)
    assert 503 == answer.status
    await expect(row).to_contain_text(["at most 2 times1Remove"])


async def test_a_kind_asks_for_what_it_takes(api: Api, console: Console) -> None:
    """A duplicate of deliveries needs neither status nor seconds nor operation."""
    await console.open("faults")
    await console.page.get_by_label("Applies to").select_option("webhook")
    await expect(console.page.get_by_label("Seconds")).to_be_visible()
    await console.page.get_by_label("Kind").select_option("DUPLICATE")
    await expect(console.page.get_by_label("Seconds")).to_be_hidden()
    await console.press("Add fault")
    await expect(console.rows()).to_contain_text(["deliveriesDUPLICATE"])

    (rule,) = await api.control("GET", "/faults")
    assert ("webhook", "DUPLICATE", None) == (
        rule["phase"],
        rule["kind"],
        rule["seconds"],
    )


async def test_one_that_could_never_strike_is_explained(console: Console) -> None:
    console.expected = "409"
    await console.open("faults")
    await console.press("Add fault")
    await expect(console.rows()).to_have_count(1)
    await console.press("Add fault")

    await expect(console.page.get_by_role("alert")).to_contain_text("delete it first")


async def test_faults_are_removed_one_by_one_or_all(api: Api, console: Console) -> None:
    for operation in ("fetch", "counts", "credits"):
        rule = {"phase": "request", "kind": "status", "status": 500}
        await api.control("POST", "/faults", {**rule, "operation": operation})
    await console.open("faults")
    await console.press("Remove fault 1")
    await expect(console.rows()).to_have_count(2)
    assert [2, 3] == [rule["id"] for rule in await api.control("GET", "/faults")]
    await console.press("Remove all")

    await expect(console.rows()).to_have_count(0)
    assert [] == await api.control("GET", "/faults")
