"""What a real browser lets a page see, by its origin and the setting `cors`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.api import COUNTS, CREDITS, Api
from support.browser import CHROMIUM, Call, Page, serving
from support.serving import Serve

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")

BLOCKED = "TypeError"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page on a port of its own, and so of another origin than any emulator."""
    async with serving() as served:
        yield served


def post(api: Api, path: str, key: str = "demo-api-key", body: str = "") -> Call:
    """Return a request as a page sends it; it needs a preflight."""
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    return f"{api.url}{path}", {"method": "POST", "headers": headers, "body": body}


async def test_a_page_of_an_allowed_origin_sees_answers_and_refusals(
    serve: Serve, page: Page, tmp_path: Path
) -> None:
    """Status, body, and what tells it when to ask again."""
    api = await serve(cors=(page.origin,), rate_limit=2, rate_limit_headers=True)
    await api.freeze()
    calls = [
        post(api, CREDITS),
        post(api, COUNTS, body="{}"),
        post(api, CREDITS),
        post(api, CREDITS, key="unknown"),
        post(api, "/nowhere"),
    ]

    assert [
        [200, "success", None],
        [400, "Missing parameter filter", None],
        [429, "Too many requests", "1"],
        [401, "Unauthorized", None],
        [404, "Page Not Found", None],
    ] == await page.fetch(calls, tmp_path)


@pytest.mark.parametrize("cors", [(), ("http://127.0.0.1:1",)], ids=["off", "another"])
async def test_a_page_of_another_origin_sees_nothing(
    serve: Serve, page: Page, tmp_path: Path, cors: tuple[str, ...]
) -> None:
    """And its request is never sent: the browser has asked before."""
    api = await serve(cors=cors)
    told = await page.fetch([post(api, CREDITS)], tmp_path)
    asked = (await api.control("GET", "/requests"))["requests"]

    assert [BLOCKED] == told
    assert [("OPTIONS", 405)] == [(row["method"], row["status"]) for row in asked]


async def test_no_page_sees_the_control_api(
    serve: Serve, page: Page, tmp_path: Path
) -> None:
    """Not even where every page may call the vendor's surface."""
    api = await serve(cors=("*",))
    calls: list[Call] = [(f"{api.url}/_emulator/health", {}), post(api, CREDITS)]

    assert [BLOCKED, [200, "success", None]] == await page.fetch(calls, tmp_path)
