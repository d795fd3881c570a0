"""Which events a fault rule picks: seed, probability and number alone decide."""

import pytest

from reachapi_emulator.testing.faults import FaultKind, FaultPhase, FaultRule


def picked(probability: float, seed: int, events: int = 20) -> list[int]:
    """Return the numbers of the events that a rule picks."""
    rule = FaultRule(
        phase=FaultPhase.REQUEST,
        kind=FaultKind.EMPTY,
        probability=probability,
        seed=seed,
    )
    return [number for number in range(1, events + 1) if rule.picks(number)]


def test_another_seed_picks_others() -> None:
    assert picked(0.5, seed=0) != picked(0.5, seed=1)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_as_many_are_picked_as_is_probable(probability: float) -> None:
    found = len(picked(probability, seed=7, events=2_000))

    assert abs(probability * 2_000 - found) < 100
