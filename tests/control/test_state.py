"""/_emulator/health, /ca.pem and /reset: everything, one account, the journal."""

import asyncio
import sqlite3
from threading import Event

import pytest

from reachapi_emulator.state import tables
from support.client import CREDITS, Api, Serve, attempted, opened, under
from support.steering import seen, turn_everything

INBOX = "inbox:elsewhere"


@pytest.mark.parametrize("body", [None, {}, {"scope": "all"}], ids=str)
async def test_a_reset_brings_everything_back(api: Api, body: object) -> None:
    """Two accounts, turned in every way, a frozen clock: as just started.

    The demo key and secret are those of ruling 8, ids begin at 1300 (ruling 24).
    """
    started = (await api.control("GET", "/clock"))["now"]
    before = await seen(api, "demo")
    await api.freeze()
    await api.advance(1_000_000)
    await turn_everything(await opened(api, "test-a"), "test-a")
    await turn_everything(api, "demo")
    new = (await api.control("GET", "/accounts/demo"))["api_key"]
    answer = await api.control("POST", "/reset", body)
    clock = await api.control("GET", "/clock")
    after = await seen(api, "demo")
    keys = [under(api, key) for key in ("demo-api-key", new)]
    for shown in (before, after):
        del shown["clock"]["now"], shown["ledger"][0]["at"]
    assert {"reset": "all", "account": None} == answer
    assert before == after
    assert started <= clock["now"] < started + 60
    assert not clock["frozen"]
    assert ["demo"] == [a["id"] for a in await api.control("GET", "/accounts")]
    assert 200 == (await api.send("POST", "/_emulator/inbox/demo")).status
    assert [200, 401] == [(await k.call("POST", CREDITS)).status for k in keys]
    assert 1300 == await api.fetch()


async def test_during_a_long_reset_whoever_needs_no_account_is_served(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does waits for its end, and finds an emulator that is just started."""
    begun, release, clear = Event(), Event(), tables.clear

    def held(db: sqlite3.Connection) -> None:
        begun.set()
        release.wait(10)
        clear(db)

    client = await opened(api, "test-a")
    job = await client.fetch()
    monkeypatch.setattr(tables, "clear", held)
    reset = asyncio.create_task(api.control("POST", "/reset"))
    await asyncio.to_thread(begun.wait, 10)
    waits = asyncio.create_task(client.fetch())
    health = [(await api.control("GET", "/health"))["status"] for _ in range(2)]
    early = reset.done() or waits.done()
    release.set()

    assert (["ok"] * 2, False) == (health, early)
    assert ("all", 1300, 1300) == ((await reset)["reset"], job, await waits)


async def test_a_reset_brings_a_deleted_demo_account_back(api: Api) -> None:
    await api.control("DELETE", "/accounts/demo")
    await api.control("POST", "/reset")

    assert 200 == (await api.call("POST", CREDITS)).status


@pytest.mark.parametrize("what", [{}, {"account": "demo"}], ids=str)
async def test_a_reset_empties_the_rate_limits_window(
    serve: Serve, what: object
) -> None:
    api = await serve(rate_limit=2)
    await api.freeze()
    for _ in range(3):
        await api.call("POST", CREDITS)
    await api.control("POST", "/reset", what)
    await api.freeze()
    statuses = [(await api.call("POST", CREDITS)).status for _ in range(3)]

    assert [200, 200, 429] == statuses


async def test_a_reset_of_an_account_brings_it_back(api: Api) -> None:
    await api.freeze()
    given = {"id": "acme", "name": "Acme", "credits": 50, "webhook": {"url": INBOX}}
    opening = await api.control("POST", "/accounts", given)
    before = await seen(api, "acme")
    await turn_everything(under(api, opening["api_key"]), "acme")
    answer = await api.control("POST", "/reset", {"account": "acme"})

    assert {"reset": "all", "account": "acme"} == answer
    assert before == await seen(api, "acme")


async def test_a_reset_of_an_account_leaves_others_alone(api: Api) -> None:
    """Their clocks, jobs, requests, inboxes, keys and scripts are as they were.

    So is the global clock, which the account follows again; ids go on (ruling 24).
    """
    await api.freeze()
    await turn_everything(await opened(api, "test-other"), "test-other")
    await turn_everything(api, "demo")
    before = await seen(api, "test-other")
    clock = await api.control("GET", "/clock")
    await api.control("POST", "/reset", {"account": "demo"})

    assert before == await seen(api, "test-other")
    assert 500 == (await api.send("POST", "/_emulator/inbox/test-other")).status
    assert [clock, clock] == [
        await api.control("GET", path) for path in ("/clock", "/accounts/demo/clock")
    ]
    assert 1302 == await api.fetch()


@pytest.mark.parametrize(
    ("method", "path", "body", "answer", "left"),
    [
        ("POST", "/reset", {"scope": "journal"}, "journal", []),
        ("POST", "/reset", {"scope": "journal", "account": "demo"}, "journal", [1]),
        ("DELETE", "/requests", None, "all", []),
        ("DELETE", "/requests?account=demo", None, "demo", [1]),
    ],
)
async def test_a_journal_is_emptied_and_all_else_left(
    api: Api, method: str, path: str, body: object, answer: str, left: list[int]
) -> None:
    """That of all, or of one account."""
    await opened(api, "test-a")
    await attempted(api)
    before = await seen(api, "demo")
    first, *_ = (await api.control(method, path, body)).values()
    listed = (await api.control("GET", "/requests"))["requests"]
    empty = {"evicted": 0, "requests": []}
    assert answer == first
    assert left == [each["id"] for each in listed]
    assert {**before, "requests": empty} == await seen(api, "demo")
