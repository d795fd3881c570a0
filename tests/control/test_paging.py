"""Lists come a page at a time, with links from one to the next."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest

from support.client import Api, Serve, ask, refused
from support.control import Limit

Fill = Callable[[Api], Awaitable[None]]
LINK = re.compile(r'</_emulator([^>]+)>; rel="(prev|next)"')


async def add_accounts(api: Api) -> None:
    for name in "bcde":
        await api.control("POST", "/accounts", {"id": name})


async def add_changes(api: Api) -> None:
    for balance in range(4):
        await api.control("PATCH", "/accounts/demo", {"credits": balance})


async def add_jobs(api: Api) -> None:
    await api.freeze()
    for _ in range(5):
        await api.fetch_data(1)


async def add_requests(api: Api) -> None:
    for _ in range(5):
        await api.call("GET", "/nowhere")


async def add_deliveries(api: Api) -> None:
    for number in range(5):
        await api.send("POST", "/_emulator/inbox/shelf", json=number)


LISTS = {
    "/accounts": add_accounts,
    "/accounts/demo/ledger": add_changes,
    "/jobs?account=demo": add_jobs,
    "/requests?status=404": add_requests,
    "/inbox/shelf": add_deliveries,
}


async def page(api: Api, path: str) -> tuple[list[Any], str | None, str | None]:
    """Return the entries of a page, and where its link leads, and as what."""
    answer = await ask(api, "GET", path)
    found = answer.json
    entries = found if isinstance(found, list) else found["requests"]
    link = LINK.fullmatch(answer.headers.get("Link", ""))
    return (entries, link[1], link[2]) if link else (entries, None, None)


async def pages(api: Api, path: str | None, rel: str) -> list[list[Any]]:
    """Return every page from one on, as the links lead."""
    found = []
    while path:
        entries, path, leads = await page(api, path)
        assert leads in {rel, None}
        found.append(entries)
    return found


@pytest.mark.parametrize(("path", "fill"), LISTS.items(), ids=LISTS)
async def test_a_list_comes_a_page_at_a_time(api: Api, path: str, fill: Fill) -> None:
    """The newest first, or from an entry on, the oldest first; none comes twice."""
    await fill(api)
    sign = "&" if "?" in path else "?"
    (every,) = await pages(api, path, "prev")
    back = await pages(api, f"{path}{sign}limit=2", "prev")
    ahead = await pages(api, f"{path}{sign}limit=2&after=0", "next")

    assert [every[3:], every[1:3], every[:1]] == back
    assert [every[:2], every[2:4], every[4:]] == ahead
    assert [[], None, None] == [*await page(api, f"{path}{sign}limit=0")]
    both = await refused(api, "GET", f"{path}{sign}before=3&after=1")
    assert (400, "give before or after, not both") == both


async def test_a_page_has_a_bound_in_bytes(serve: Serve, limit: Limit) -> None:
    """An entry that is larger than it is alone on its page."""
    api = await serve()
    limit("bytes of a page", 1_000)
    for body in (b"a" * 100, b"b" * 2_000, b"c" * 100, b"d" * 100):
        await api.send("POST", "/_emulator/inbox/shelf", data=body)
    back = await pages(api, "/inbox/shelf", "prev")

    assert ["cd", "b", "a"] == [
        "".join(each["body"][0] for each in entries) for entries in back
    ]


async def test_what_is_new_is_told_from_what_is_known(api: Api) -> None:
    """An inbox that was emptied uses no id again."""
    await add_deliveries(api)
    (*_, last), *_ = await page(api, "/inbox/shelf")
    await api.control("DELETE", "/inbox/shelf")
    await api.send("POST", "/_emulator/inbox/shelf", json="new")
    new, *_ = await page(api, f"/inbox/shelf?after={last['id']}")

    assert ["new"] == [each["body"] for each in new]


async def test_large_answers_wait_for_room_and_small_ones_need_none(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a budget of 16 MiB, 4 are for deliveries that arrive and large answers."""
    monkeypatch.setattr("reachapi_emulator.web.control.forms.SECONDS", 0.02)
    api = await serve(memory_budget=16)
    shelf = "/_emulator/inbox/shelf"
    await api.send("POST", shelf, data=BytesIO(bytes(300_000)))
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield bytes(4 * 1024 * 1024 - 1_000)
        await go_on.wait()

    arriving = asyncio.create_task(api.session.post(api.url + shelf, data=slowly()))
    while (await api.send("GET", shelf)).status != 503:
        pass
    small = (await api.send("GET", f"{shelf}?limit=0")).status
    status, reason = await refused(api, "GET", "/inbox/shelf")
    go_on.set()
    await arriving

    assert (200, 503) == (small, status)
    assert "too many large answers at once" in reason
    assert 200 == (await api.send("GET", shelf)).status
