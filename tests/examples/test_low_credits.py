"""A client whose credits run low takes what it can afford."""

import pytest
import requests
from my_client import Client

from reachapi_emulator.client import Account


def test_the_client_takes_what_it_can_afford(reachapi: Account) -> None:
    """Five contacts for the last five credits."""
    reachapi.set_credits(5)
    Client(reachapi.url, reachapi.api_key).fetch(100, {})

    assert 5 == len(reachapi.wait_for_webhook().records)
    assert 0 == reachapi.credits


def test_requests_under_way_have_their_credits_reserved(reachapi: Account) -> None:
    """What is left for the second is what the first does not need."""
    reachapi.set_credits(5)
    reachapi.freeze()  # nothing is validated, nothing is charged
    client = Client(reachapi.url, reachapi.api_key)
    client.fetch(3, {})
    client.fetch(3, {})

    assert [3, 2] == [job.fetch_count for job in reachapi.jobs]
    assert (5, 5) == (reachapi.credits, reachapi.reserved)


def test_without_credits_the_client_says_so(reachapi: Account) -> None:
    """No job is made, and nothing is charged."""
    reachapi.set_credits(0)
    with pytest.raises(requests.HTTPError):
        Client(reachapi.url, reachapi.api_key).fetch(1, {})

    assert [] == reachapi.jobs
