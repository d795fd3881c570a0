"""Whether, and when, a delivery is attempted again: pure, asks no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

DeliveryState: TypeAlias = Literal["delivering", "delivered", "exhausted"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a delivery after an attempt.

    Attributes:
        state: the delivery's from now on.
        due_at: when another attempt is due, in microseconds since the epoch on
            the account's clock; None when none is.
    """

    state: DeliveryState
    due_at: int | None


def decide(
    *, acknowledged: bool, retries: int, schedule: Sequence[int], now: int
) -> Decision:
    """Decide what follows an attempt (ruling 29).

    Args:
        acknowledged: whether the receiver answered 200.
        retries: how many retries have been scheduled so far.
        schedule: the intervals before each retry, in microseconds.
        now: microseconds since the epoch on the account's clock.
    """
    if acknowledged:
        return Decision("delivered", None)
    if retries < len(schedule):
        return Decision("delivering", now + schedule[retries])
    return Decision("exhausted", None)
