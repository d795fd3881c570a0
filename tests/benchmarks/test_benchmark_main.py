"""`python -m benchmarks`."""

from functools import partial

import pytest

from benchmarks import __main__ as command
from benchmarks.table import Row


@pytest.fixture(autouse=True)
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a row that misses its target in the place of every benchmark."""
    for name in command.BENCHMARKS:
        row = Row(what=f"{name} row", figure=3, target=2)
        monkeypatch.setitem(command.BENCHMARKS, name, partial(list, (row,)))


def measured(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the names of the benchmarks in the table."""
    _, *lines = capsys.readouterr().out.splitlines()
    return [line.split()[0] for line in lines]


def test_all_are_run_and_a_missed_target_is_no_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command ends as usual, one table printed."""
    command.main([])

    assert list(command.BENCHMARKS) == measured(capsys)


def test_quick_leaves_out_the_million(capsys: pytest.CaptureFixture[str]) -> None:
    """It takes longer than all the others together."""
    command.main(["--quick"])

    assert set(command.BENCHMARKS) - {"million"} == set(measured(capsys))


def test_only_selects(capsys: pytest.CaptureFixture[str]) -> None:
    """Several can be chosen, in an order of one's own."""
    command.main(["--only", "memory", "--only", "counts"])

    assert ["memory", "counts"] == measured(capsys)


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The known ones are listed."""
    with pytest.raises(SystemExit, match="2"):
        command.main(["--only", "everything"])

    assert "million" in capsys.readouterr().err
