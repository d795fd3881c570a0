"""POST /_emulator/accounts: an account is opened as described."""

import pytest

from support.api import CREDITS, FETCH, Api
from support.serving import Serve
from support.steering import begin, refused, under


def _inbox(api: Api, name: str) -> str:
    return f"{api.url}/_emulator/inbox/{name}"


async def test_an_account_is_opened_with_201(api: Api) -> None:
    """The answer is the account as it is then shown."""
    answer = await api.send("POST", "/_emulator/accounts", json={"id": "acme"})

    assert 201 == answer.status
    assert await api.control("GET", "/accounts/acme") == answer.json


async def test_an_account_needs_nothing_to_be_opened(serve: Serve) -> None:
    """Left out: an id is made, the credits are those of the settings."""
    api = await serve(credits=7)

    account = await api.control("POST", "/accounts")

    name = account["id"]
    assert name.startswith("account-")
    assert (7, 0, False, "") == (
        account["credits"],
        account["reserved"],
        account["suspended"],
        account["name"],
    )
    assert (_inbox(api, name), True) == (
        account["webhook"]["url"],
        account["webhook"]["active"],
    )


async def test_an_account_is_opened_as_described(api: Api) -> None:
    """Name, credits and webhook are taken as given."""
    url = "https://hooks.example/in?tenant=7"
    given = {
        "id": "acme",
        "name": "Acme",
        "credits": 5,
        "webhook": {"url": url, "active": False},
    }

    account = await api.control("POST", "/accounts", given)

    secret = account["webhook"].pop("secret")
    assert 32 == len(secret)
    assert given == {name: account[name] for name in given}


async def test_an_account_without_a_webhook_has_none(api: Api) -> None:
    """`"webhook": null` configures none, and a fetch is refused (ruling 22)."""
    account = await api.control("POST", "/accounts", {"webhook": None})

    none = {"url": None, "secret": None, "active": False}
    assert none == account["webhook"]
    body = {"fetchCount": 1, "filter": {}}
    answer = await under(api, account["api_key"]).call("POST", FETCH, json=body)
    assert (400, "Webhook feature is inactive") == (
        answer.status,
        answer.json["message"],
    )


async def test_the_key_of_an_opened_account_is_good(api: Api) -> None:
    """It has the vendor's look, and answers with the account's credits."""
    account = await api.control("POST", "/accounts", {"credits": 12})

    answer = await under(api, account["api_key"]).call("POST", CREDITS)

    assert 24 == len(account["api_key"])
    assert {"available_credit": 12} == answer.json["data"]


async def test_a_test_account_has_its_id_as_key(api: Api) -> None:
    """An account opened ahead of its `test-` key is the one that the key finds."""
    await api.control("POST", "/accounts", {"id": "test-ahead", "credits": 3})

    answer = await under(api, "test-ahead").call("POST", CREDITS)

    assert {"available_credit": 3} == answer.json["data"]


@pytest.mark.parametrize(
    "given",
    [
        {"id": ""},
        {"id": "-a"},
        {"id": "a b"},
        {"id": "a/b"},
        {"id": "é"},
        {"id": "a" * 101},
        {"id": 7},
        {"id": "a", "name": None},
        {"id": "a", "name": "n" * 201},
        {"id": "a", "credits": -1},
        {"id": "a", "credits": 1.5},
        {"id": "a", "credits": 10**12 + 1},
        {"id": "a", "credits": "5"},
        {"id": "a", "webhook": "http://127.0.0.1/"},
        {"id": "a", "webhook": {"url": "ftp://h/"}},
        {"id": "a", "webhook": {"url": "http://"}},
        {"id": "a", "webhook": {"url": "http://h:99999/"}},
        {"id": "a", "webhook": {"url": "http://h/" + "x" * 2_048}},
        {"id": "a", "webhook": {"url": "http://h/ x"}},
        {"id": "a", "webhook": {"url": "inbox:../reset"}},
        {"id": "a", "webhook": {"active": "yes"}},
        {"id": "a", "webhook": {"secret": "s"}},
        {"id": "a", "api_key": "mine"},
        [],
    ],
    ids=str,
)
async def test_an_account_that_makes_no_sense_is_not_opened(
    api: Api, given: object
) -> None:
    """400, and the list of accounts is what it was."""
    status, _ = await refused(api, "POST", "/accounts", given)

    assert 400 == status
    assert ["demo"] == [a["id"] for a in await api.control("GET", "/accounts")]


async def test_an_id_that_is_taken_is_refused(api: Api) -> None:
    """409, and the account is left as it is."""
    taken = {"id": "demo", "credits": 1}

    assert (409, "account demo exists: choose another id") == await refused(
        api, "POST", "/accounts", taken
    )
    assert 10_000 == (await api.control("GET", "/accounts/demo"))["credits"]


async def test_a_delivery_begins_with_the_account_that_was_opened(api: Api) -> None:
    """A new account's first job is delivered to its own inbox."""
    account = await api.control("POST", "/accounts", {"id": "acme"})
    await api.freeze()

    job = await begin(under(api, account["api_key"]))
    await api.wait(job, state="delivered")

    arrived = await api.control("GET", "/inbox/acme")
    assert [job] == [a["body"]["unique_processing_id"] for a in arrived]
