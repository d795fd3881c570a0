"""Requests that a fault delays: held on their account's clock."""

import asyncio
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError, web

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from reachapi_emulator.web.http_server import EnvelopeRunner
from support.api import CREDITS, Answer, Api
from support.embedded import client_of, embedded
from support.faulty import noted, rule
from support.serving import Serve
from support.steering import opened
from support.surface import SAMPLES, Sample, ask


async def held(api: Api, sample: Sample) -> "asyncio.Task[Answer]":
    """Send a request that a delay holds; return once it is held."""
    await api.control("GET", "/health")  # leaves an open connection to send it on
    task = asyncio.create_task(ask(api, sample))
    await asyncio.sleep(0)
    (fault,) = await api.control("GET", "/faults")
    assert (1, False) == (fault["struck"], task.done())
    return task


async def test_a_delay_is_over_when_its_time_has_come(api: Api) -> None:
    """On the account's clock: then the request is answered as ever."""
    await api.freeze()
    number = await rule(api, "delay", seconds=30)
    task = await held(api, SAMPLES[1])
    await api.advance(29)
    waits = not task.done()
    await api.advance(1)
    async with asyncio.timeout(5):
        await task

    assert waits
    assert [(200, "success", number)] == await noted(api)


async def test_a_delayed_credit_check_tells_what_there_is_then(api: Api) -> None:
    """Not what there was when it came in."""
    await api.freeze()
    await rule(api, "delay", seconds=30)
    task = await held(api, SAMPLES[1])
    await api.control("PATCH", "/accounts/demo", {"credits": 5})
    await api.advance(30)
    async with asyncio.timeout(5):
        answer = await task

    assert {"available_credit": 5} == answer.json["data"]


async def test_what_comes_during_a_delay_counts_on(serve: Serve) -> None:
    """The delayed request is told of it, and drops none of it from the window."""
    api = await serve(rate_limit=2, rate_limit_headers=True)
    await api.freeze()
    await rule(api, "delay", seconds=0.6, times=1)
    task = await held(api, SAMPLES[1])
    await api.advance(0.4)
    await api.call("POST", CREDITS)
    await api.advance(0.2)
    async with asyncio.timeout(5):
        delayed = await task
    third = await api.call("POST", CREDITS)

    assert ("0", 429) == (delayed.headers["RateLimit-Remaining"], third.status)


async def test_nobodys_request_waits_on_the_global_clock(api: Api) -> None:
    """The Java SDK sends no key."""
    await api.freeze()
    await rule(api, "delay", seconds=30, operation="sdk")
    sdk = Sample("GET", "/v1/predefined/retrieve-data/get-country", "Success")
    task = await held(api, sdk)
    await api.advance(30)
    async with asyncio.timeout(5):
        answer = await task

    assert 200 == answer.status


@pytest.mark.parametrize("what", [{}, {"account": "demo"}], ids=["all", "account"])
async def test_a_reset_drops_who_is_held(api: Api, what: dict[str, str]) -> None:
    """Nothing of the world before happens in the new one."""
    await api.freeze()
    await rule(api, "delay", seconds=30, times=1)
    task = await held(api, SAMPLES[-1])
    await api.control("POST", "/reset", what)

    with pytest.raises(ServerDisconnectedError):
        await task
    assert [] == await api.control("GET", "/jobs")
    assert [] == await noted(api)


async def test_a_deleted_account_drops_who_is_held(api: Api) -> None:
    """There is nobody left to answer for."""
    await api.freeze()
    other = await opened(api, "test-a")
    await rule(api, "delay", seconds=30, times=1)
    task = await held(other, SAMPLES[-1])
    await api.control("DELETE", "/accounts/test-a")

    with pytest.raises(ServerDisconnectedError):
        await task


class Patient(EnvelopeRunner):
    """Gives those who are under way more time than a test has."""

    def __init__(self, app: web.Application, **kwargs: Any) -> None:  # noqa: ANN401 # as the parent's
        super().__init__(app, **kwargs | {"shutdown_timeout": 50})


async def test_a_stop_waits_for_nobody_who_is_held(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their connections end at once."""
    monkeypatch.setattr("reachapi_emulator.server.EnvelopeRunner", Patient)
    async with (
        embedded(dataset, Settings(port=0)) as emulator,
        client_of(emulator) as api,
    ):
        await api.freeze()
        await rule(api, "delay", seconds=30)
        task = await held(api, SAMPLES[1])
        async with asyncio.timeout(10):
            await emulator.stop()

        with pytest.raises(ServerDisconnectedError):
            await task
