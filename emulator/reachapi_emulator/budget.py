"""The memory budget: how many bytes each buffer of one emulator may fill."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Self

MIB = 1024 * 1024

SHARES = {
    "inboxes": Fraction(1, 4),
    "bodies": Fraction(1, 4),
    "snapshot": Fraction(1, 4),
    "journal": Fraction(1, 8),
    "events": Fraction(1, 16),
    "connections": Fraction(1, 16),
}
"""Parts of the budget; docs/limits.md says what happens when one is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bytes for each buffer.

    Attributes:
        inboxes: deliveries that all inboxes keep, and the largest of them.
        bodies: bodies that are arriving or being sent, of all connections.
        snapshot: the largest snapshot, as a document.
        journal: requests that the journal keeps.
        events: events that are kept for who follows.
        connections: what open connections need.
    """

    inboxes: int
    bodies: int
    snapshot: int
    journal: int
    events: int
    connections: int

    @classmethod
    def of(cls, mebibytes: int) -> "Budget":
        """Divide a budget into its shares."""
        total = mebibytes * MIB
        return cls(**{name: int(total * share) for name, share in SHARES.items()})


DEFAULT_MIB = 256
DEFAULT_BUDGET = Budget.of(DEFAULT_MIB)


class NoRoom(Exception):
    """What is held would have more bytes than it may."""


class Room:
    """Counts the bytes of what comes and goes, against a bound.

    Args:
        size: bytes that all who hold something may have together.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.held = 0

    def holding(self) -> "Holding":
        """Return what counts for one who holds something, until its block ends."""
        return Holding(self)


class Holding:
    """The bytes that one has of a room, let go of when its block ends."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.held -= self._bytes
        self._bytes = 0

    def add(self, size: int) -> None:
        """Hold some more bytes.

        Raises:
            NoRoom: others hold too many.
        """
        if self._room.held + size > self._room.size:
            raise NoRoom
        self._room.held += size
        self._bytes += size
