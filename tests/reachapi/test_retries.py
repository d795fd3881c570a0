from __future__ import annotations

from hypothesis import given, strategies as st

from reachapi_emulator.vendor.retry_policy import Decision, decide

_DAY = 86_400_000_000
intervals = st.integers(0, 30 * _DAY)
schedules = st.lists(intervals, max_size=20)
instants = st.integers(0, 100_000 * _DAY)


def _attempts_until_exhausted(schedule: list[int], now: int) -> int:
    retries = 0
    while decide(acknowledged=False, retries=retries, schedule=schedule, now=now) != (
        Decision("exhausted", None)
    ):
        retries += 1
    return retries + 1


@given(schedule=schedules, now=instants, retries=st.integers(0, 30))
def test_an_acknowledged_delivery_is_delivered(
    schedule: list[int], now: int, retries: int
) -> None:
    """Whatever the attempt's number, 200 ends the delivery."""
    step = decide(acknowledged=True, retries=retries, schedule=schedule, now=now)

    assert Decision("delivered", None) == step


@given(schedule=schedules, now=instants, retries=st.integers(0, 30))
def test_a_failed_attempt_is_followed_by_the_next_interval(
    schedule: list[int], now: int, retries: int
) -> None:
    """For every attempt number the retry is due one interval of its own later."""
    due = {
        i: Decision("delivering", now + interval) for i, interval in enumerate(schedule)
    }

    step = decide(acknowledged=False, retries=retries, schedule=schedule, now=now)

    assert due.get(retries, Decision("exhausted", None)) == step


@given(schedule=schedules, now=instants, retries=st.integers(0, 30))
def test_a_retry_is_never_due_in_the_past(
    schedule: list[int], now: int, retries: int
) -> None:
    """A clock never has to go back to reach a retry."""
    step = decide(acknowledged=False, retries=retries, schedule=schedule, now=now)

    assert step.due_at is None or step.due_at >= now


@given(schedule=schedules, now=instants)
def test_attempts_are_one_more_than_intervals(schedule: list[int], now: int) -> None:
    """The first attempt and one retry an interval, then the delivery is exhausted."""
    assert len(schedule) + 1 == _attempts_until_exhausted(schedule, now)


def test_without_a_schedule_one_failure_exhausts() -> None:
    """An empty schedule makes the first attempt the only one."""
    step = decide(acknowledged=False, retries=0, schedule=[], now=0)

    assert Decision("exhausted", None) == step
