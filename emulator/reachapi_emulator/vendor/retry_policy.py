"""Whether, and when, a delivery is attempted again: pure, asks no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a delivery after an attempt.

    Attributes:
        state: The delivery's state from now on.
        due_at: When another attempt is due, in microseconds since the epoch
            on the account's clock; None when none is.
    """

    state: Literal["delivered", "delivering", "exhausted"]
    due_at: int | None


def decide(
    *, acknowledged: bool, retries: int, schedule: Sequence[int], now: int
) -> Decision:
    """Decide what follows an attempt (Ruling 29).

    Args:
        acknowledged: Whether the receiver answered 200.
        retries: How many retries have been scheduled so far.
        schedule: The intervals before each retry, in microseconds.
        now: Microseconds since the epoch on the account's clock.
    """
    if acknowledged:
        return Decision("delivered", None)
    if retries < len(schedule):
        return Decision("delivering", now + schedule[retries])
    return Decision("exhausted", None)
