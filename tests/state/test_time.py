"""Real time as the clocks read it, and their microseconds as seconds."""

import time

import pytest

from reachapi_emulator.state.clock import SECOND, microseconds, real_time, seconds


def test_microseconds_are_seconds_and_back() -> None:
    assert [None, 1.5] == [seconds(instant) for instant in (None, 1_500_000)]
    assert [100_000, 0, 3e6] == [microseconds(each) for each in (0.1, 1e-7, 3)]


def test_real_time_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    real = real_time()
    before = real()
    assert abs(before - time.time_ns() // 1000) < SECOND

    monkeypatch.setattr(time, "time_ns", lambda: 0)

    assert before <= real()
