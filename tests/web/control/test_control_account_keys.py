"""/_emulator/accounts/{id}: its keys, webhook, secret and ledger."""

import asyncio

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.api import CREDITS, FETCH, Api
from support.embedded import client_of, embedded
from support.hanging import receiving
from support.serving import Serve
from support.steering import begin, opened, point, refused, script, under

WEBHOOK = "/accounts/demo/webhook"


async def test_a_generated_key_is_good(api: Api) -> None:
    """The answer shows the account with its new key, which is let in."""
    account = await api.control("POST", "/accounts/demo/api-key")

    key = account["api_key"]
    assert "demo-api-key" != key
    assert 200 == (await under(api, key).call("POST", CREDITS)).status


async def test_a_replaced_key_is_forbidden(api: Api) -> None:
    """Every key but the newest answers 403 (ruling 6)."""
    first = (await api.control("POST", "/accounts/demo/api-key"))["api_key"]
    await api.control("POST", "/accounts/demo/api-key")

    answers = [
        await under(api, key).call("POST", CREDITS) for key in ("demo-api-key", first)
    ]

    assert [403, 403] == [answer.status for answer in answers]


async def test_a_replaced_test_key_opens_no_second_account(api: Api) -> None:
    """A `test-` key that was issued once is an old key like any other."""
    await opened(api, "test-a")
    await api.control("POST", "/accounts/test-a/api-key")

    assert 403 == (await under(api, "test-a").call("POST", CREDITS)).status


async def test_a_webhook_is_configured(api: Api) -> None:
    """PUT takes URL and status, and shows the account."""
    given = {"url": "https://hooks.example/in", "active": False}

    account = await api.control("PUT", WEBHOOK, given)

    assert {**given, "secret": "demo-webhook-secret"} == account["webhook"]
    assert await api.control("GET", "/accounts/demo") == account


async def test_a_webhook_is_active_unless_said_otherwise(api: Api) -> None:
    """Left out, the status is Active."""
    account = await api.control("PUT", WEBHOOK, {"url": "http://127.0.0.1:1/"})

    assert account["webhook"]["active"] is True


async def test_a_webhook_can_be_any_inbox(api: Api) -> None:
    """`inbox:NAME` is the built-in inbox of that name, wherever it listens."""
    account = await api.control("PUT", WEBHOOK, {"url": "inbox:shared"})

    assert f"{api.url}/_emulator/inbox/shared" == account["webhook"]["url"]


async def test_a_first_webhook_brings_its_secret(api: Api) -> None:
    """An account without one gets a secret with its first webhook."""
    await api.control("POST", "/accounts", {"id": "acme", "webhook": None})

    account = await api.control("PUT", "/accounts/acme/webhook", {"url": "inbox:a"})

    assert 32 == len(account["webhook"]["secret"])


async def test_a_webhook_can_be_taken_away(api: Api) -> None:
    """A url of null configures none; the secret stays."""
    account = await api.control("PUT", WEBHOOK, {"url": None, "active": True})

    assert {
        "url": None,
        "secret": "demo-webhook-secret",
        "active": False,
    } == account["webhook"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"active": True},
        {"url": ""},
        {"url": 7},
        {"url": "hooks.example/in"},
        {"url": "file:///etc/hosts"},
        {"url": "http://[::1"},
        {"url": "http://h:0/"},
        {"url": "inbox:"},
        {"url": "inbox:a/b"},
        {"url": "http://h/", "active": None},
        {"url": "http://h/", "secret": "mine"},
    ],
    ids=str,
)
async def test_a_webhook_that_makes_no_sense_changes_nothing(
    api: Api, given: object
) -> None:
    """400, and the webhook is the one from before."""
    before = await api.control("GET", "/accounts/demo")

    status, _ = await refused(api, "PUT", WEBHOOK, given)

    assert 400 == status
    assert before == await api.control("GET", "/accounts/demo")


async def test_an_inactive_webhook_refuses_a_fetch(api: Api) -> None:
    """400, to the letter (ruling 22)."""
    await api.control("PUT", WEBHOOK, {"url": "inbox:demo", "active": False})

    answer = await api.call("POST", FETCH, json={"fetchCount": 1, "filter": {}})

    assert (400, "Webhook feature is inactive") == (
        answer.status,
        answer.json["message"],
    )


async def test_attempts_wait_while_the_webhook_is_inactive(api: Api) -> None:
    """What was accepted before is delivered once it is active again (ruling 30)."""
    await api.freeze()
    job = await api.fetch()
    await api.control("PUT", WEBHOOK, {"url": "inbox:demo", "active": False})
    await api.advance(3_600)
    waiting = await api.control("GET", f"/jobs/{job}")

    await api.control("PUT", WEBHOOK, {"url": "inbox:demo"})
    delivered = await api.wait(job)

    assert ("delivering", []) == (waiting["state"], waiting["attempts"])
    assert ("delivered", 1) == (delivered["state"], len(delivered["attempts"]))


async def test_a_webhook_taken_away_at_any_moment_loses_nothing(
    dataset: Dataset,
) -> None:
    """An attempt that is about to begin then waits until there is one again."""
    settings = Settings(port=0)
    states = []
    async with embedded(dataset, settings) as emulator, client_of(emulator) as api:
        for turns in range(15):
            await api.freeze()
            job = await api.fetch(1)
            jump = asyncio.create_task(api.advance(1))
            for _ in range(turns):
                await asyncio.sleep(0)
            await emulator.services.store.unit(
                emulator.services.accounts.set_webhook, "demo", None, active=False
            )
            await jump
            await point(api, "inbox:demo")
            states.append((await api.wait(job, timeout=2))["state"])
            await emulator.services.reset()

    assert ["delivered"] * 15 == states


async def test_a_mended_url_heals_the_delivery(api: Api) -> None:
    """The next attempt goes to the URL configured by then (ruling 30)."""
    await api.freeze()
    await script(api, {"status": 500})
    job = await begin(api)
    await api.wait(job, attempts=1)

    async with receiving() as receiver:
        await point(api, receiver.url)
        await api.advance(1)
        mended = await api.wait(job)

    assert "delivered" == mended["state"]
    assert receiver.url == mended["attempts"][-1]["url"]


async def test_a_generated_secret_is_sent(api: Api) -> None:
    """Re-generate replaces the secret; deliveries bear the new one (ruling 27)."""
    account = await api.control("POST", "/accounts/demo/webhook/secret")

    await api.wait(await api.fetch())

    (arrived,) = await api.control("GET", "/inbox/demo")
    secret = account["webhook"]["secret"]
    assert "demo-webhook-secret" != secret
    assert secret == arrived["headers"]["webhook_secret_key"]


async def test_the_old_secret_is_refused(api: Api) -> None:
    """A fetch that names a secret names the account's (ruling 21)."""
    await api.control("POST", "/accounts/demo/webhook/secret")
    old = {"webhook_secret_key": "demo-webhook-secret"}
    body = {"fetchCount": 1, "filter": {}}

    assert 401 == (await api.call("POST", FETCH, json=body, headers=old)).status


async def test_every_change_of_the_balance_is_an_entry(serve: Serve) -> None:
    """Opened, charged and set, oldest first, each at an instant of its clock."""
    api = await serve(credits=20)
    await api.freeze()
    job = await begin(api, 4)
    charged = (await api.wait(job))["charged"]
    await api.control("PATCH", "/accounts/demo", {"credits": 50})

    entries = await api.control("GET", "/accounts/demo/ledger")

    now = (await api.control("GET", "/clock"))["now"]
    left = 20 - charged
    expected = [
        {"delta": 20, "balance": 20, "reason": "opened", "unique_processing_id": None},
        {
            "delta": -charged,
            "balance": left,
            "reason": "charge",
            "unique_processing_id": job,
        },
        {
            "delta": 50 - left,
            "balance": 50,
            "reason": "set",
            "unique_processing_id": None,
        },
    ]
    assert now == entries[-1]["at"]
    assert expected == [
        {name: value for name, value in entry.items() if name != "at"}
        for entry in entries
    ]


async def test_a_balance_set_to_what_it_is_is_no_change(api: Api) -> None:
    """The ledger has no entry of nothing."""
    await api.control("PATCH", "/accounts/demo", {"credits": 10_000})

    entries = await api.control("GET", "/accounts/demo/ledger")

    assert ["opened"] == [entry["reason"] for entry in entries]
