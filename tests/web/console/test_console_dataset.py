"""The view of the data set: a filter, its count, and the curl line."""

import json
import shlex

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_values_are_completed_from_the_presets(console: Console) -> None:
    await console.open("dataset")
    await console.page.get_by_label("Field").select_option("company_address_state")
    await console.page.get_by_label("Value", exact=True).fill("calif")

    choices = console.page.locator("#presets option")
    await expect(choices).to_have_count(1)
    await expect(choices).to_have_attribute("value", "California")


async def test_a_filter_shows_count_and_records(api: Api, console: Console) -> None:
    wanted = {"job_title_level": {"0": "C-Suite"}}
    body = {"filter": wanted}
    data = (await api.call("POST", "/api/v2/request/records/count", json=body)).json[
        "data"
    ]
    await console.open("dataset")
    await console.page.get_by_label("Field").select_option("job_title_level")
    await console.page.get_by_label("Value", exact=True).fill("C-Suite")
    await console.press("Add")

    await expect(console.panel("Result")).to_contain_text(
        f"{data['counts']:,} contacts match"
    )
    ids = [str(record["id"]) for record in data["records"]]
    await expect(console.rows().locator("td:first-child")).to_have_text(ids)


async def test_a_value_is_taken_back(console: Console) -> None:
    console.expected = "404"  # no preset contains it
    await console.open("dataset")
    await console.page.get_by_label("Value", exact=True).fill("nobody at all")
    await console.press("Add")
    await expect(console.panel("Result")).to_contain_text("0 contacts match")
    await console.press("Remove job_title: nobody at all")

    await expect(console.panel("Result")).to_contain_text("10,000 contacts match")


async def test_the_curl_line_says_the_same(api: Api, console: Console) -> None:
    """In a shell's words, with the key left to the environment."""
    await console.open("dataset")
    for value in ("Manager", "Nurse"):
        await console.page.get_by_label("Value", exact=True).fill(value)
        await console.press("Add")
    line = console.panel("curl line: Count")
    await expect(line).to_contain_text("Nurse")
    words = shlex.split((await line.inner_text()).replace("\\\n", ""))

    assert ["curl", "-s", f"{api.url}/api/v2/request/records/count"] == words[:3]
    assert "X-API-Key: $REACHAPI_KEY" in words
    assert {"filter": {"job_title": {"0": "Manager", "1": "Nurse"}}} == json.loads(
        words[-1]
    )


async def test_a_refusal_is_shown(api: Api, console: Console) -> None:
    console.expected = "403"
    await api.control("PATCH", "/accounts/demo", {"suspended": True})
    await console.open("dataset")

    await expect(console.page.get_by_role("alert")).to_contain_text("403 Forbidden")
