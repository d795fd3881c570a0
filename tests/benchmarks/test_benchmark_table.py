"""The table of figures."""

import pytest

from benchmarks.table import Row, table


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
    """Without a figure or a target there is no verdict."""
    assert verdict == Row(what="it", figure=figure, target=target).verdict


def test_a_table_lines_up_its_columns() -> None:
    """A figure bears its unit, its target and verdict beside it."""
    rows = [
        Row(what="a count", figure=15.3, unit="us", target=2500, beside="first 3 ms"),
        Row(what="memory", figure=None, unit="MB", target=90, beside="Linux only"),
    ]

    assert [
        "what     figure    target       met  beside it",
        "a count  15.30 us  <= 2,500 us  met  first 3 ms",
        "memory   -         <= 90 MB          Linux only",
    ] == table(rows).splitlines()
