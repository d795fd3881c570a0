"""/_emulator/health and /_emulator/reset."""

import pytest

from reachapi_emulator import __version__
from reachapi_emulator.contacts.dataset import Dataset
from support.api import CREDITS, Api
from support.serving import Serve
from support.steering import opened, refused, script, seen, turn_everything, under


async def test_health_tells_that_all_is_ready(api: Api, dataset: Dataset) -> None:
    """Version and number of contacts."""
    assert {
        "status": "ok",
        "version": __version__,
        "contacts": len(dataset),
    } == await api.control("GET", "/health")


async def test_a_reset_needs_no_body(api: Api) -> None:
    """Everything is what it resets then."""
    assert {"reset": "all", "account": None} == await api.control("POST", "/reset")


async def test_a_reset_brings_everything_back(api: Api) -> None:
    """Two accounts, turned in every way, a frozen clock: as just started."""
    await api.freeze()
    before = await seen(api, "demo")
    await turn_everything(await opened(api, "test-a"), "test-a")
    await turn_everything(api, "demo")

    await api.control("POST", "/reset", {"scope": "all"})
    frozen = (await api.control("GET", "/clock"))["frozen"]
    await api.freeze()
    after = await seen(api, "demo")

    for state in (before, after):
        del state["clock"]["now"], state["ledger"][0]["at"]
    assert frozen is False
    assert before == after
    assert ["demo"] == [a["id"] for a in await api.control("GET", "/accounts")]


async def test_a_reset_brings_the_demo_key_and_secret_back(api: Api) -> None:
    """Those of ruling 8, however often they were generated."""
    new = (await api.control("POST", "/accounts/demo/api-key"))["api_key"]
    await api.control("POST", "/accounts/demo/webhook/secret")

    await api.control("POST", "/reset")

    account = await api.control("GET", "/accounts/demo")
    answers = [
        await under(api, key).call("POST", CREDITS) for key in ("demo-api-key", new)
    ]
    assert "demo-webhook-secret" == account["webhook"]["secret"]
    assert [200, 401] == [answer.status for answer in answers]


async def test_a_reset_brings_a_deleted_demo_account_back(api: Api) -> None:
    """It is there from the start."""
    await api.control("DELETE", "/accounts/demo")

    await api.control("POST", "/reset")

    assert 200 == (await api.call("POST", CREDITS)).status


async def test_ids_begin_anew(api: Api) -> None:
    """From 1300 (ruling 24)."""
    ids = [await api.fetch(), await api.fetch()]

    await api.control("POST", "/reset")
    ids.append(await api.fetch())

    assert [1300, 1301, 1300] == ids


async def test_a_reset_brings_the_clock_back(api: Api) -> None:
    """To real time, going."""
    before = (await api.control("GET", "/clock"))["now"]
    await api.freeze()
    await api.advance(1_000_000)

    await api.control("POST", "/reset")

    clock = await api.control("GET", "/clock")
    assert before <= clock["now"] < before + 60
    assert clock["frozen"] is False


async def test_a_reset_forgets_scripts(api: Api) -> None:
    """Every inbox answers 200."""
    await script(api, {"status": 500}, inbox="hook")

    await api.control("POST", "/reset")

    assert 200 == (await api.send("POST", "/_emulator/inbox/hook", json=1)).status


@pytest.mark.parametrize("what", [{}, {"account": "demo"}], ids=str)
async def test_a_reset_empties_the_rate_limits_window(
    serve: Serve, what: object
) -> None:
    """The key may send as many requests as at first."""
    api = await serve(rate_limit=2)
    await api.freeze()
    for _ in range(3):
        await api.call("POST", CREDITS)

    await api.control("POST", "/reset", what)
    await api.freeze()
    statuses = [(await api.call("POST", CREDITS)).status for _ in range(3)]

    assert [200, 200, 429] == statuses


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"scope": "jobs"}, 400),
        ({"scope": None}, 400),
        ({"account": 1}, 400),
        ({"accounts": "demo"}, 400),
        (["all"], 400),
        ({"account": "nobody"}, 404),
        ({"account": ""}, 404),
        ({"scope": "journal", "account": "nobody"}, 404),
    ],
    ids=str,
)
async def test_a_reset_that_makes_no_sense_resets_nothing(
    api: Api, what: object, status: int
) -> None:
    """400 where it is not understood, 404 where there is no such account."""
    job = await api.fetch()

    found, _ = await refused(api, "POST", "/reset", what)

    assert status == found
    assert job == (await api.control("GET", f"/jobs/{job}"))["unique_processing_id"]
