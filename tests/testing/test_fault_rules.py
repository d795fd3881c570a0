"""Which events a fault rule picks: seed, probability and number alone decide."""

from typing import Any

import pytest

from reachapi_emulator.testing.faults import FaultKind, FaultPhase, FaultRule


def picked(events: int = 20, **values: Any) -> list[int]:  # noqa: ANN401 # probability and seed
    """Return the numbers of the events that a rule picks."""
    rule = FaultRule(phase=FaultPhase.REQUEST, kind=FaultKind.EMPTY, **values)
    return [number for number in range(1, events + 1) if rule.picks(number)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, [*range(1, 21)]),
        ({"probability": 1, "seed": 0}, [*range(1, 21)]),
        ({"probability": 0.5, "seed": 4}, [3, 5, 7, 8, 9, 12, 15, 16, 17]),
    ],
    ids=["without a probability", "for certain", "the same in every run"],
)
def test_the_fate_of_an_event(values: dict[str, Any], expected: list[int]) -> None:
    assert expected == picked(**values)


def test_another_seed_picks_others() -> None:
    assert picked(probability=0.5, seed=0) != picked(probability=0.5, seed=1)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_as_many_are_picked_as_is_probable(probability: float) -> None:
    found = len(picked(2_000, probability=probability, seed=7))

    assert abs(probability * 2_000 - found) < 100
