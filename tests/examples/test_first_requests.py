"""A first test, with requests."""

import requests

from reachapi_emulator.client import Account

EXECUTIVES = {"job_title_level": {"0": "C-Suite"}}


def fetch(base_url: str, api_key: str, count: int) -> int:
    """Ask for executives; return the unique_processing_id."""
    answer = requests.post(
        f"{base_url}/api/v2/async/records/filter",
        json={"fetchCount": count, "filter": EXECUTIVES},
        headers={"X-API-Key": api_key},
        timeout=10,
    )
    answer.raise_for_status()
    number: int = answer.json()["data"]["unique_processing_id"]
    return number


def test_executives_arrive(reachapi: Account) -> None:
    """Their records come by webhook, and cost a credit each."""
    number = fetch(reachapi.url, reachapi.api_key, count=3)

    delivery = reachapi.wait_for_webhook()
    levels = [record["contact_job_title_level_1"] for record in delivery.records]
    assert number == delivery.unique_processing_id
    assert ["C-Suite", "C-Suite", "C-Suite"] == levels
    assert 10_000 - 3 == reachapi.credits
