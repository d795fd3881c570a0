"""Real time as the clocks read it, and their microseconds as seconds."""

import time

import pytest

from reachapi_emulator import real_time as module
from reachapi_emulator.real_time import real_time
from reachapi_emulator.state.clock import SECOND, microseconds, seconds


def test_microseconds_are_seconds_and_back() -> None:
    assert [None, 1.5] == [seconds(instant) for instant in (None, 1_500_000)]
    assert [100_000, 0, 3e6] == [microseconds(each) for each in (0.1, 1e-7, 3)]


@pytest.mark.parametrize("lie", [0, 1, -3_600])
def test_real_time_is_that_of_the_machine_whatever_python_is_told(
    monkeypatch: pytest.MonkeyPatch, lie: int
) -> None:
    known = time.time_ns()
    told = known + lie * 1_000 * SECOND
    monkeypatch.setattr(module, "_told_ns", lambda: told)
    real = real_time()

    assert abs(real() - known // 1_000) < SECOND // 2
    assert real() <= real()
