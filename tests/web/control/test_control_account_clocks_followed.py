"""DELETE /_emulator/accounts/{id}/clock: it follows the global clock again."""

from typing import Any

import pytest

from support.api import Api
from support.serving import Serve
from support.steering import clock_of, jump, opened, script


async def _job(api: Api, job: int) -> Any:  # noqa: ANN401 # whatever the JSON holds
    return await api.control("GET", f"/jobs/{job}")


@pytest.fixture
async def test_a(api: Api) -> Api:
    """A client to an account of its own, `test-a`."""
    return await opened(api, "test-a")


async def test_a_given_up_clock_follows_again(test_a: Api) -> None:
    """DELETE shows the global clock, and from then on it is the same."""
    await test_a.freeze()
    await jump(test_a, 1_000)

    clock = await test_a.control("DELETE", "/accounts/test-a/clock")
    await test_a.advance(5)

    after = await test_a.control("GET", "/clock")
    assert after == {"now": pytest.approx(clock["now"] + 5), "frozen": True}
    assert after == await clock_of(test_a)


async def test_a_clock_that_is_not_there_is_given_up_quietly(test_a: Api) -> None:
    """DELETE of an account that follows already changes nothing."""
    await test_a.freeze()

    assert await clock_of(test_a) == await test_a.control(
        "DELETE", "/accounts/test-a/clock"
    )


@pytest.mark.parametrize("ahead", [0, 3_600])
@pytest.mark.parametrize("behind", [0, 7_200])
async def test_remaining_waits_stay_as_long(
    api: Api, test_a: Api, ahead: float, behind: float
) -> None:
    """A retry that was a second away is a second away on the global clock.

    Args:
        api: speaks for `demo`.
        test_a: speaks for `test-a`.
        ahead: seconds by which the account has been advanced.
        behind: seconds by which the global clock has been advanced since.
    """
    await api.freeze()
    await jump(api, ahead)
    await script(api, {"status": 500}, inbox="test-a")
    job = await test_a.fetch()
    await jump(api, 0.05)
    await api.wait(job, attempts=1)
    await api.advance(behind)

    clock = await api.control("DELETE", "/accounts/test-a/clock")
    due_at = (await _job(api, job))["due_at"]
    await api.advance(0.999_999)
    early = await _job(api, job)
    await api.advance(0.000_001)
    late = await api.wait(job, attempts=2)

    assert due_at == pytest.approx(clock["now"] + 1, abs=1e-5)
    assert [1, 2] == [len(early["attempts"]), len(late["attempts"])]


async def test_a_validation_wait_stays_as_long_too(serve: Serve) -> None:
    """What is yet to be validated moves like a retry."""
    api = await serve(validation_delay=10)
    await api.freeze()
    client = await opened(api, "test-a")
    await jump(api, 1_000)
    job = await client.fetch()
    await jump(api, 4)
    await api.control("DELETE", "/accounts/test-a/clock")

    await api.advance(5.9)
    early = (await _job(api, job))["state"]
    await api.advance(0.1)

    assert "submitted" == early
    assert "delivered" == (await api.wait(job))["state"]


async def test_what_the_last_attempt_says_of_the_next_moves_along(
    api: Api, test_a: Api
) -> None:
    """`next_due_at` of the attempt and `due_at` of the job stay one instant."""
    await api.freeze()
    await jump(test_a, 3_600)
    await script(api, {"status": 500}, inbox="test-a")
    job = await test_a.fetch()
    await jump(test_a, 1)
    await test_a.wait(job, attempts=1)

    await api.control("DELETE", "/accounts/test-a/clock")

    shown = await _job(api, job)
    assert shown["due_at"] == shown["attempts"][-1]["next_due_at"]
