"""/_emulator/clock: the global clock, read, frozen, advanced."""

import time

import pytest

from support.api import CREDITS, Api
from support.hanging import receiving
from support.serving import Serve
from support.steering import begin, point, refused, script

YEAR_10000 = 253_402_300_800


async def _now(api: Api) -> float:
    now: float = (await api.control("GET", "/clock"))["now"]
    return now


async def test_the_clock_begins_at_real_time(api: Api) -> None:
    """It goes, and shows seconds since the epoch."""
    before = time.time()

    clock = await api.control("GET", "/clock")

    assert before - 1 < clock["now"] < time.time() + 1
    assert clock["frozen"] is False


async def test_a_clock_that_goes_goes(api: Api) -> None:
    """Of two readings the second is later."""
    assert await _now(api) < await _now(api)


async def test_a_frozen_clock_stands(api: Api) -> None:
    """Every reading is that of the freeze."""
    frozen = await api.control("PATCH", "/clock", {"frozen": True})

    assert frozen["frozen"] is True
    assert [frozen] * 2 == [await api.control("GET", "/clock") for _ in range(2)]


async def test_a_clock_goes_on_from_where_it_stood(api: Api) -> None:
    """Not from real time."""
    await api.freeze()
    await api.advance(1_000_000)
    stood = await _now(api)

    clock = await api.control("PATCH", "/clock", {"frozen": False})

    assert clock["frozen"] is False
    assert stood <= clock["now"] < stood + 10


@pytest.mark.parametrize("frozen", [True, False])
async def test_a_clock_is_advanced(api: Api, *, frozen: bool) -> None:
    """By seconds and fractions, frozen or not; it stays what it was."""
    await api.control("PATCH", "/clock", {"frozen": frozen})
    before = await _now(api)

    clock = await api.control("POST", "/clock/advance", {"seconds": 86_400.25})

    assert frozen is clock["frozen"]
    assert clock["now"] == pytest.approx(before + 86_400.25, abs=1e-5 if frozen else 10)


async def test_no_seconds_are_no_jump(api: Api) -> None:
    """An advance of 0 leaves a frozen clock where it is."""
    await api.freeze()
    before = await api.control("GET", "/clock")

    assert before == await api.control("POST", "/clock/advance", {"seconds": 0})


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (-1, "time never goes backwards: seconds must be 0 or more"),
        (-0.001, "time never goes backwards: seconds must be 0 or more"),
        (YEAR_10000, "that is after the year 9999: advance by less"),
    ],
)
async def test_a_clock_is_not_advanced_anywhere(
    api: Api, seconds: float, reason: str
) -> None:
    """400, and it stands where it stood."""
    await api.freeze()
    before = await api.control("GET", "/clock")

    refusal = await refused(api, "POST", "/clock/advance", {"seconds": seconds})

    assert (400, reason) == refusal
    assert before == await api.control("GET", "/clock")


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("PATCH", "/clock", {}),
        ("PATCH", "/clock", {"frozen": "yes"}),
        ("PATCH", "/clock", {"frozen": None}),
        ("PATCH", "/clock", {"frozen": True, "now": 0}),
        ("PATCH", "/clock", []),
        ("POST", "/clock/advance", {}),
        ("POST", "/clock/advance", {"seconds": None}),
        ("POST", "/clock/advance", {"seconds": "60"}),
        ("POST", "/clock/advance", {"seconds": 1e300}),
        ("POST", "/clock/advance", {"minutes": 1}),
        ("POST", "/clock/advance", 60),
    ],
    ids=str,
)
async def test_a_body_that_makes_no_sense_is_refused(
    api: Api, method: str, path: str, json: object
) -> None:
    """400, and the clock goes on as before."""
    assert 400 == (await refused(api, method, path, json))[0]
    assert (await api.control("GET", "/clock"))["frozen"] is False


async def test_what_fell_due_has_been_started(api: Api) -> None:
    """When an advance returns, validation has ended and the attempt is under way."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        jobs = [await api.fetch() for _ in range(3)]

        await api.advance(0.05)

        shown = [await api.control("GET", f"/jobs/{job}") for job in jobs]
    assert [("delivering", 1)] * 3 == [
        (job["state"], len(job["attempts"])) for job in shown
    ]


async def test_what_is_not_due_is_not_started(api: Api) -> None:
    """One microsecond before its time, a job is where it was."""
    await api.freeze()
    job = await api.fetch()

    await api.advance(0.049_999)

    assert "submitted" == (await api.control("GET", f"/jobs/{job}"))["state"]


async def test_a_whole_schedule_passes_in_no_time(api: Api) -> None:
    """1, 5, 15, 60 and 300 seconds, by as many jumps (ruling 29)."""
    await api.freeze()
    await script(api, *[{"status": 500}] * 6)
    job = await begin(api)
    started = await _now(api)
    for attempts, wait in enumerate((1, 5, 15, 60, 300), start=1):
        await api.wait(job, attempts=attempts)
        await api.advance(wait)

    shown = await api.wait(job)

    assert ("exhausted", None) == (shown["state"], shown["due_at"])
    assert [0, 1, 6, 21, 81, 381] == [
        round(attempt["started_at"] - started) for attempt in shown["attempts"]
    ]


async def test_the_rate_limit_follows_the_clock(serve: Serve) -> None:
    """On the frozen clock the window never moves; a second later it is empty."""
    api = await serve(rate_limit=2)
    await api.freeze()
    statuses = [(await api.call("POST", CREDITS)).status for _ in range(3)]

    await api.advance(1)
    statuses.append((await api.call("POST", CREDITS)).status)

    assert [200, 200, 429, 200] == statuses
