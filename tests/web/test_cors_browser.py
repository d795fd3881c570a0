"""What a real browser lets a page see, by its origin and the setting `cors`."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.chromium import show
from support.client import COUNTS, CREDITS, Api
from support.embedded import started

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORIGIN = "http://127.0.0.1:1"
BLOCKED = "TypeError"
SCRIPT = """async (calls) => {
  const told = [];
  for (const [url, init] of calls) {
    try {
      const answer = await fetch(url, init);
      const after = answer.headers.get("Retry-After");
      told.push([answer.status, (await answer.json()).message, after]);
    } catch (error) {
      told.push(error.name);
    }
  }
  return told;
}"""

Call = tuple[str, dict[str, Any]]


async def told(context: BrowserContext, calls: list[Call]) -> list[Any]:
    """Let a page of `ORIGIN` send requests, one after the other.

    Args:
        context: where the page is opened.
        calls: arguments of the page's own `fetch`.

    Returns:
        Status, message and Retry-After of each answer; a name for an error.
    """
    page = await show(context, f"{ORIGIN}/")
    seen: list[Any] = await page.evaluate(SCRIPT, calls)
    return seen


def post(api: Api, path: str, key: str = "demo-api-key", body: str = "") -> Call:
    """Return a request as a page sends it; it needs a preflight."""
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    return f"{api.url}{path}", {"method": "POST", "headers": headers, "body": body}


async def test_a_page_of_an_allowed_origin_sees_answers_and_refusals(
    context: BrowserContext, dataset: Dataset
) -> None:
    """Status, body, and what tells it when to ask again."""
    settings = Settings(port=0, cors=(ORIGIN,), rate_limit=2, rate_limit_headers=True)
    async with started(dataset, settings) as api:
        await api.freeze()
        calls = [
            post(api, CREDITS),
            post(api, COUNTS, body="{}"),
            post(api, CREDITS),
            post(api, CREDITS, key="unknown"),
            post(api, "/nowhere"),
        ]
        seen = await told(context, calls)

    assert [
        [200, "success", None],
        [400, "Missing parameter filter", None],
        [429, "Too many requests", "1"],
        [401, "Unauthorized", None],
        [404, "Page Not Found", None],
    ] == seen


@pytest.mark.parametrize("cors", [(), ("http://127.0.0.1:2",)], ids=["off", "another"])
async def test_a_page_of_another_origin_sees_nothing(
    context: BrowserContext, dataset: Dataset, cors: tuple[str, ...]
) -> None:
    """And its request is never sent: the browser has asked before."""
    async with started(dataset, Settings(port=0, cors=cors)) as api:
        seen = await told(context, [post(api, CREDITS)])
        asked = (await api.control("GET", "/requests"))["requests"]

    assert [BLOCKED] == seen
    assert [("OPTIONS", 405)] == [(row["method"], row["status"]) for row in asked]


async def test_no_page_sees_the_control_api(
    context: BrowserContext, dataset: Dataset
) -> None:
    """Not even where every page may call the vendor's surface."""
    async with started(dataset, Settings(port=0, cors=("*",))) as api:
        calls: list[Call] = [(f"{api.url}/_emulator/health", {}), post(api, CREDITS)]
        seen = await told(context, calls)

    assert [BLOCKED, [200, "success", None]] == seen
