"""/_emulator/clock, and an account's own: read, frozen, advanced, given up."""

import asyncio
import time
from typing import Any

import pytest

from support.client import CREDITS, Api, job_of, opened, point, refused, rule, script
from support.events import following
from support.receiver import receiving
from support.steering import clock_of, jump

YEAR_10000 = 253_402_300_800
"""When it begins."""


@pytest.fixture
async def test_a(api: Api) -> Api:
    """A client to an account of its own, `test-a`."""
    return await opened(api, "test-a")


async def turn(api: Api, path: str, *, frozen: bool = True) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Let a clock stand, or go on; return what it shows."""
    return await api.control("PATCH", path, {"frozen": frozen})


GLOBAL, OWN = "/clock", "/accounts/test-a/clock"
CLOCKS = pytest.mark.parametrize("path", [GLOBAL, "/accounts/demo/clock"])


@CLOCKS
async def test_a_clock_goes_and_stands(api: Api, path: str) -> None:
    """It begins at real time; to freeze it twice is to freeze it once."""
    before = time.time()
    first, second = [await api.control("GET", path) for _ in range(2)]
    frozen = [await turn(api, path) for _ in range(2)]
    last = await api.control("GET", path)
    assert before - 1 < first["now"] < second["now"] < time.time() + 1
    assert [False, True] == [second["frozen"], last["frozen"]]
    assert [last, last] == frozen


@CLOCKS
async def test_a_clock_goes_on_from_where_it_stood(api: Api, path: str) -> None:
    """Its jumps are kept; letting a clock go that goes changes nothing."""
    before = (await turn(api, path))["now"]
    await api.control("POST", f"{path}/advance", {"seconds": 1_000_000})
    first, second = [await turn(api, path, frozen=False) for _ in range(2)]

    assert before + 1_000_000 <= first["now"] < second["now"] < before + 1_000_010
    assert [False, False] == [first["frozen"], second["frozen"]]


@CLOCKS
@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("seconds", [0, 86_400.25])
async def test_a_clock_is_advanced(
    api: Api, path: str, *, frozen: bool, seconds: float
) -> None:
    """By seconds and fractions, frozen or not; it stays what it was."""
    before = (await turn(api, path, frozen=frozen))["now"]
    clock = await api.control("POST", f"{path}/advance", {"seconds": seconds})

    assert frozen is clock["frozen"]
    assert clock["now"] == pytest.approx(before + seconds, abs=1e-5 if frozen else 10)


@pytest.mark.parametrize("path", [GLOBAL, OWN])
async def test_a_clock_has_an_end(test_a: Api, path: str) -> None:
    """The last second of the year 9999 can be reached, and no later one.

    Nor is there a clock of an account's own because of a jump that was refused.
    """
    await test_a.freeze()
    await test_a.advance(YEAR_10000 - 1 - (await clock_of(test_a))["now"])
    last = await test_a.control("GET", GLOBAL)
    for seconds in (-1, 2, 1e12):
        refusal = await refused(test_a, "POST", f"{path}/advance", {"seconds": seconds})
        assert 400 == refusal[0]

    assert last["now"] == pytest.approx(YEAR_10000 - 1, abs=1e-3)
    assert last == await test_a.control("GET", GLOBAL)
    await test_a.advance(0.5)
    assert last["now"] + 0.5 == (await clock_of(test_a))["now"]


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
    await turn(test_a, OWN, frozen=False)
    await test_a.freeze()
    await test_a.advance(1_000)

    assert await test_a.control("GET", GLOBAL) == await clock_of(test_a)


async def test_a_clock_of_its_own_moves_nobody_else(test_a: Api) -> None:
    """Nor is it moved by the global one."""
    await test_a.freeze()
    before = await test_a.control("GET", GLOBAL)
    clock = await jump(test_a, 60)
    others = [await clock_of(test_a, "demo"), await test_a.control("GET", GLOBAL)]
    await test_a.advance(1_000)

    assert {"now": pytest.approx(before["now"] + 60), "frozen": True} == clock
    assert [before, before] == others
    assert clock == await clock_of(test_a)


@pytest.mark.parametrize("mine", [True, False])
async def test_a_jump_moves_the_jobs_of_its_clock_alone(
    api: Api, test_a: Api, *, mine: bool
) -> None:
    """What fell due has been started by then, on an account's clock as well."""
    await api.freeze()
    await turn(api, OWN)
    jobs = [await test_a.fetch(), await api.fetch()]
    await (jump(api, 0.05) if mine else api.advance(0.05))
    found = [len((await job_of(api, job))["attempts"]) for job in jobs]
    assert ([1, 0] if mine else [0, 1]) == found


async def test_an_inbox_stamps_by_its_accounts_clock(api: Api, test_a: Api) -> None:
    """`received_at` is the instant that the account lives in; else it is global."""
    await turn(api, OWN)
    await api.freeze()
    await jump(api, 500_000)
    job = await test_a.fetch()
    await jump(api, 1)
    await api.wait(job)
    await api.send("POST", "/_emulator/inbox/elsewhere")
    found = [
        (await api.control("GET", f"/inbox/{name}"))[0]["received_at"]
        for name in ("test-a", "elsewhere")
    ]
    clocks = [await clock_of(api), await api.control("GET", GLOBAL)]
    assert [clock["now"] for clock in clocks] == found


@pytest.mark.parametrize("own", [True, False])
async def test_a_given_up_clock_follows_again(test_a: Api, *, own: bool) -> None:
    """Even back in time; one that is not there is given up quietly."""
    await test_a.freeze()
    if own:
        await jump(test_a, 1_000)
    before = await test_a.control("GET", GLOBAL)
    clock = await test_a.control("DELETE", OWN)
    await test_a.advance(5)

    assert before == clock
    after = {"now": pytest.approx(clock["now"] + 5), "frozen": True}
    assert after == await clock_of(test_a)


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
    clock = await api.control("DELETE", OWN)
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


@pytest.mark.parametrize(
    ("stands", "ahead", "passed"),
    [(True, 0, 0), (True, 1_000, 4), (False, 0, 0)],
    ids=["at once", "ahead of the global one", "while it goes"],
)
async def test_the_wait_of_a_delayed_request_stays_as_long(
    api: Api, test_a: Api, *, stands: bool, ahead: float, passed: float
) -> None:
    """What is over is over, and what lies between the two clocks has not passed."""
    await turn(api, OWN)
    if not stands:
        await turn(api, OWN, frozen=False)
    await api.freeze()
    await (jump(api, ahead) if ahead else api.advance(1_000))
    await rule(api, "delay", seconds=10, account="test-a")
    async with following(api) as events:
        call = asyncio.create_task(test_a.call("POST", CREDITS))
        await events.until("fault", change="struck")
    if passed:
        await jump(api, passed)
    await api.control("DELETE", OWN)
    await api.advance(9.5 - passed)
    await api.control("GET", GLOBAL)
    waits = not call.done()
    await api.advance(0.5)

    assert waits
    assert 200 == (await call).status
