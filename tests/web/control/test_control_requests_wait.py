"""POST /_emulator/requests/wait: 200 as soon as they are there, else 408."""

import asyncio
from typing import Any

import pytest

from support.api import CREDITS, PRESETS, Api
from support.steering import ask, opened, refused, waiting


async def _ended(task: asyncio.Task[Any]) -> Any:  # noqa: ANN401 # whatever the JSON holds
    async with asyncio.timeout(5):
        return await task


async def test_a_wait_ends_with_the_request(api: Api) -> None:
    """200 with it, as soon as it has been answered."""
    task = await waiting(api, "/requests/wait", {"timeout": 60})

    await api.call("POST", CREDITS)
    answer = await _ended(task)

    listed = (await api.control("GET", "/requests"))["requests"]
    assert (200, {"requests": listed}) == (answer.status, answer.json)


async def test_a_wait_is_for_the_requests_that_fit(api: Api) -> None:
    """By account, operation, status and count."""
    what = {
        "account": "demo",
        "operation": "credits",
        "status": 200,
        "count": 2,
        "timeout": 60,
    }
    task = await waiting(api, "/requests/wait", what)
    await opened(api, "test-a")
    await api.call("GET", PRESETS)
    await api.call("POST", CREDITS)
    still = not task.done()

    await api.call("POST", CREDITS)
    answer = await _ended(task)

    assert still
    assert [("demo", CREDITS)] * 2 == [
        (request["account"], request["path"]) for request in answer.json["requests"]
    ]


async def test_a_wait_may_be_for_an_account_to_come(api: Api) -> None:
    """A `test-` key opens it with the request that is waited for."""
    task = await waiting(api, "/requests/wait", {"account": "test-a", "timeout": 60})

    await opened(api, "test-a")

    assert 200 == (await _ended(task)).status


async def test_a_wait_in_vain_shows_the_nearest(api: Api) -> None:
    """408 with what fits, if too few."""
    await api.call("POST", CREDITS)

    answer = await ask(api, "POST", "/requests/wait", {"count": 2, "timeout": 0.01})

    assert 408 == answer.status
    assert [CREDITS] == [request["path"] for request in answer.json["requests"]]


@pytest.mark.parametrize(
    "what",
    [
        {"operation": "sing"},
        {"operation": 1},
        {"status": 600},
        {"status": "200"},
        {"count": 0},
        {"count": 1_001},
        {"timeout": -0.1},
        {"timeout": 601},
        {"limit": 1},
        [],
    ],
    ids=str,
)
async def test_a_wait_that_makes_no_sense_is_refused(api: Api, what: object) -> None:
    """400 at once."""
    assert 400 == (await refused(api, "POST", "/requests/wait", what))[0]
