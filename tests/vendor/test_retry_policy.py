from hypothesis import given, strategies as st

from reachapi_emulator.vendor.retry_policy import Decision, decide

DAY = 86_400_000_000
schedules = st.lists(st.integers(0, 30 * DAY), max_size=20)
instants = st.integers(0, 100_000 * DAY)
counts = st.integers(0, 30)


@given(schedule=schedules, now=instants, retries=counts)
def test_an_acknowledged_delivery_is_delivered(
    schedule: list[int], now: int, retries: int
) -> None:
    """Ruling 28, whatever the attempt's number."""
    step = decide(acknowledged=True, retries=retries, schedule=schedule, now=now)

    assert Decision("delivered", None) == step


@given(schedule=schedules, now=instants, retries=counts)
def test_a_failed_attempt_is_followed_by_the_next_interval(
    schedule: list[int], now: int, retries: int
) -> None:
    """Ruling 29: each retry has an interval of its own; then it is exhausted."""
    due = {
        i: Decision("delivering", now + interval) for i, interval in enumerate(schedule)
    }

    step = decide(acknowledged=False, retries=retries, schedule=schedule, now=now)

    assert due.get(retries, Decision("exhausted", None)) == step
