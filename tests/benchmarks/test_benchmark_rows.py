"""Every benchmark runs, at a tiny size; how fast is not asked here."""

import math
import sys
from collections.abc import Callable
from functools import partial

import pytest

from benchmarks import (
    counts,
    credits as credit_check,
    delivery,
    faults,
    memory,
    plugin,
    start,
)
from benchmarks.table import Row

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux")


@pytest.mark.parametrize(
    ("measure", "targets"),
    [
        pytest.param(partial(start.rows, rounds=1), [2], id="start"),
        pytest.param(memory.rows, [90], id="memory", marks=linux_only),
        pytest.param(
            partial(credit_check.rows, rounds=1, batch=2),
            [1.5, None, 1.5, None],
            id="credits",
        ),
        pytest.param(partial(faults.rows, rounds=1, batch=2), [1.05], id="faults"),
        pytest.param(partial(counts.rows, rounds=1, batch=1), [50], id="counts"),
        pytest.param(
            partial(counts.rows_of_million, rounds=1, batch=1, size=50),
            [2500],
            id="million",
        ),
        pytest.param(partial(delivery.rows, rounds=1, count=20), [4, None], id="fetch"),
        pytest.param(partial(plugin.rows, rounds=1, accounts=1), [30, 5], id="plugin"),
    ],
)
def test_a_benchmark_gives_figures_and_its_targets(
    measure: Callable[[], list[Row]], targets: list[float | None]
) -> None:
    """Each row has its target, and a figure that can be compared with it."""
    rows = measure()

    assert targets == [row.target for row in rows]
    assert all(row.figure and 0 < row.figure < math.inf for row in rows)


def test_memory_of_a_process_that_the_system_does_not_show_is_none() -> None:
    """Where there is no /proc, or no such process in it, nothing is measured."""
    assert memory.resident(0) is None
