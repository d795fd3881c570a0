from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.contacts.generate.draws import Draws, WeightedChoices


@dataclass(frozen=True)
class Ball:
    """Something with a weight."""

    colour: str
    weight: int


def test_a_seed_gives_the_same_draws_for_ever() -> None:
    """Pinned: were they to change, so would every data set."""
    draws = Draws("9010")
    expected = [28, 58, 37, 92, 7]

    assert expected == [draws.below(100) for _ in expected]


@given(seed=st.text(), low=st.integers(-50, 50), width=st.integers(0, 50))
def test_both_ends_are_drawn_between(seed: str, low: int, width: int) -> None:
    """And nothing beyond them."""
    draws = Draws(seed)

    assert all(low <= draws.between(low, low + width) <= low + width for _ in range(20))


@pytest.mark.parametrize(("per_cent", "expected"), [(0, {False}), (100, {True})])
def test_a_chance_may_be_none_or_certain(per_cent: int, expected: set[bool]) -> None:
    """Both ends of the scale hold."""
    draws = Draws("1")

    assert expected == {draws.chance(per_cent) for _ in range(1_000)}


def test_a_weight_is_a_share() -> None:
    """What weighs nothing is never drawn."""
    draws = Draws("1")
    table = WeightedChoices([Ball("red", 3), Ball("green", 0), Ball("blue", 1)])

    drawn = Counter(draws.weighted(table).colour for _ in range(10_000))

    assert {"red", "blue"} == set(drawn)
    assert drawn["red"] / drawn["blue"] == pytest.approx(3, rel=0.1)


def test_every_entry_can_be_picked() -> None:
    """The last one too."""
    draws = Draws("1")

    assert set("abc") == {draws.pick("abc") for _ in range(100)}
