"""Misspelt environment variables are told of."""

import pytest

from reachapi_emulator.settings import misspelt
from support.process import running

SETTINGS = ("rate_limit", "port", "tls_port")


def test_a_misspelt_variable_is_told_with_the_one_that_is_meant() -> None:
    """So that nobody wonders why it has no effect."""
    (told,) = misspelt(["REACHAPI_EMULATOR_RATE_LIMT"], SETTINGS)

    assert (
        "REACHAPI_EMULATOR_RATE_LIMT is no setting and has no effect: "
        "do you mean REACHAPI_EMULATOR_RATE_LIMIT?"
    ) == told


@pytest.mark.parametrize(
    "name",
    [
        "REACHAPI_EMULATOR_RATE_LIMIT",
        "REACHAPI_EMULATOR_SERVICE_HOST",
        "REACHAPI_KEY",
        "PATH",
    ],
)
def test_what_is_right_or_somebody_elses_is_passed_over(name: str) -> None:
    """Container platforms make variables of the same beginning."""
    assert [] == [*misspelt([name], SETTINGS)]


def test_the_program_tells_it_and_starts() -> None:
    """On its standard error."""
    with running(REACHAPI_EMULATOR_RATE_LIMT="5") as program:
        assert program.process.stderr is not None
        line = program.process.stderr.readline()
    assert "do you mean REACHAPI_EMULATOR_RATE_LIMIT?" in line
