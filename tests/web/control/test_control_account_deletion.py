"""DELETE /_emulator/accounts/{id}: it goes with all that hangs on it."""

import asyncio

import pytest

from support.api import CREDITS, FETCH, Api
from support.hanging import receiving
from support.steering import (
    begin,
    halfway,
    held_validation,
    opened,
    point,
    refused,
    under,
    waiting,
)

CLOCK = "/_emulator/accounts/demo/clock"


async def test_a_deleted_account_is_gone(api: Api) -> None:
    """The answer names it, and it is not found from then on."""
    assert {"deleted": "demo"} == await api.control("DELETE", "/accounts/demo")

    assert [] == await api.control("GET", "/accounts")
    assert 404 == (await refused(api, "DELETE", "/accounts/demo"))[0]


async def test_its_key_was_never_issued(api: Api) -> None:
    """401, as for any unknown key."""
    await api.control("DELETE", "/accounts/demo")

    assert 401 == (await api.call("POST", CREDITS)).status


async def test_its_jobs_go_with_it(api: Api) -> None:
    """They are neither listed nor found."""
    job = await api.fetch()
    await api.control("DELETE", "/accounts/demo")

    assert [] == await api.control("GET", "/jobs")
    assert 404 == (await refused(api, "GET", f"/jobs/{job}"))[0]


async def test_its_clock_goes_with_it(api: Api) -> None:
    """An account opened anew under the id follows the global clock."""
    await api.control("PATCH", "/accounts/demo/clock", {"frozen": True})
    await api.control("DELETE", "/accounts/demo")

    await api.control("POST", "/accounts", {"id": "demo"})

    clock = await api.control("GET", "/accounts/demo/clock")
    assert clock["frozen"] is False


async def test_a_test_key_opens_its_account_anew(api: Api) -> None:
    """With credits, jobs and rate limit as on first use."""
    await api.freeze()
    client = await opened(api, "test-a")
    await client.fetch()
    for _ in range(8):
        await client.call("POST", CREDITS)
    await api.control("DELETE", "/accounts/test-a")

    statuses = [(await client.call("POST", CREDITS)).status for _ in range(10)]

    assert [200] * 10 == statuses
    account = await api.control("GET", "/accounts/test-a")
    assert (10_000, 0) == (account["credits"], account["reserved"])


async def test_a_delivery_in_flight_is_dropped(api: Api) -> None:
    """The receiver sees the connection go, and nothing comes after it."""
    await api.freeze()
    gone = await opened(api, "test-gone")
    async with receiving() as receiver:
        for account in ("test-gone", "demo"):
            await point(api, receiver.url, account)
        receiver.hang()
        job = await begin(gone)
        await receiver.arrival()

        await api.control("DELETE", "/accounts/test-gone")
        receiver.release()
        await api.advance(3_600)
        other = await begin(api)
        await api.wait(other)

    assert [job, other] == receiver.jobs


async def test_a_delivery_on_its_way_to_an_inbox_is_dropped(api: Api) -> None:
    """What has been sent and not yet received does not arrive any more."""
    await api.freeze()
    client = await opened(api, "test-gone")
    await begin(client)

    await api.control("DELETE", "/accounts/test-gone")
    last = await begin(client)
    await api.wait(last, state="delivered")

    arrived = await api.control("GET", "/inbox/test-gone")
    assert [last] == [a["body"]["unique_processing_id"] for a in arrived]


async def test_a_validation_under_way_is_dropped(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is charged for it."""
    with held_validation(monkeypatch):
        job = await api.fetch()
        await api.wait(job, state="validating")
        await api.control("DELETE", "/accounts/demo")

    assert [] == await api.control("GET", "/jobs")


async def test_the_jobs_of_others_go_on(api: Api) -> None:
    """Another account's delivery in flight ends as if nothing had happened."""
    await api.freeze()
    await opened(api, "test-gone")
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        await receiver.arrival()

        await api.control("DELETE", "/accounts/test-gone")
        receiver.release()
        delivered = await api.wait(job)

    assert [200] == [attempt["status"] for attempt in delivered["attempts"]]


async def test_who_waits_for_its_job_is_told_at_once(api: Api) -> None:
    """404, not only when the time is up."""
    await api.freeze()
    job = await api.fetch()
    waiter = await waiting(api, f"/jobs/{job}/wait", {"timeout": 600})

    await api.control("DELETE", "/accounts/demo")
    async with asyncio.timeout(2):
        answer = await waiter

    assert 404 == answer.status


async def test_a_fetch_still_arriving_is_unauthorized(api: Api) -> None:
    """Its account goes while the body is on its way: its key is none any more."""
    body = {"fetchCount": 1, "filter": {}}

    answer = await halfway(
        api, "POST", FETCH, body, lambda: api.control("DELETE", "/accounts/demo")
    )

    assert (401, "Unauthorized") == (answer.status, answer.json["message"])


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("PATCH", "/_emulator/accounts/demo", {"name": "Other"}),
        ("PUT", "/_emulator/accounts/demo/webhook", {"url": "inbox:demo"}),
        ("PATCH", CLOCK, {"frozen": True}),
        ("POST", f"{CLOCK}/advance", {"seconds": 60}),
    ],
)
async def test_a_change_still_arriving_finds_no_account(
    api: Api, method: str, path: str, json: object
) -> None:
    """404, and nothing of it is there for an account of the same id."""
    answer = await halfway(
        api, method, path, json, lambda: api.control("DELETE", "/accounts/demo")
    )
    await api.control("POST", "/accounts", {"id": "demo"})

    clock = await api.control("GET", "/clock")
    mine = await api.control("GET", "/accounts/demo/clock")
    assert 404 == answer.status
    assert (False, True) == (mine["frozen"], mine["now"] - clock["now"] < 30)


async def test_a_key_of_its_own_is_gone_too(api: Api) -> None:
    """Keys that were replaced are forgotten with the account: 401, not 403."""
    key = (await api.control("POST", "/accounts/demo/api-key"))["api_key"]
    await api.control("DELETE", "/accounts/demo")

    answers = [
        await under(api, each).call("POST", CREDITS) for each in ("demo-api-key", key)
    ]

    assert [401, 401] == [answer.status for answer in answers]


async def test_its_inbox_goes_with_it(api: Api) -> None:
    """Who opens an account of that id anew finds it empty, its script dropped."""
    await api.send("POST", "/_emulator/inbox/demo", data=b"1")
    await api.control("PUT", "/inbox/demo/script", [{"status": 500}])

    await api.control("DELETE", "/accounts/demo")

    assert [] == await api.control("GET", "/inbox/demo")
    assert 200 == (await api.send("POST", "/_emulator/inbox/demo", data=b"2")).status


async def test_its_requests_go_with_it(api: Api) -> None:
    """Who opens an account of that id anew waits for its own requests."""
    key = {"X-API-Key": "test-again"}
    for _ in range(2):
        await api.send("POST", CREDITS, headers=key)
        found = await api.control("GET", "/requests?account=test-again")
        assert 1 == len(found["requests"])
        await api.control("DELETE", "/accounts/test-again")
