"""Measuring side by side."""

import os
import sys
from functools import partial

import pytest

from benchmarks.measuring import interleaved, ratio
from benchmarks.placing import on_cpu


def test_measures_take_turns_in_alternating_order() -> None:
    """Whoever was last in a round is first in the next."""
    calls: list[str] = []

    def measure(name: str) -> float:
        calls.append(name)
        return len(calls)

    figures = interleaved([partial(measure, "a"), partial(measure, "b")], rounds=3)

    assert ["a", "b", "b", "a", "a", "b"] == calls
    assert [[1, 4, 5], [2, 3, 6]] == figures


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    """One round that was disturbed does not count."""
    assert 2 == ratio([2, 30, 300], [1, 10, 300])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems place as they like")
def test_a_process_stays_on_one_cpu_until_the_end_of_the_block() -> None:
    """Afterwards it may run on all that it had before."""
    before = os.sched_getaffinity(0)

    with on_cpu(-1):
        inside = os.sched_getaffinity(0)

    assert {max(before)} == inside
    assert before == os.sched_getaffinity(0)
