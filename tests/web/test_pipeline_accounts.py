"""Accounts that are there without being made, over real sockets (rulings 7 and 8)."""

from typing import Any

from support.api import CREDITS, Api
from support.flow import account, inbox
from support.serving import Serve
from support.surface import available, given, promised

UNAUTHORIZED = promised(401, "Unauthorized")


async def credit_check(api: Api, key: str | None) -> tuple[object, ...]:
    """Return the answer to a credit check under a key."""
    api.key = key
    return given(await api.call("POST", CREDITS))


def webhook_of(api: Api, name: str, secret: str) -> dict[str, Any]:
    """Return an active webhook that points at an account's own inbox."""
    url = f"{api.url}/_emulator/inbox/{name}"
    return {"url": url, "secret": secret, "active": True}


async def test_the_demo_account_is_there_from_the_start(api: Api) -> None:
    """Ruling 8: its key, secret, credits and webhook."""
    expected = {
        "id": "demo",
        "name": "Demo",
        "api_key": "demo-api-key",
        "credits": 10_000,
        "reserved": 0,
        "suspended": False,
        "webhook": webhook_of(api, "demo", "demo-webhook-secret"),
    }

    assert expected == await account(api)


async def test_a_test_key_opens_an_account_of_its_own(serve: Serve) -> None:
    """Default credits, and its first request is served already."""
    api = await serve(credits=500)

    assert promised(200, "success", {"available_credit": 500}) == await credit_check(
        api, "test-mine"
    )


async def test_the_webhook_of_a_test_account_points_at_its_own_inbox(api: Api) -> None:
    """A delivery arrives there and nowhere else."""
    api.key = "test-mine"
    await api.wait(await api.fetch(1), state="delivered")

    assert (1, 0) == (len(await inbox(api, "test-mine")), len(await inbox(api)))


async def test_test_accounts_do_not_share_their_credits(api: Api) -> None:
    """What one spends, the other has still."""
    api.key = "test-one"
    await api.wait(await api.fetch(1), state="delivered")
    left = await available(api)
    api.key = "test-other"

    assert (9999, 10_000) == (left, await available(api))


async def test_a_test_key_stays_with_its_account(api: Api) -> None:
    """Used again it opens no second one."""
    for _ in range(2):
        await credit_check(api, "test-mine")
    shown = await api.control("GET", "/accounts")

    assert ["demo", "test-mine"] == [row["id"] for row in shown]


async def test_accounts_opened_by_use_can_be_switched_off(serve: Serve) -> None:
    """Then a test- key is a key like any other that was never issued."""
    api = await serve(no_auto_accounts=True)

    assert UNAUTHORIZED == await credit_check(api, "test-mine")
