"""Ten minutes of retries, in milliseconds."""

import pytest
from my_client import Client

from reachapi_emulator.client import Account

SCHEDULE = [1, 5, 15, 60, 300]  # seconds between the attempts


@pytest.fixture
def job(reachapi: Account) -> int:
    """A data request that is about to be delivered, on a clock that stands still."""
    reachapi.freeze()
    number = Client(reachapi.url, reachapi.api_key).fetch(2, {})
    reachapi.advance(1)  # its emails are validated, the first attempt is made
    return number


@pytest.fixture
def failing(reachapi: Account) -> None:
    """A receiver that is down for the whole schedule."""
    reachapi.script_inbox([500] * (1 + len(SCHEDULE)))


@pytest.mark.usefixtures("failing")
def test_a_delivery_is_given_up_in_the_end(reachapi: Account, job: int) -> None:
    """After one attempt more than the schedule has waits."""
    for attempts, seconds in enumerate(SCHEDULE, start=1):
        reachapi.wait_for_job(job, attempts=attempts)
        reachapi.advance(seconds)
    ended = reachapi.wait_for_job(job, state="exhausted")

    assert [500] * 6 == [attempt.status for attempt in ended.attempts]


@pytest.mark.usefixtures("failing")
def test_a_retry_keeps_to_its_time(reachapi: Account, job: int) -> None:
    """It is not made half a second too early."""
    reachapi.wait_for_job(job, attempts=1)
    reachapi.advance(0.5)
    early = len(reachapi.jobs[0].attempts)
    reachapi.advance(0.5)

    assert (1, 2) == (early, len(reachapi.jobs[0].attempts))
