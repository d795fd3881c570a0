"""A receiver calls the API from inside its webhook handler: nothing deadlocks.

No lock and no transaction is held across a webhook POST.
"""

import asyncio
from typing import Any

import pytest

from support.api import COUNTS, CREDITS, FETCH, PRESETS, Answer, Api
from support.hanging import receiving
from support.steering import begin, opened, point

CONTROL = "/_emulator"


async def inside(api: Api, method: str, path: str, json: object = None) -> Answer:
    """Return the answer to a call that a receiver makes before it answers 200."""
    answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    async def handle(_: object) -> int:
        answered.set_result(await api.call(method, path, json=json))
        return 200

    await api.freeze()
    async with asyncio.timeout(5), receiving(handle) as receiver:
        await point(api, receiver.url)
        await begin(api)
        return await answered


@pytest.mark.parametrize(
    ("method", "path", "json", "status"),
    [
        ("POST", CREDITS, None, 200),
        ("GET", f"{PRESETS}?job_title=dev", None, 200),
        ("POST", COUNTS, {"filter": {}}, 200),
        ("POST", FETCH, {"fetchCount": 1, "filter": {}}, 200),
        ("GET", f"{CONTROL}/jobs/1300", None, 200),
        ("GET", f"{CONTROL}/jobs/1300/payload", None, 200),
        ("POST", f"{CONTROL}/jobs/1300/wait", {"state": "delivering"}, 200),
        ("POST", f"{CONTROL}/jobs/1300/wait", {"timeout": 0.02}, 408),
        ("POST", f"{CONTROL}/jobs/1300/redeliver", None, 409),
        ("GET", f"{CONTROL}/requests", None, 200),
        ("POST", f"{CONTROL}/requests/wait", {"operation": "fetch"}, 200),
        ("PATCH", f"{CONTROL}/clock", {"frozen": False}, 200),
        ("POST", f"{CONTROL}/clock/advance", {"seconds": 3_600}, 200),
        ("POST", f"{CONTROL}/accounts/demo/clock/advance", {"seconds": 60}, 200),
        ("PATCH", f"{CONTROL}/accounts/demo", {"credits": 1}, 200),
        ("POST", f"{CONTROL}/accounts/demo/api-key", None, 200),
        ("POST", f"{CONTROL}/accounts/demo/webhook/secret", None, 200),
        ("PUT", f"{CONTROL}/accounts/demo/webhook", {"url": None}, 200),
        ("DELETE", f"{CONTROL}/accounts/demo", None, 200),
        ("POST", f"{CONTROL}/reset", {"scope": "journal"}, 200),
        ("POST", f"{CONTROL}/reset", {"account": "demo"}, 200),
        ("POST", f"{CONTROL}/reset", None, 200),
    ],
)
async def test_a_call_from_inside_is_answered(
    api: Api, method: str, path: str, json: object, status: int
) -> None:
    assert status == (await inside(api, method, path, json)).status


async def test_a_delivery_may_lead_to_the_next(api: Api) -> None:

    async def handle(delivery: Any) -> int:  # noqa: ANN401 # whatever the JSON holds
        if delivery["unique_processing_id"] < 1303:
            await api.fetch(1)
        return 200

    async with receiving(handle) as receiver:
        await point(api, receiver.url)
        await api.fetch(1)
        async with asyncio.timeout(5):
            for _ in range(4):
                await receiver.arrival()
        await api.wait(1303)

    assert [1300, 1301, 1302, 1303] == receiver.jobs


async def test_a_delivery_may_wait_for_another_account(api: Api) -> None:
    """A receiver that waits for a job delivered to itself meanwhile gets it."""
    other = await opened(api, "test-other")
    theirs = await other.fetch(1)
    seen: list[str] = []

    async def handle(delivery: Any) -> int:  # noqa: ANN401 # whatever the JSON holds
        if delivery["unique_processing_id"] != theirs:
            seen.append((await api.wait(theirs))["state"])
        return 200

    async with asyncio.timeout(5), receiving(handle) as receiver:
        for account in ("demo", "test-other"):
            await point(api, receiver.url, account)
        await api.wait(await api.fetch(1))

    assert ["delivered"] == seen
