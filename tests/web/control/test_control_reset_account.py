"""POST /_emulator/reset for one account, or for the journal."""

from support.api import CREDITS, Api
from support.serving import Serve
from support.steering import begin, opened, seen, turn_everything, under

INBOX = "inbox:elsewhere"


async def test_a_reset_of_an_account_brings_it_back(api: Api) -> None:
    """Turned in every way, it is as when it was opened."""
    await api.freeze()
    given = {"id": "acme", "name": "Acme", "credits": 50, "webhook": {"url": INBOX}}
    opening = await api.control("POST", "/accounts", given)
    before = await seen(api, "acme")
    await turn_everything(under(api, opening["api_key"]), "acme")

    answer = await api.control("POST", "/reset", {"account": "acme"})

    assert {"reset": "all", "account": "acme"} == answer
    assert before == await seen(api, "acme")


async def test_a_reset_of_an_account_leaves_others_alone(api: Api) -> None:
    """Their clocks, jobs, requests, inboxes, keys and scripts are as they were."""
    await api.freeze()
    other = await opened(api, "test-other")
    await turn_everything(other, "test-other")
    await turn_everything(api, "demo")
    before = await seen(api, "test-other")

    await api.control("POST", "/reset", {"account": "demo"})

    assert before == await seen(api, "test-other")
    answer = await api.send("POST", "/_emulator/inbox/test-other", json=1)
    assert 500 == answer.status


async def test_a_reset_of_an_account_does_not_touch_the_global_clock(api: Api) -> None:
    """The account follows it again."""
    await api.freeze()
    clock = await api.control("GET", "/clock")
    await api.control("POST", "/accounts/demo/clock/advance", {"seconds": 60})

    await api.control("POST", "/reset", {"account": "demo"})

    assert [clock, clock] == [
        await api.control("GET", "/clock"),
        await api.control("GET", "/accounts/demo/clock"),
    ]


async def test_ids_go_on_after_the_reset_of_an_account(api: Api) -> None:
    """They are counted over all accounts (ruling 24)."""
    first = await api.fetch()

    await api.control("POST", "/reset", {"account": "demo"})

    assert first + 1 == await api.fetch()


async def test_a_reset_of_the_journal_leaves_all_else(serve: Serve) -> None:
    """Requests and the count of evicted go; account, jobs and inbox stay."""
    api = await serve(journal_size=1)
    await api.freeze()
    await api.wait(await begin(api))
    await api.call("POST", CREDITS)
    before = await seen(api, "demo")

    answer = await api.control("POST", "/reset", {"scope": "journal"})

    empty = {"evicted": 0, "requests": []}
    assert {"reset": "journal", "account": None} == answer
    assert {**before, "requests": empty} == await seen(api, "demo")


async def test_a_reset_of_an_accounts_journal_leaves_others(api: Api) -> None:
    """Only its requests go."""
    await opened(api, "test-a")
    await api.call("POST", CREDITS)

    await api.control("POST", "/reset", {"scope": "journal", "account": "demo"})

    left = (await api.control("GET", "/requests"))["requests"]
    assert ["test-a"] == [request["account"] for request in left]
