"""A webhook receiver in aiohttp, and its tests (pytest-asyncio runs them)."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from my_client import Client

from reachapi_emulator.client import Account

SECRET = web.AppKey("SECRET", str)
SEEN = web.AppKey("SEEN", set[int])
RECORDS = web.AppKey("RECORDS", list[Any])


async def receive(request: web.Request) -> web.Response:
    """Store the records of a delivery, once however often it comes."""
    secret = request.headers.get("webhook_secret_key", "")
    if not hmac.compare_digest(secret.encode(), request.app[SECRET].encode()):
        raise web.HTTPUnauthorized
    body = await request.json()
    if body["unique_processing_id"] not in request.app[SEEN]:
        request.app[SEEN].add(body["unique_processing_id"])
        request.app[RECORDS].extend(body["data"])
    return web.Response()


def receiver(secret: str) -> web.Application:
    """Return the application; deliveries are larger than aiohttp's limit of 1 MiB."""
    app = web.Application(client_max_size=100 * 2**20)
    app[SECRET] = secret
    app[SEEN], app[RECORDS] = set(), []
    app.router.add_post("/hook", receive)
    return app


@pytest_asyncio.fixture
async def app(reachapi: Account) -> AsyncIterator[web.Application]:
    """The receiver, configured as the account's webhook."""
    app = receiver(reachapi.webhook_secret or "")
    async with TestServer(app) as server:
        reachapi.set_webhook(str(server.make_url("/hook")))
        yield app


async def fetch(reachapi: Account, count: int) -> int:
    """Submit a data request, while the loop goes on."""
    client = Client(reachapi.url, reachapi.api_key)
    return await asyncio.to_thread(client.fetch, count, {})


@pytest.mark.asyncio
async def test_records_are_stored(reachapi: Account, app: web.Application) -> None:
    """More than a MiB of them."""
    await fetch(reachapi, 2_000)
    delivery = await reachapi.async_wait_for_webhook()

    assert delivery.records == app[RECORDS]


@pytest.mark.asyncio
async def test_a_delivery_that_comes_twice_is_stored_once(
    reachapi: Account, app: web.Application
) -> None:
    """For an acknowledgement can get lost on its way."""
    reachapi.faults.add("DUPLICATE", phase="webhook", times=1)
    await fetch(reachapi, 3)
    await reachapi.async_wait_for_webhook()

    assert 3 == len(app[RECORDS])


@pytest.mark.asyncio
async def test_a_wrong_secret_is_refused(
    reachapi: Account, app: web.Application
) -> None:
    """As after Re-generate, until the receiver knows the new one."""
    reachapi.generate_webhook_secret()
    job = await reachapi.async_wait_for_job(await fetch(reachapi, 1), attempts=1)

    assert 401 == job.attempts[0].status
    assert [] == app[RECORDS]
