"""/_emulator/clock, and an account's own: read, frozen, advanced, given up."""

import asyncio
import time
from typing import Any

import pytest

from support.api import CREDITS, Api
from support.flow import job_of
from support.hanging import receiving
from support.serving import Serve
from support.steering import clock_of, jump, opened, point, refused, script

DAY = 86_400
LAST_DAY = 253_402_300_800 - DAY
"""When the last day of the year 9999 begins."""


@pytest.fixture
async def test_a(api: Api) -> Api:
    """A client to an account of its own, `test-a`."""
    return await opened(api, "test-a")


async def now(api: Api, account: str | None = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return what the global clock shows, or that which an account follows."""
    if account is not None:
        return await clock_of(api, account)
    return await api.control("GET", "/clock")


async def freeze(api: Api, path: str, *, frozen: bool = True) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Let a clock stand, or go on; return what it shows."""
    return await api.control("PATCH", path, {"frozen": frozen})


async def start_alone(client: Api) -> int:
    """Submit, and let the first attempt begin by the account's clock alone."""
    job = await client.fetch()
    await jump(client, 1, str(client.key))
    return job


CLOCKS = pytest.mark.parametrize("path", ["/clock", "/accounts/demo/clock"])


@CLOCKS
async def test_a_clock_begins_at_real_time_and_goes(api: Api, path: str) -> None:
    before = time.time()

    first, second = [await api.control("GET", path) for _ in range(2)]

    assert before - 1 < first["now"] < second["now"] < time.time() + 1
    assert [False, False] == [first["frozen"], second["frozen"]]


@CLOCKS
async def test_a_frozen_clock_stands(api: Api, path: str) -> None:
    """Freezing twice is freezing once."""
    frozen = await freeze(api, path)

    assert frozen["frozen"]
    assert [frozen] * 3 == [
        await api.control("GET", path),
        await freeze(api, path),
        await api.control("GET", path),
    ]


@CLOCKS
async def test_a_clock_goes_on_from_where_it_stood(api: Api, path: str) -> None:
    """Its jumps are kept; letting a clock go that goes changes nothing."""
    before = (await freeze(api, path))["now"]
    await api.control("POST", f"{path}/advance", {"seconds": 1_000_000})

    first, second = [await freeze(api, path, frozen=False) for _ in range(2)]

    assert before + 1_000_000 <= first["now"] < second["now"] < before + 1_000_010
    assert [False, False] == [first["frozen"], second["frozen"]]


@CLOCKS
@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("seconds", [0, 86_400.25])
async def test_a_clock_is_advanced(
    api: Api, path: str, *, frozen: bool, seconds: float
) -> None:
    """By seconds and fractions, frozen or not; it stays what it was."""
    before = (await freeze(api, path, frozen=frozen))["now"]

    clock = await api.control("POST", f"{path}/advance", {"seconds": seconds})

    assert frozen is clock["frozen"]
    assert clock["now"] == pytest.approx(before + seconds, abs=1e-5 if frozen else 10)


async def test_a_clock_has_an_end(api: Api) -> None:
    """The last second of the year 9999 can be reached, and no later one."""
    await api.freeze()
    await api.advance(LAST_DAY - (await now(api))["now"])
    await api.advance(DAY - 1)
    last = await now(api)

    assert 400 == (await refused(api, "POST", "/clock/advance", {"seconds": 2}))[0]
    assert LAST_DAY + DAY - 1 == pytest.approx(last["now"], abs=1e-3)
    assert last == await now(api)


async def test_what_fell_due_has_been_started(api: Api) -> None:
    """When an advance returns, validation has ended and the attempt is under way."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        jobs = [await api.fetch() for _ in range(3)]
        await api.advance(0.049_999)
        early = [(await job_of(api, job))["state"] for job in jobs]

        await api.advance(0.000_001)

        shown = [await job_of(api, job) for job in jobs]
    assert ["submitted"] * 3 == early
    assert [("delivering", 1)] * 3 == [(s["state"], len(s["attempts"])) for s in shown]


async def test_an_account_follows_the_global_clock(test_a: Api) -> None:
    """Until it has one of its own: to be let go while it goes gives it none."""
    await freeze(test_a, "/accounts/test-a/clock", frozen=False)
    await test_a.freeze()
    await test_a.advance(1_000)

    assert await now(test_a) == await now(test_a, "test-a")


async def test_a_clock_of_its_own_moves_nobody_else(test_a: Api) -> None:
    await test_a.freeze()
    before = await now(test_a)

    clock = await jump(test_a, 60)
    await freeze(test_a, "/accounts/test-a/clock")

    assert {"now": pytest.approx(before["now"] + 60), "frozen": True} == clock
    assert [before, before] == [await now(test_a), await now(test_a, "demo")]


async def test_a_clock_of_its_own_goes_while_the_global_one_stands(test_a: Api) -> None:
    frozen = await freeze(test_a, "/accounts/test-a/clock")
    assert [False, False] == [
        (await now(test_a))["frozen"],
        (await now(test_a, "demo"))["frozen"],
    ]

    await test_a.freeze()
    await test_a.advance(1_000)
    assert frozen == await now(test_a, "test-a")

    await freeze(test_a, "/accounts/test-a/clock", frozen=False)
    assert "delivered" == (await test_a.wait(await test_a.fetch()))["state"]
    assert (await now(test_a))["frozen"]


@pytest.mark.parametrize("mine", [True, False])
async def test_a_jump_moves_the_jobs_of_its_clock_alone(
    api: Api, test_a: Api, *, mine: bool
) -> None:
    """What fell due has been started by then, on an account's clock as well."""
    await api.freeze()
    await freeze(api, "/accounts/test-a/clock")
    jobs = [await test_a.fetch(), await api.fetch()]

    await (jump(api, 0.05) if mine else api.advance(0.05))

    found = [len((await job_of(api, job))["attempts"]) for job in jobs]
    assert ([1, 0] if mine else [0, 1]) == found


async def test_an_inbox_stamps_by_its_accounts_clock(api: Api, test_a: Api) -> None:
    """`received_at` is the instant that the account lives in; else it is global."""
    await freeze(api, "/accounts/test-a/clock")
    await api.freeze()
    await jump(api, 500_000)
    await api.wait(await start_alone(test_a))
    await api.send("POST", "/_emulator/inbox/elsewhere")

    found = [
        (await api.control("GET", f"/inbox/{name}"))[0]["received_at"]
        for name in ("test-a", "elsewhere")
    ]
    assert [(await now(api, "test-a"))["now"], (await now(api))["now"]] == found


async def test_parallel_accounts_do_not_disturb_each_other(api: Api) -> None:

    async def fail(key: str, failures: int) -> list[int | None]:
        client = await opened(api, key)
        await freeze(api, f"/accounts/{key}/clock")
        await script(api, *[{"status": 500}] * failures, inbox=key)
        job = await start_alone(client)
        for attempts, wait in zip(range(1, failures + 1), (1, 5, 15), strict=False):
            await api.wait(job, attempts=attempts)
            await jump(api, wait, key)
        shown = await api.wait(job, state="delivered")
        return [attempt["status"] for attempt in shown["attempts"]]

    found = await asyncio.gather(*(fail(f"test-{n}", n % 4) for n in range(12)))

    assert [[500] * (n % 4) + [200] for n in range(12)] == found


async def test_an_accounts_clock_that_was_refused_a_jump_is_none(test_a: Api) -> None:
    path = "/accounts/test-a/clock/advance"
    for seconds in (-1, 1e12):
        assert 400 == (await refused(test_a, "POST", path, {"seconds": seconds}))[0]

    await test_a.freeze()
    assert await now(test_a) == await now(test_a, "test-a")


@pytest.mark.parametrize("own", [True, False])
async def test_a_given_up_clock_follows_again(test_a: Api, *, own: bool) -> None:
    """Even back in time; one that is not there is given up quietly."""
    await test_a.freeze()
    if own:
        await jump(test_a, 1_000)
    before = await now(test_a)

    clock = await test_a.control("DELETE", "/accounts/test-a/clock")
    await test_a.advance(5)

    assert before == clock
    assert {"now": pytest.approx(clock["now"] + 5), "frozen": True} == (
        await now(test_a, "test-a")
    )


@pytest.mark.parametrize("ahead", [0, 3_600])
@pytest.mark.parametrize("behind", [0, 7_200])
async def test_remaining_waits_stay_as_long(
    api: Api, test_a: Api, ahead: float, behind: float
) -> None:
    """A retry that was a second away is a second away on the global clock.

    Its job says so, and the attempt before it; those of others stay as they are.
    """
    await api.freeze()
    await jump(api, ahead)
    await script(api, {"status": 500}, inbox="test-a")
    job = await test_a.fetch()
    await jump(api, 0.05)
    await api.wait(job, attempts=1)
    await api.advance(behind)
    other = await job_of(api, await api.fetch())

    clock = await api.control("DELETE", "/accounts/test-a/clock")
    shown = await job_of(api, job)
    same = await job_of(api, other["unique_processing_id"])
    await api.advance(0.999_999)
    early = await job_of(api, job)
    await api.advance(0.000_001)
    late = await api.wait(job, attempts=2)

    assert shown["due_at"] == pytest.approx(clock["now"] + 1, abs=1e-5)
    assert shown["due_at"] == shown["attempts"][-1]["next_due_at"]
    assert other == same
    assert [1, 2] == [len(early["attempts"]), len(late["attempts"])]


async def test_a_validation_wait_stays_as_long_too(serve: Serve) -> None:
    api = await serve(validation_delay=10)
    await api.freeze()
    client = await opened(api, "test-a")
    await jump(api, 1_000)
    job = await client.fetch()
    await jump(api, 4)
    await api.control("DELETE", "/accounts/test-a/clock")

    await api.advance(5.9)
    early = (await job_of(api, job))["state"]
    await api.advance(0.1)

    assert "submitted" == early
    assert "delivered" == (await api.wait(job))["state"]


@pytest.mark.parametrize(
    ("stands", "ahead", "passed", "left"),
    [(True, 0, 0, 10), (True, 1_000, 4, 6), (False, 0, 0, 10)],
    ids=["at once", "ahead of the global one", "while it goes"],
)
async def test_the_wait_of_a_delayed_request_stays_as_long(
    api: Api, test_a: Api, *, stands: bool, ahead: float, passed: float, left: float
) -> None:
    """What is over is over, and what lies between the two clocks has not passed."""
    await freeze(api, "/accounts/test-a/clock")
    if not stands:
        await freeze(api, "/accounts/test-a/clock", frozen=False)
    await api.freeze()
    await (jump(api, ahead) if ahead else api.advance(1_000))
    rule = {"phase": "request", "kind": "delay", "seconds": 10, "account": "test-a"}
    await api.control("POST", "/faults", rule)
    call = asyncio.create_task(test_a.call("POST", CREDITS))
    while not (await api.control("GET", "/faults"))[0]["struck"]:
        pass
    if passed:
        await jump(api, passed)

    await api.control("DELETE", "/accounts/test-a/clock")
    await api.advance(left - 0.5)
    await now(api)
    waits = not call.done()
    await api.advance(0.5)

    assert waits
    assert 200 == (await call).status
