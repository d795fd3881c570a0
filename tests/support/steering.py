"""What tests of the control API do again and again."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from pyroaring import BitMap

from reachapi_emulator.vendor.email_check import EmailCheck
from support.client import (
    Answer,
    Api,
    ask as ask,
    begin as begin,
    opened as opened,
    point as point,
    refused as refused,
    script as script,
    under as under,
)
from support.conformance import check_answer


async def waiting(api: Api, path: str, json: object) -> asyncio.Task[Answer]:
    """Send a POST that waits for something; return once it has arrived.

    It takes the connection that is open already, so that the request after it,
    which has to open one, is behind it.
    """
    await api.control("GET", "/health")
    task = asyncio.create_task(ask(api, "POST", path, json))
    await asyncio.sleep(0)
    await api.control("GET", "/health")
    return task


async def halfway(
    api: Api,
    method: str,
    path: str,
    json: object,
    meanwhile: Callable[[], Awaitable[object]],
) -> Answer:
    """Send a request under the key; something happens while its body arrives."""
    start, end = (body := orjson.dumps(json))[:5], body[5:]

    async def halves() -> AsyncIterator[bytes]:
        yield start
        await meanwhile()
        yield end

    async with api.session.request(
        method, api.url + path, data=halves(), headers={"X-API-Key": api.key or ""}
    ) as response:
        content = await response.read()
        answer = Answer(response.status, dict(response.headers), content)
    check_answer(method, path, answer.status, answer.headers, content)
    return answer


async def clock_of(api: Api, account: str = "test-a") -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return what the clock shows that an account follows."""
    return await api.control("GET", f"/accounts/{account}/clock")


async def jump(api: Api, seconds: float, account: str = "test-a") -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Let an account's own clock jump; return what it shows then."""
    return await api.control(
        "POST", f"/accounts/{account}/clock/advance", {"seconds": seconds}
    )


async def turn_everything(api: Api, account: str) -> None:
    """Change all that can be changed of an account."""
    await api.control("PATCH", f"/accounts/{account}/clock", {"frozen": True})
    await script(api, *[{"status": 500}] * 9, inbox=account)
    job = await api.fetch(2)
    await jump(api, 60, account)
    await api.wait(job, attempts=1)
    await api.send("POST", f"/_emulator/inbox/{account}", json=1)
    change = {"name": "Other", "credits": 5, "suspended": True}
    await api.control("PATCH", f"/accounts/{account}", change)
    await api.control("POST", f"/accounts/{account}/api-key")
    await api.control("PUT", f"/accounts/{account}/webhook", {"url": "inbox:elsewhere"})
    await api.control("POST", f"/accounts/{account}/webhook/secret")


async def seen(api: Api, account: str) -> dict[str, Any]:
    """Return all that the control API shows of an account."""
    paths = {
        "account": f"/accounts/{account}",
        "clock": f"/accounts/{account}/clock",
        "jobs": f"/jobs?account={account}",
        "requests": f"/requests?account={account}",
        "inbox": f"/inbox/{account}",
        "ledger": f"/accounts/{account}/ledger",
    }
    return {name: await api.control("GET", path) for name, path in paths.items()}


@contextmanager
def held_validation(patch: pytest.MonkeyPatch) -> Iterator[asyncio.Event]:
    """Let validations wait until the event is set; at the end of the block it is."""
    validate, release = EmailCheck.valid, asyncio.Event()

    async def wait(validator: EmailCheck, numbers: BitMap) -> BitMap:
        await release.wait()
        return await validate(validator, numbers)

    patch.setattr(EmailCheck, "valid", wait)
    try:
        yield release
    finally:
        release.set()
