"""A fault as a value: what it strikes, how, and how often."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

DELIVERED = "fetch"
"""The operation whose deliveries there are."""


class Phase(StrEnum):
    """What a fault strikes: a request to the emulator, or a delivery of it."""

    REQUEST = "request"
    WEBHOOK = "webhook"


class Kind(StrEnum):
    """What a fault does; those in capitals are named as in WireMock or after it."""

    STATUS = "status"
    DELAY = "delay"
    RESET = "CONNECTION_RESET_BY_PEER"
    EMPTY = "EMPTY_RESPONSE"
    MALFORMED = "MALFORMED_RESPONSE_CHUNK"
    RANDOM = "RANDOM_DATA_THEN_CLOSE"
    DUPLICATE = "DUPLICATE"
    REORDER = "REORDER"


BREAKS = (Kind.RESET, Kind.EMPTY, Kind.MALFORMED, Kind.RANDOM)
"""Those that leave a connection broken."""

KINDS = {
    Phase.REQUEST: (Kind.STATUS, Kind.DELAY, *BREAKS),
    Phase.WEBHOOK: (Kind.DELAY, Kind.DUPLICATE, Kind.REORDER, *BREAKS),
}
"""What each phase can suffer."""

STATUSES = range(400, 600)
"""What can be answered, of the kind `status`."""

LONGEST_DELAY = 600
"""Seconds, of the kind `delay`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rule without its history; None stands for any, or for no bound.

    Attributes:
        status: what is answered, of the kind `status`.
        seconds: how long it takes, of the kind `delay`.
        times: how often it strikes at most.
        probability: how likely it strikes an event that it matches.
        seed: decides which those are.
    """

    id: int = 0
    phase: Phase
    operation: str | None = None
    account: str | None = None
    kind: Kind
    status: int | None = None
    seconds: float | None = None
    times: int | None = None
    probability: float | None = None
    seed: int | None = None

    def matches(self, phase: Phase, operation: str, account: str | None) -> bool:
        """Tell whether it is meant for an event."""
        return (
            phase == self.phase
            and self.operation in {None, operation}
            and self.account in {None, account}
        )

    def picks(self, number: int) -> bool:
        """Tell the fate of the event that it matches as number 1, 2, 3 and so on.

        The fate depends on seed, probability and number alone, in every process.
        """
        if self.probability is None:
            return True
        draw = Random(f"{self.seed}/{number}").random()  # noqa: S311 # to be repeated
        return draw < self.probability

    def hides(self, other: "Fault") -> bool:
        """Tell whether it strikes all that a younger one could strike."""
        return (
            self.times is None
            and self.probability in {None, 1}
            and self.phase == other.phase
            and self.operation in {None, other.operation}
            and self.account in {None, other.account}
        )
