"""The parts of the benchmarks: the command, its table, turns, and the receiver."""

import asyncio
import os
import sys
from functools import partial
from unittest.mock import Mock

import pytest

from benchmarks import __main__ as command
from benchmarks.measuring import interleaved, ratio
from benchmarks.placing import on_cpu
from benchmarks.receiver import Receiver
from benchmarks.table import Row, table

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\ncontent-length: 4\r\n\r\nbody"


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in command.BENCHMARKS:
        row = Row(what=f"{name} row", figure=3, target=2)
        monkeypatch.setitem(command.BENCHMARKS, name, partial(list, (row,)))


EVERY = list(command.BENCHMARKS)


@pytest.mark.usefixtures("instant")
@pytest.mark.parametrize(
    ("arguments", "measured"),
    [
        ([], EVERY),
        (["--quick"], [name for name in EVERY if name not in command.SLOW]),
        (["--only", "memory", "--only", "counts"], ["memory", "counts"]),
    ],
)
def test_a_table_of_what_was_chosen_is_printed(
    capsys: pytest.CaptureFixture[str], arguments: list[str], measured: list[str]
) -> None:
    command.main(arguments)
    _, *lines = capsys.readouterr().out.splitlines()

    assert measured == [line.split()[0] for line in lines]


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--only", "everything"])

    assert "million" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("figure", "target", "verdict"),
    [
        (1.5, 1.5, "met"),
        (1.51, 1.5, "missed"),
        (1.5, None, ""),
        (None, 1.5, ""),
    ],
)
def test_a_target_is_met_up_to_its_own_figure(
    figure: float | None, target: float | None, verdict: str
) -> None:
    assert verdict == Row(what="it", figure=figure, target=target).verdict


def test_a_table_lines_up_its_columns() -> None:
    rows = [
        Row(what="a count", figure=15.3, unit="us", target=2500, beside="first 3 ms"),
        Row(what="memory", figure=None, unit="MB", target=90, beside="Linux only"),
    ]

    assert [
        "what     figure    target       met  beside it",
        "a count  15.30 us  <= 2,500 us  met  first 3 ms",
        "memory   -         <= 90 MB          Linux only",
    ] == table(rows).splitlines()


def test_measures_take_turns_in_alternating_order() -> None:
    calls: list[str] = []

    def measure(name: str) -> float:
        calls.append(name)
        return len(calls)

    figures = interleaved([partial(measure, "a"), partial(measure, "b")], rounds=3)

    assert ["a", "b", "b", "a", "a", "b"] == calls
    assert [[1, 4, 5], [2, 3, 6]] == figures


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    assert 2 == ratio([2, 30, 300], [1, 10, 300])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems place as they like")
def test_a_process_stays_on_one_cpu_until_the_end_of_the_block() -> None:
    before = os.sched_getaffinity(0)

    with on_cpu(-1):
        inside = os.sched_getaffinity(0)

    assert {max(before)} == inside
    assert before == os.sched_getaffinity(0)


@pytest.mark.parametrize("size", [1, 7, len(REQUEST), 2 * len(REQUEST)])
def test_each_request_is_answered_once_however_it_is_cut(
    size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two on one connection: two answers, two instants told; half of one gets none."""
    transport = Mock(asyncio.Transport)
    receiver = Receiver()
    receiver.connection_made(transport)

    for request in (REQUEST, REQUEST, REQUEST[:-1]):
        for start in range(0, len(request), size):
            receiver.data_received(request[start : start + size])

    assert 2 == transport.write.call_count
    assert ["=", "="] == capsys.readouterr().out.split()[::2]
