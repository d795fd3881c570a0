"""Real time as the clocks read it, and their microseconds as seconds."""

import time

import pytest

from reachapi_emulator.state.clock import SECOND, microseconds, real_time, seconds


@pytest.mark.parametrize(("instant", "expected"), [(None, None), (1_500_000, 1.5)])
def test_seconds_of_an_instant(instant: int | None, expected: float | None) -> None:
    assert expected == seconds(instant)


@pytest.mark.parametrize(
    ("duration", "expected"), [(0.1, 100_000), (1e-7, 0), (3, 3e6)]
)
def test_microseconds_of_a_duration(duration: float, expected: int) -> None:
    assert expected == microseconds(duration)


def test_real_time_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    real = real_time()
    before = real()
    assert abs(before - time.time_ns() // 1000) < SECOND

    monkeypatch.setattr(time, "time_ns", lambda: 0)

    assert before <= real()
