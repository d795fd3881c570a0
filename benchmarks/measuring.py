"""Measuring side by side, so that a change of the machine's pace hits all alike."""

from collections.abc import Callable, Sequence
from operator import truediv
from statistics import median

Measure = Callable[[], float]
"""Does something once and returns what it took."""


def interleaved(measures: Sequence[Measure], rounds: int) -> list[list[float]]:
    """Take each measure once a round, in reverse order every other round.

    Returns:
        The figures of each measure, in the order of the rounds.
    """
    turns: list[tuple[Measure, list[float]]] = [(each, []) for each in measures]
    figures = [taken for _, taken in turns]
    for _ in range(rounds):
        for measure, taken in turns:
            taken.append(measure())
        turns.reverse()
    return figures


def ratio(figures: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    ratios: list[float] = [*map(truediv, figures, base)]
    return median(ratios)
