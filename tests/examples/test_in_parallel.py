"""Tests that run at the same time, on one emulator."""

import pytest
from my_client import Client

from reachapi_emulator.client import Account


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_nobody_else_is_seen(reachapi: Account, count: int) -> None:
    """Credits, jobs and inbox are this test's own."""
    Client(reachapi.url, reachapi.api_key).fetch(count, {})
    reachapi.wait_for_webhook()

    assert 10_000 - count == reachapi.credits
    assert [count] == [job.fetch_count for job in reachapi.jobs]
    assert [count] == [len(arrival.records) for arrival in reachapi.inbox]


def test_its_clock_stops_nobody(reachapi: Account) -> None:
    """The others go on while it stands still, and jumps."""
    reachapi.freeze()
    before = reachapi.clock.now
    reachapi.advance(3600)

    assert 3600 == reachapi.clock.now - before
