"""/_emulator/requests: the journal, listed and cleared."""

import pytest

from support.api import CREDITS, PRESETS, Api
from support.serving import Serve
from support.steering import opened, refused


async def _paths(api: Api, query: str = "") -> list[str]:
    journal = await api.control("GET", f"/requests{query}")
    return [request["path"] for request in journal["requests"]]


async def test_the_journal_begins_empty(api: Api) -> None:
    """Nothing evicted, no requests."""
    assert {"evicted": 0, "requests": []} == await api.control("GET", "/requests")


async def test_the_newest_request_is_last(api: Api) -> None:
    """Numbered from 1 as they came."""
    await api.call("POST", CREDITS)
    await api.call("GET", PRESETS)

    journal = await api.control("GET", "/requests")

    assert [(1, CREDITS), (2, PRESETS)] == [
        (request["id"], request["path"]) for request in journal["requests"]
    ]


async def test_the_journal_lets_the_oldest_go(serve: Serve) -> None:
    """It keeps as many as the settings say, and tells how many went."""
    api = await serve(journal_size=5)
    for number in range(8):
        await api.call("GET", f"/{number}")

    journal = await api.control("GET", "/requests")

    assert 3 == journal["evicted"]
    assert list(range(4, 9)) == [request["id"] for request in journal["requests"]]


async def test_requests_are_listed_by_what_they_are(api: Api) -> None:
    """By account, operation, status, and all together."""
    other = await opened(api, "test-a")
    await other.call("GET", PRESETS)
    await api.call("GET", PRESETS)
    await api.call("POST", CREDITS)

    found = [
        await _paths(api, query)
        for query in (
            "?account=test-a",
            "?operation=presets",
            "?status=400",
            "?status=404",
            "?account=demo&operation=credits&status=200",
        )
    ]

    assert [
        [CREDITS, PRESETS],
        [PRESETS, PRESETS],
        [PRESETS, PRESETS],
        [],
        [CREDITS],
    ] == found


@pytest.mark.parametrize(
    ("limit", "paths"), [(0, []), (2, ["/1", "/2"]), (9, ["/0", "/1", "/2"])]
)
async def test_a_limit_takes_the_newest(api: Api, limit: int, paths: list[str]) -> None:
    """At most so many, still newest last."""
    for number in range(3):
        await api.call("GET", f"/{number}")

    assert paths == await _paths(api, f"?limit={limit}")


async def test_at_most_a_thousand_are_listed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are asked for."""
    monkeypatch.setattr("reachapi_emulator.web.control.requests.MAX_LISTED", 2)
    for number in range(3):
        await api.call("GET", f"/{number}")

    assert ["/1", "/2"] == await _paths(api, "?limit=999999999999999999")


@pytest.mark.parametrize(
    ("method", "query", "status", "reason"),
    [
        ("GET", "account=nobody", 404, "there is no account 'nobody'"),
        ("GET", "operation=sing", 400, "unknown operation 'sing': one of batch, "),
        ("GET", "status=99", 400, "status must be from 100 to 599"),
        ("GET", "status=ok", 400, "status must be a whole number"),
        ("GET", "limit=-1", 400, "limit must be a whole number"),
        ("GET", "limit=1&limit=2", 400, "parameter 'limit' is there twice"),
        ("GET", "key=a", 400, "unknown parameter 'key'"),
        ("DELETE", "account=nobody", 404, "there is no account 'nobody'"),
        ("DELETE", "status=200", 400, "unknown parameter 'status': known are account"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(
    api: Api, method: str, query: str, status: int, reason: str
) -> None:
    """What is wrong with it is said."""
    found = await refused(api, method, f"/requests?{query}")

    assert (status, reason) == (found[0], found[1][: len(reason)])


async def test_a_cleared_journal_begins_anew(serve: Serve) -> None:
    """Requests, numbers and the count of evicted are gone."""
    api = await serve(journal_size=1)
    for _ in range(2):
        await api.call("POST", CREDITS)

    assert {"cleared": "all"} == await api.control("DELETE", "/requests")

    empty = await api.control("GET", "/requests")
    await api.call("POST", CREDITS)
    (request,) = (await api.control("GET", "/requests"))["requests"]
    assert {"evicted": 0, "requests": []} == empty
    assert 1 == request["id"]


async def test_the_journal_is_cleared_for_one_account(api: Api) -> None:
    """The requests of others stay."""
    await opened(api, "test-a")
    await api.call("POST", CREDITS)

    cleared = await api.control("DELETE", "/requests?account=test-a")

    left = (await api.control("GET", "/requests"))["requests"]
    assert {"cleared": "test-a"} == cleared
    assert ["demo"] == [request["account"] for request in left]
