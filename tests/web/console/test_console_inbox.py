"""The view of an inbox: what arrives, and what it will answer."""

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_delivery_appears_as_it_arrives(api: Api, console: Console) -> None:
    await console.open("inbox")
    job = await api.fetch(2)
    await expect(console.rows()).to_contain_text([f"data_notification{job}2"])
    await console.press("Arrival 1")

    details = console.panel("Details")
    await expect(details).to_contain_text("webhook_secret_key••••••••")
    await expect(details).to_contain_text(f'"unique_processing_id": {job}')
    await expect(details).not_to_contain_text("demo-webhook-secret")


async def test_what_is_new_is_all_that_is_asked_for(api: Api, console: Console) -> None:
    await console.open("inbox")
    asked: list[str] = []
    console.page.on("request", lambda request: asked.append(request.url))
    for count in (1, 2):
        await api.send("POST", "/_emulator/inbox/demo", json={"event": count})
        await expect(console.rows()).to_have_count(count)
    pages = [url.partition("limit=200")[2] for url in asked if "/inbox/" in url]

    assert ["", "&after=1"] == pages[:2]
    assert {"&after=1", "&after=2"} >= {*pages[1:]}


async def test_the_next_answers_are_scripted(api: Api, console: Console) -> None:
    await console.open("inbox")
    await console.page.get_by_label("One for each delivery").fill("503, drop")
    await console.press("Set answers")
    await expect(console.panel("Next answers")).to_contain_text(
        "2 answers are scripted"
    )

    job = await api.fetch(1)
    (first,) = (await api.wait(job, attempts=1))["attempts"][:1]
    assert 503 == first["status"]


async def test_it_is_emptied(api: Api, console: Console) -> None:
    await api.wait(await api.fetch(1))
    await console.open("inbox")
    await expect(console.rows()).to_have_count(1)
    await console.press("Clear inbox")

    await expect(console.rows()).to_have_count(0)
    assert [] == await api.control("GET", "/inbox/demo")
