"""Acknowledgement and retries, on a frozen clock (rulings 28 and 29)."""

from itertools import pairwise

import pytest

from support.api import Api
from support.flow import attempted, inbox, job_of, script
from support.serving import Serve
from support.surface import available

SCHEDULE = (1, 5, 15, 60, 300)
NOT_ACKNOWLEDGED = (
    *(201, 202, 203, 204, 205, 206, 207, 208, 226, 299),
    *(300, 301, 302, 303, 304, 305, 307, 308),
    *(400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 418),
    *(421, 422, 425, 426, 428, 429, 431, 451),
    *(500, 501, 502, 503, 504, 505, 507, 508, 511, 599),
)


async def went(api: Api, job: int) -> tuple[str, int]:
    """Return how a job stands: its state and how many attempts were made."""
    shown = await job_of(api, job)
    return shown["state"], len(shown["attempts"])


async def retried(api: Api, job: int, schedule: tuple[int, ...] = SCHEDULE) -> None:
    """Advance to each retry and see it to its end."""
    for number, wait in enumerate(schedule, start=2):
        await api.advance(wait)
        await api.wait(job, attempts=number)


async def test_status_200_acknowledges(api: Api) -> None:
    """One attempt, and never another."""
    job = await attempted(api)
    await api.advance(1_000_000)

    assert ("delivered", 1) == await went(api, job)


@pytest.mark.parametrize("status", NOT_ACKNOWLEDGED)
async def test_no_other_status_acknowledges(api: Api, status: int) -> None:
    """A response other than 200 OK is a failed attempt, and is retried."""
    await script(api, [status])
    job = await attempted(api)

    (attempt,) = (await job_of(api, job))["attempts"]
    assert (status, "unexpected_status") == (attempt["status"], attempt["error"])
    assert ("delivering", 1) == await went(api, job)


async def test_a_connection_that_breaks_off_is_a_failed_attempt(api: Api) -> None:
    """No answer is no acknowledgement."""
    await script(api, [{"drop": True}])
    job = await attempted(api)

    (attempt,) = (await job_of(api, job))["attempts"]
    assert (None, "disconnected") == (attempt["status"], attempt["error"])


async def test_a_receiver_that_is_too_slow_is_a_failed_attempt(serve: Serve) -> None:
    """The time-out of an attempt is a setting, in real seconds."""
    api = await serve(webhook_timeout=0.1)
    await script(api, [{"delay_s": 0.25}])
    job = await attempted(api)

    (attempt,) = (await job_of(api, job))["attempts"]
    assert (None, "timeout") == (attempt["status"], attempt["error"])


@pytest.mark.parametrize("failures", [1, 3, 5])
async def test_it_is_retried_until_it_is_acknowledged(api: Api, failures: int) -> None:
    """After so many failures the next attempt delivers."""
    await script(api, [500] * failures)
    job = await attempted(api)
    await retried(api, job, SCHEDULE[:failures])

    assert ("delivered", failures + 1) == await went(api, job)


async def test_the_intervals_are_1_5_15_60_and_300_seconds(api: Api) -> None:
    """Measured from the end of an attempt to the start of the next."""
    await script(api, [500] * 6)
    job = await attempted(api)
    await retried(api, job)

    starts = [a["started_at"] for a in (await job_of(api, job))["attempts"]]
    intervals = [round(later - start, 3) for start, later in pairwise(starts)]
    assert list(SCHEDULE) == intervals


@pytest.mark.parametrize("retry", range(5))
async def test_no_retry_is_made_before_its_interval_is_over(
    api: Api, retry: int
) -> None:
    """A millisecond is missing, and nothing happens."""
    await script(api, [500] * 6)
    job = await attempted(api)
    await retried(api, job, SCHEDULE[:retry])
    await api.advance(SCHEDULE[retry] - 0.001)

    assert ("delivering", retry + 1) == await went(api, job)


async def test_after_six_attempts_a_delivery_is_exhausted(api: Api) -> None:
    """And no other attempt follows, however long one waits."""
    await script(api, [500] * 6)
    job = await attempted(api)
    await retried(api, job)
    await api.advance(1_000_000)

    assert ("exhausted", 6) == await went(api, job)


async def test_an_exhausted_delivery_stays_listed(serve: Serve) -> None:
    """With what it would have brought, and what it cost."""
    api = await serve(retry_schedule=())
    await script(api, [500])
    job = await attempted(api)

    (shown,) = await api.control("GET", "/jobs?state=exhausted")
    assert (job, 3, 3) == (
        shown["unique_processing_id"],
        shown["valid"],
        shown["charged"],
    )
    assert 9997 == await available(api)


async def test_the_schedule_is_a_setting(serve: Serve) -> None:
    """Two waits make three attempts."""
    api = await serve(retry_schedule=(2.0, 0.5))
    await script(api, [500] * 3)
    job = await attempted(api)
    for number, wait in enumerate((2, 0.5), start=2):
        await api.advance(wait)
        await api.wait(job, attempts=number)

    assert ("exhausted", 3) == await went(api, job)


async def test_a_jump_over_several_intervals_makes_one_attempt(api: Api) -> None:
    """The next interval begins when the attempt has ended."""
    await script(api, [500] * 6)
    job = await attempted(api)
    await api.advance(1000)
    await api.wait(job, attempts=2)

    assert ("delivering", 2) == await went(api, job)
    assert 2 == len(await inbox(api))


async def test_one_delivery_in_trouble_holds_up_no_other(api: Api) -> None:
    """The second request is delivered while the first awaits its retry."""
    await script(api, [500])
    first = await attempted(api)
    second = await attempted(api)

    assert ("delivering", 1) == await went(api, first)
    assert ("delivered", 1) == await went(api, second)
