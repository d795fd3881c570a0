"""GET /_emulator/jobs/{id}/payload: the exact body of a delivery."""

import orjson
import pytest

from support.api import Api
from support.hanging import receiving
from support.steering import (
    ask,
    begin,
    held_validation,
    point,
    refused,
)


async def test_the_payload_is_what_is_delivered(api: Api) -> None:
    """To the byte, as JSON."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        job = await begin(api)
        await api.wait(job)

        answer = await ask(api, "GET", f"/jobs/{job}/payload")

    assert "application/json" == answer.headers["Content-Type"]
    assert receiver.bodies == [answer.body]


async def test_every_attempt_sends_the_payload(api: Api) -> None:
    """The same bytes each time (ruling 30)."""
    statuses = iter([500, 500, 200])

    async def answer(_: object) -> int:
        return next(statuses)

    await api.freeze()
    async with receiving(answer) as receiver:
        await point(api, receiver.url)
        job = await begin(api)
        for attempts, wait in ((1, 1), (2, 5)):
            await api.wait(job, attempts=attempts)
            await api.advance(wait)
        await api.wait(job)

        payload = (await ask(api, "GET", f"/jobs/{job}/payload")).body

    assert [payload] * 3 == receiver.bodies


async def test_there_is_a_payload_before_the_first_attempt(api: Api) -> None:
    """Once validation has ended, even if nothing can be sent."""
    await api.freeze()
    job = await api.fetch()
    await api.control("PUT", "/accounts/demo/webhook", {"url": None})
    await api.advance(1)

    payload = orjson.loads((await ask(api, "GET", f"/jobs/{job}/payload")).body)

    assert (job, "data_notification") == (
        payload["unique_processing_id"],
        payload["event"],
    )


async def test_there_is_no_payload_before_validation(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 while submitted, and while validating."""
    await api.freeze()
    with held_validation(monkeypatch):
        job = await api.fetch()
        reasons = [await refused(api, "GET", f"/jobs/{job}/payload")]
        await api.control("PATCH", "/clock", {"frozen": False})
        await api.wait(job, state="validating")
        reasons.append(await refused(api, "GET", f"/jobs/{job}/payload"))

    busy = f"job {job} is being validated: wait until it delivers"
    assert [(409, busy)] * 2 == reasons
