"""A client that is too fast for the rate limit waits, and comes through."""

from my_client import Client

from reachapi_emulator.client import Account


def test_the_eleventh_request_of_a_second_waits(reachapi: Account) -> None:
    """Ten are admitted; the next one is, a second later."""
    reachapi.freeze()
    client = Client(reachapi.url, reachapi.api_key, sleep=reachapi.advance)
    for _ in range(11):
        client.fetch(1, {})

    statuses = [request.status for request in reachapi.requests]
    assert [200] * 10 + [429, 200] == statuses


def test_a_limit_out_of_the_blue(reachapi: Account) -> None:
    """The key may be in use elsewhere as well: the client tries again."""
    reachapi.freeze()
    reachapi.fail_next("fetch", status=429, times=2)
    waits: list[float] = []
    Client(reachapi.url, reachapi.api_key, sleep=waits.append).fetch(1, {})

    assert [1, 1] == waits
