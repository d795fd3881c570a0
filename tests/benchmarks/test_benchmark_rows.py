"""Servers in processes of their own; every benchmark runs, at a tiny size."""

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
    pending,
    plugin,
    reset,
    start,
    waiters,
)
from benchmarks.client import CREDITS, Client
from benchmarks.processes import running
from benchmarks.table import Row
from support.measuring import UNMEASURED

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in UNMEASURED.items():
        monkeypatch.setenv(name, value)


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux")


@pytest.mark.artefact
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
        pytest.param(partial(waiters.rows, rounds=1, batch=2), [1.2], id="waiters"),
        pytest.param(partial(counts.rows, rounds=1, batch=1), [50], id="counts"),
        pytest.param(
            partial(counts.rows_of_million, rounds=1, batch=1, size=50),
            [2500],
            id="million",
        ),
        pytest.param(partial(delivery.rows, rounds=1, count=20), [4, None], id="fetch"),
        pytest.param(
            partial(pending.rows, rounds=1, batch=1, pending=2, dead=2, live=1),
            [1.2, 1.3],
            id="pending",
        ),
        pytest.param(partial(plugin.rows, rounds=1, accounts=1), [30, 5], id="plugin"),
        pytest.param(partial(reset.rows, accounts=2), [2], id="reset"),
    ],
)
def test_a_benchmark_gives_figures_and_its_targets(
    measure: Callable[[], list[Row]], targets: list[float | None]
) -> None:
    rows = measure()

    assert targets == [row.target for row in rows]
    assert all(row.figure and 0 < row.figure < math.inf for row in rows)


def test_memory_of_a_process_that_the_system_does_not_show_is_none() -> None:
    assert memory.resident(0) is None


def test_cpu_time_of_a_metered_server_grows_with_its_work() -> None:
    with running("benchmarks.metered", "benchmarks.bare") as server:
        client = Client(server.url)
        before = server.cpu_time()
        for _ in range(10):
            client.send("POST", CREDITS)
        client.close()

        assert server.cpu_time() > before


def test_a_server_has_ended_after_the_block() -> None:
    with running("benchmarks.bare") as server:
        url = server.url

    with pytest.raises(ConnectionRefusedError):
        Client(url).send("POST", CREDITS)


def test_a_server_that_does_not_start_is_told() -> None:
    with (
        running("benchmarks.metered", "benchmarks.no_such_module") as server,
        pytest.raises(RuntimeError, match="run it by hand"),
    ):
        server.url  # noqa: B018 # reading it is what waits


def test_an_answer_other_than_200_is_refused() -> None:
    with running("benchmarks.bare") as server:
        client = Client(server.url)

        with pytest.raises(RuntimeError, match="404"):
            client.send("GET", "/nowhere")

        client.close()
