"""/_emulator/accounts/{id}/clock: a clock of its own, for as long as it wants."""

import asyncio
from typing import Any

import pytest

from support.api import CREDITS, Api
from support.serving import Serve
from support.steering import clock_of, jump, opened, refused, script


async def _freeze(api: Api, account: str = "test-a") -> Any:  # noqa: ANN401 # whatever the JSON holds
    return await api.control("PATCH", f"/accounts/{account}/clock", {"frozen": True})


async def _job(api: Api, job: int) -> Any:  # noqa: ANN401 # whatever the JSON holds
    return await api.control("GET", f"/jobs/{job}")


async def _begin(client: Api) -> int:
    """Submit and let the first attempt begin by the account's clock alone."""
    job = await client.fetch()
    await jump(client, 1, str(client.key))
    return job


@pytest.fixture
async def test_a(api: Api) -> Api:
    """A client to an account of its own, `test-a`."""
    return await opened(api, "test-a")


async def test_an_account_follows_the_global_clock(test_a: Api) -> None:
    """Frozen and advanced, as long as it has none of its own."""
    await test_a.freeze()
    await test_a.advance(1_000)

    assert await test_a.control("GET", "/clock") == await clock_of(test_a)


async def test_a_frozen_account_stands_alone(test_a: Api) -> None:
    """The global clock and other accounts go on."""
    frozen = await _freeze(test_a)

    assert frozen["frozen"] is True
    assert [frozen, False, False] == [
        await clock_of(test_a),
        (await test_a.control("GET", "/clock"))["frozen"],
        (await clock_of(test_a, "demo"))["frozen"],
    ]


async def test_an_advanced_account_jumps_alone(test_a: Api) -> None:
    """On the frozen global clock it is ahead by the jump, and stands."""
    await test_a.freeze()
    before = await test_a.control("GET", "/clock")

    clock = await jump(test_a, 60)

    assert {"now": pytest.approx(before["now"] + 60), "frozen": True} == clock
    assert [before, before] == [
        await test_a.control("GET", "/clock"),
        await clock_of(test_a, "demo"),
    ]


async def test_a_global_jump_leaves_an_account_with_its_own_clock(
    test_a: Api,
) -> None:
    """Its clock shows what it showed."""
    frozen = await _freeze(test_a)

    await test_a.freeze()
    await test_a.advance(1_000)

    assert frozen == await clock_of(test_a)


async def test_a_jump_moves_only_the_jobs_of_the_account(api: Api, test_a: Api) -> None:
    """Another account's job, accepted at the same time, stays submitted."""
    await api.freeze()
    mine, theirs = await test_a.fetch(), await api.fetch()

    await jump(api, 1)
    await api.wait(mine)

    assert "submitted" == (await _job(api, theirs))["state"]


async def test_a_global_jump_does_not_move_the_jobs_of_the_account(
    api: Api, test_a: Api
) -> None:
    """They are due on their own clock."""
    await api.freeze()
    await _freeze(api)
    mine, theirs = await test_a.fetch(), await api.fetch()

    await api.advance(1)
    await api.wait(theirs)

    assert "submitted" == (await _job(api, mine))["state"]


async def test_an_account_that_goes_on_alone_is_served(api: Api, test_a: Api) -> None:
    """Its jobs fall due while the global clock stands."""
    await api.freeze()
    job = await test_a.fetch()

    await api.control("PATCH", "/accounts/test-a/clock", {"frozen": False})

    assert "delivered" == (await api.wait(job))["state"]


async def test_what_fell_due_on_its_clock_has_been_started(
    api: Api, test_a: Api
) -> None:
    """When an advance returns, the attempt is there."""
    await _freeze(api)
    job = await test_a.fetch()

    await jump(api, 0.05)

    assert 1 == len((await _job(api, job))["attempts"])


async def test_the_rate_limit_follows_the_accounts_clock(serve: Serve) -> None:
    """Its jump empties its window, and no other."""
    api = await serve(rate_limit=1)
    await api.freeze()
    clients = [api, await opened(api, "test-a")]
    await api.call("POST", CREDITS)

    await jump(api, 1)
    statuses = [(await client.call("POST", CREDITS)).status for client in clients]

    assert [429, 200] == statuses


async def test_an_inbox_stamps_by_its_accounts_clock(api: Api, test_a: Api) -> None:
    """`received_at` is the instant that the account lives in."""
    await _freeze(api)
    await jump(api, 500_000)
    await api.wait(await _begin(test_a))

    (arrived,) = await api.control("GET", "/inbox/test-a")

    assert (await clock_of(api))["now"] == arrived["received_at"]


async def test_parallel_accounts_do_not_disturb_each_other(api: Api) -> None:
    """Each fails on its own schedule, whatever the jumps of the others."""

    async def fail(key: str, failures: int) -> list[int | None]:
        client = await opened(api, key)
        await _freeze(api, key)
        await script(api, *[{"status": 500}] * failures, inbox=key)
        job = await _begin(client)
        for attempts, wait in zip(range(1, failures + 1), (1, 5, 15), strict=False):
            await api.wait(job, attempts=attempts)
            await jump(api, wait, key)
        shown = await api.wait(job, state="delivered")
        return [attempt["status"] for attempt in shown["attempts"]]

    found = await asyncio.gather(*(fail(f"test-{n}", n % 4) for n in range(12)))

    assert [[500] * (n % 4) + [200] for n in range(12)] == found


@pytest.mark.parametrize("seconds", [-1, 1e12])
async def test_an_accounts_clock_is_not_advanced_anywhere(
    test_a: Api, seconds: float
) -> None:
    """400, and the account has no clock of its own by that."""
    await refused(
        test_a, "POST", "/accounts/test-a/clock/advance", {"seconds": seconds}
    )

    await test_a.freeze()
    assert await test_a.control("GET", "/clock") == await clock_of(test_a)
