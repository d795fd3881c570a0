"""/_emulator/accounts: listed, shown, changed."""

from typing import Any

import pytest

from support.api import CREDITS, Api
from support.steering import held_validation, refused

DEMO = {
    "id": "demo",
    "name": "Demo",
    "api_key": "demo-api-key",
    "credits": 10_000,
    "reserved": 0,
    "suspended": False,
}


def _inbox(api: Api, name: str) -> str:
    return f"{api.url}/_emulator/inbox/{name}"


async def test_the_demo_account_is_there_from_the_start(api: Api) -> None:
    """Its key, secret, credits and inbox are those of ruling 8."""
    webhook = {
        "url": _inbox(api, "demo"),
        "secret": "demo-webhook-secret",
        "active": True,
    }

    assert [{**DEMO, "webhook": webhook}] == await api.control("GET", "/accounts")


async def test_accounts_are_listed_in_the_order_opened(api: Api) -> None:
    """Oldest first, whatever their ids."""
    for name in ("zoe", "adam"):
        await api.control("POST", "/accounts", {"id": name})

    listed = await api.control("GET", "/accounts")

    assert ["demo", "zoe", "adam"] == [account["id"] for account in listed]


@pytest.mark.parametrize(
    ("change", "name", "balance", "suspended"),
    [
        ({}, "Demo", 10_000, False),
        ({"name": "Other"}, "Other", 10_000, False),
        ({"credits": 0}, "Demo", 0, False),
        ({"suspended": True}, "Demo", 10_000, True),
        ({"name": "", "credits": 9, "suspended": True}, "", 9, True),
    ],
)
async def test_an_account_is_changed_where_named(
    api: Api, change: object, name: str, balance: int, suspended: object
) -> None:
    """PATCH changes what is named, leaves the rest, and shows the account."""
    account = await api.control("PATCH", "/accounts/demo", change)

    assert (name, balance, suspended) == (
        account["name"],
        account["credits"],
        account["suspended"],
    )
    assert await api.control("GET", "/accounts/demo") == account


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other", "credits": -1},
        {"name": "Other", "suspended": None},
        {"name": "Other", "reserved": 1},
        {"name": "Other", "id": "other"},
        {"name": "n" * 201},
        [],
    ],
    ids=str,
)
async def test_a_change_that_makes_no_sense_changes_nothing(
    api: Api, change: object
) -> None:
    """400 refuses it as a whole."""
    before = await api.control("GET", "/accounts/demo")

    status, _ = await refused(api, "PATCH", "/accounts/demo", change)

    assert 400 == status
    assert before == await api.control("GET", "/accounts/demo")


async def test_a_suspended_account_is_forbidden_until_it_goes_on(api: Api) -> None:
    """Its key answers 403 while it is suspended (ruling 6)."""
    statuses = []
    for suspended in (True, False):
        await api.control("PATCH", "/accounts/demo", {"suspended": suspended})
        statuses.append((await api.call("POST", CREDITS)).status)

    assert [403, 200] == statuses


async def test_what_is_reserved_cannot_be_taken_away(api: Api) -> None:
    """409 while a request in validation has reserved more (ruling 23)."""
    await api.freeze()
    await api.fetch(5)
    change = {"name": "Other", "credits": 4}

    status, reason = await refused(api, "PATCH", "/accounts/demo", change)

    account = await api.control("GET", "/accounts/demo")
    assert 409 == status
    assert "5 credits are reserved" in reason
    assert ("Demo", 10_000, 5) == (
        account["name"],
        account["credits"],
        account["reserved"],
    )


async def test_a_reservation_lasts_until_validation_has_ended(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It covers the whole fetchCount, and is replaced by the charge."""
    reserved: list[Any] = []
    with held_validation(monkeypatch):
        job = await api.fetch(2)
        await api.wait(job, state="validating")
        reserved.append((await api.control("GET", "/accounts/demo"))["reserved"])
    await api.wait(job)
    reserved.append((await api.control("GET", "/accounts/demo"))["reserved"])

    assert [2, 0] == reserved


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/api-key", None),
        ("PUT", "/webhook", {"url": "inbox:demo"}),
        ("POST", "/webhook/secret", None),
        ("GET", "/ledger", None),
        ("GET", "/clock", None),
        ("PATCH", "/clock", {"frozen": True}),
        ("DELETE", "/clock", None),
        ("POST", "/clock/advance", {"seconds": 1}),
    ],
)
@pytest.mark.parametrize("name", ["nobody", "%FF", "d%C3%A9mo", "DEMO", "demo%2F.."])
async def test_an_account_that_is_not_there_is_not_found(
    api: Api, method: str, path: str, json: object, name: str
) -> None:
    """404 names it."""
    status, reason = await refused(api, method, f"/accounts/{name}{path}", json)

    assert 404 == status
    assert reason.startswith("there is no account ")
