"""A first test, with httpx and async (pytest-asyncio runs it)."""

import httpx
import pytest

from reachapi_emulator.client import Account


async def fetch(client: httpx.AsyncClient, count: int) -> int:
    """Ask for Californians; return the unique_processing_id."""
    answer = await client.post(
        "/api/v2/async/records/filter",
        json={
            "fetchCount": count,
            "filter": {"company_address_state": {"0": "California"}},
        },
    )
    answer.raise_for_status()
    number: int = answer.json()["data"]["unique_processing_id"]
    return number


@pytest.mark.asyncio
async def test_californians_arrive(reachapi: Account) -> None:
    """Their records come by webhook."""
    headers = {"X-API-Key": reachapi.api_key}
    async with httpx.AsyncClient(base_url=reachapi.url, headers=headers) as client:
        number = await fetch(client, count=2)

    delivery = await reachapi.async_wait_for_webhook()
    states = [record["company_address_state"] for record in delivery.records]
    assert number == delivery.unique_processing_id
    assert ["California", "California"] == states
