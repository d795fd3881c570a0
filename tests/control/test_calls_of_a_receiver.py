"""A receiver calls the API from inside its webhook handler: nothing deadlocks."""

import asyncio

import pytest

from support.client import (
    COUNTS,
    CREDITS,
    FETCH,
    PRESETS,
    Answer,
    Api,
    begin,
    opened,
    point,
)
from support.receiver import receiving

CONTROL = "/_emulator"


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
    answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    async def handle(_: object) -> int:
        answered.set_result(await api.call(method, path, json=json))
        return 200

    await api.freeze()
    async with asyncio.timeout(5), receiving(handle) as receiver:
        await point(api, receiver.url)
        await begin(api)
        answer = await answered

    assert status == answer.status


async def test_a_delivery_may_wait_for_the_next(api: Api) -> None:
    """Of another account, to the same receiver, asked for from inside the first."""
    other = await opened(api, "test-other")
    seen: list[str] = []

    async def handle(_: object) -> int:
        if not seen:
            seen.append("asked")
            seen.append((await api.wait(await other.fetch(1)))["state"])
        return 200

    async with asyncio.timeout(5), receiving(handle) as receiver:
        for account in ("demo", "test-other"):
            await point(api, receiver.url, account)
        await api.wait(await api.fetch(1))

    assert ["asked", "delivered"] == seen
