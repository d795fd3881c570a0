"""/_emulator/accounts: opened, listed, changed, deleted; keys, webhook, ledger."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from support.client import (
    CREDITS,
    FETCH,
    Api,
    Serve,
    attempted,
    opened,
    point,
    refused,
    under,
)
from support.control import picked
from support.steering import halfway, seen, turn_everything

DEMO = "/accounts/demo"
CLOCK = f"/_emulator{DEMO}/clock"
HOOK = "https://hooks.example/in?tenant=7"
SECRET = "demo-webhook-secret"


async def statuses(api: Api, *keys: str) -> list[int]:
    """Return how the credit check answers under each key."""
    return [(await under(api, key).call("POST", CREDITS)).status for key in keys]


async def test_an_account_is_opened_as_described(api: Api) -> None:
    """201, and the answer is the account as it is then shown, after those before it.

    Its key is good, and its secret is made.
    """
    webhook = {"url": HOOK, "active": False}
    given = {"id": "acme", "name": "Acme", "credits": 5, "webhook": webhook}
    answer = await api.send("POST", "/_emulator/accounts", json=given)
    _, shown = await api.control("GET", "/accounts")
    assert (201, shown) == (answer.status, answer.json)
    assert [24, 32] == [len(shown["api_key"]), len(shown["webhook"].pop("secret"))]
    assert [200] == await statuses(api, shown["api_key"])
    assert given == {name: shown[name] for name in given}


async def test_an_account_needs_nothing_to_be_opened(serve: Serve) -> None:
    """Left out: an id is made, the credits are those of the settings."""
    api = await serve(credits=7)
    account = await api.control("POST", "/accounts")

    assert account["id"].startswith("account-")
    assert ["", 7, 0, False] == picked(
        account, "name", "credits", "reserved", "suspended"
    )
    assert [f"{api.url}/_emulator/inbox/{account['id']}", True] == picked(
        account["webhook"], "url", "active"
    )


async def test_an_account_without_a_webhook_has_none(api: Api) -> None:
    """Its first one brings a secret."""
    given = {"id": "acme", "webhook": None}
    before = (await api.control("POST", "/accounts", given))["webhook"]
    after = await api.control("PUT", "/accounts/acme/webhook", {"url": "inbox:a"})

    assert {"url": None, "secret": None, "active": False} == before
    assert 32 == len(after["webhook"]["secret"])


async def test_a_test_account_has_its_id_as_key(api: Api) -> None:
    """An account opened ahead of its `test-` key is the one that the key finds."""
    await api.control("POST", "/accounts", {"id": "test-ahead", "credits": 3})
    answer = await under(api, "test-ahead").call("POST", CREDITS)

    assert {"available_credit": 3} == answer.json["data"]


async def by_use(api: Api) -> None:
    await statuses(api, "test-a")


async def by_hand(api: Api) -> None:
    await api.control("POST", "/accounts", {"id": "test-a"})


async def without_a_webhook(api: Api) -> None:
    await api.control("POST", "/accounts", {"id": "test-a", "webhook": None})
    await api.control("PUT", "/accounts/test-a/webhook", {"url": "inbox:test-a"})


async def anew(api: Api) -> None:
    await by_use(api)
    await api.control("POST", "/accounts/test-a/webhook/secret")
    await api.control("POST", "/reset", {"account": "test-a"})


@pytest.mark.parametrize("opens", [by_use, by_hand, without_a_webhook, anew])
async def test_a_test_key_tells_its_secret(
    api: Api, opens: Callable[[Api], Awaitable[None]]
) -> None:
    """Ruling 7: however it was opened, until it is generated anew."""
    await opens(api)
    shown = await api.control("GET", "/accounts/test-a")
    again = await api.control("POST", "/accounts/test-a/webhook/secret")

    assert "secret-test-a" == shown["webhook"]["secret"]
    assert 32 == len(again["webhook"]["secret"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["Demo", 10_000, False]),
        ({"credits": 0}, ["Demo", 0, False]),
        ({"suspended": True}, ["Demo", 10_000, True]),
        ({"name": "", "credits": 9, "suspended": True}, ["", 9, True]),
    ],
    ids=str,
)
async def test_an_account_is_changed_where_named(
    api: Api, change: object, expected: list[object]
) -> None:
    account = await api.control("PATCH", DEMO, change)

    assert expected == picked(account, "name", "credits", "suspended")
    assert await api.control("GET", DEMO) == account


async def test_only_the_newest_key_is_good(api: Api) -> None:
    """Every one before it answers 403 (ruling 6); a `test-` key opens no second."""
    await opened(api, "test-a")
    test = await api.control("POST", "/accounts/test-a/api-key")
    first = await api.control("POST", f"{DEMO}/api-key")
    second = await api.control("POST", f"{DEMO}/api-key")
    keys = [each["api_key"] for each in (test, second, first)]
    assert [200, 200, 403, 403, 403] == await statuses(
        api, *keys, "demo-api-key", "test-a"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"url": HOOK, "active": False}, [HOOK, False, SECRET]),
        ({"url": "http://127.0.0.1:1/"}, ["http://127.0.0.1:1/", True, SECRET]),
        ({"url": "inbox:shared"}, ["{url}/_emulator/inbox/shared", True, SECRET]),
        ({"url": None, "active": True}, [None, False, SECRET]),
    ],
    ids=str,
)
async def test_a_webhook_is_configured(
    api: Api, given: object, expected: list[object]
) -> None:
    """Active unless said otherwise; a url of null configures none."""
    account = await api.control("PUT", f"{DEMO}/webhook", given)
    url, *others = expected
    url = url.format(url=api.url) if isinstance(url, str) else url
    assert [url, *others] == picked(account["webhook"], "url", "active", "secret")
    assert await api.control("GET", DEMO) == account


async def test_a_webhook_taken_away_at_any_moment_loses_nothing(serve: Serve) -> None:
    """An attempt that is about to begin then waits until there is one again.

    From before the jump of the clock until after it, turn by turn of the loop.
    """
    api = await serve()

    async def later(turns: int, method: str, path: str, json: object) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await api.control(method, path, json)

    for lead in range(-20, 21):
        await api.freeze()
        job = await api.fetch(1)
        # Two connections are open then, so that neither has to wait for its own.
        await asyncio.gather(*(api.control("GET", "/health") for _ in range(2)))
        await asyncio.gather(
            later(max(0, -lead), "POST", "/clock/advance", {"seconds": 1}),
            later(max(0, lead), "PUT", f"{DEMO}/webhook", {"url": None}),
        )
        await point(api, "inbox:demo")

        assert "delivered" == (await api.wait(job))["state"], lead
        await api.control("POST", "/reset")


async def test_every_change_of_the_balance_is_an_entry(api: Api) -> None:
    """Oldest first, at an instant of its clock; set to what it is, it is none."""
    job = await attempted(api, 4)
    left = (await api.control("GET", DEMO))["credits"]
    for balance in (50, 50):
        await api.control("PATCH", DEMO, {"credits": balance})
    entries = await api.control("GET", f"{DEMO}/ledger")

    assert (await api.control("GET", "/clock"))["now"] == entries[-1]["at"]
    assert [
        [10_000, 10_000, "opened", None],
        [left - 10_000, left, "charge", job],
        [50 - left, 50, "set", None],
    ] == [
        picked(each, "delta", "balance", "reason", "unique_processing_id")
        for each in entries
    ]


async def test_a_deleted_account_is_gone(api: Api) -> None:
    """It is not found, its keys were never issued, and it has no jobs."""
    await api.fetch()
    key = (await api.control("POST", f"{DEMO}/api-key"))["api_key"]

    assert {"deleted": "demo"} == await api.control("DELETE", DEMO)

    left = [await api.control("GET", path) for path in ("/accounts", "/jobs")]
    assert [[], []] == left
    assert 404 == (await refused(api, "DELETE", DEMO))[0]
    assert [401, 401] == await statuses(api, "demo-api-key", key)


async def test_all_that_hung_on_it_goes_with_it(api: Api) -> None:
    """Clock, jobs, requests, inbox, script, ledger: its `test-` key opens it anew."""
    await api.freeze()
    client = await opened(api, "test-a")
    before = await seen(api, "test-a")
    await turn_everything(client, "test-a")
    await api.control("DELETE", "/accounts/test-a")
    await opened(api, "test-a")
    after = await seen(api, "test-a")
    for each in (before, after):
        (request,) = each.pop("requests")["requests"]
        assert CREDITS == request["path"]
        del each["account"]["webhook"]["secret"]
    assert before == after
    assert 200 == (await api.send("POST", "/_emulator/inbox/test-a")).status


async def test_its_rate_limit_goes_with_it(api: Api) -> None:
    await api.freeze()
    await statuses(api, *["test-a"] * 9)
    await api.control("DELETE", "/accounts/test-a")

    assert [200] * 10 == await statuses(api, *["test-a"] * 10)


@pytest.mark.parametrize(
    ("method", "path", "json", "status"),
    [
        ("POST", FETCH, {"fetchCount": 1, "filter": {}}, 401),
        ("PATCH", "/_emulator/accounts/demo", {"name": "Other"}, 404),
        ("PUT", "/_emulator/accounts/demo/webhook", {"url": "inbox:demo"}, 404),
        ("PATCH", CLOCK, {"frozen": True}, 404),
        ("POST", f"{CLOCK}/advance", {"seconds": 60}, 404),
    ],
)
async def test_what_is_still_arriving_finds_no_account(
    api: Api, method: str, path: str, json: object, status: int
) -> None:
    """Its account goes meanwhile; nothing of it is there for the next of that id."""
    answer = await halfway(api, method, path, json, lambda: api.control("DELETE", DEMO))
    await api.control("POST", "/accounts", {"id": "demo"})

    assert status == answer.status
    assert "" == (await api.control("GET", DEMO))["name"]
    mine, everyones = [await api.control("GET", p) for p in (f"{DEMO}/clock", "/clock")]
    assert not mine["frozen"]
    assert abs(everyones["now"] - mine["now"]) < 30
    assert [] == await api.control("GET", "/jobs")
