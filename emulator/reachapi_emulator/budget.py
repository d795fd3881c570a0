"""The memory budget: how many bytes each buffer of one emulator may fill."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

MIB = 1024 * 1024

SHARES = {
    "inboxes": Fraction(1, 4),
    "transfers": Fraction(1, 4),
    "snapshot": Fraction(3, 16),
    "journal": Fraction(1, 8),
    "bodies": Fraction(1, 16),
    "events": Fraction(1, 16),
    "connections": Fraction(1, 16),
}
"""Parts of the budget; docs/limits.md says what happens when one is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bytes for each buffer.

    Attributes:
        inboxes: deliveries that all inboxes keep, and the largest of them.
        transfers: deliveries and snapshots that arrive, and large answers.
        snapshot: the largest snapshot, as a document.
        journal: requests that the journal keeps.
        bodies: bodies of other requests that arrive or are worked on.
        events: events that are kept for who follows.
        connections: what open connections need.
    """

    inboxes: int
    transfers: int
    snapshot: int
    journal: int
    bodies: int
    events: int
    connections: int

    @classmethod
    def of(cls, mebibytes: int) -> "Budget":
        """Divide a budget into its shares."""
        total = mebibytes * MIB
        return cls(**{name: int(total * share) for name, share in SHARES.items()})


MAX_WAITS = 1_000
"""Requests that wait at a time for a job, or for other requests."""

DEFAULT_MIB = 256
DEFAULT_BUDGET = Budget.of(DEFAULT_MIB)


class QuotaFull(Exception):
    """More would be held than a quota allows."""


class Quota:
    """Counts what comes and goes, in bytes or pieces, against a bound.

    Args:
        size: how much all who hold something may have together.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.held = 0
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    def take(self, size: int) -> None:
        """Hold so much now.

        Raises:
            QuotaFull: others hold too much.
        """
        if self.held + size > self.size:
            raise QuotaFull
        self.held += size

    async def wait_for(self, size: int) -> None:
        """Hold so much as soon as there is room; who came first is first.

        Raises:
            QuotaFull: there never will be.
        """
        if size > self.size:
            raise QuotaFull
        ticket = size, asyncio.get_running_loop().create_future()
        self._queue.append(ticket)
        self.give(0)
        try:
            await ticket[1]
        except asyncio.CancelledError:
            if ticket[1].cancelled():  # else it has been let in meanwhile
                size = 0
                with suppress(ValueError):  # it has been passed over
                    self._queue.remove(ticket)
            self.give(size)
            raise

    def give(self, size: int) -> None:
        """Let go of so much, and let in who waits for it."""
        self.held -= size
        while self._queue and self.held + self._queue[0][0] <= self.size:
            wanted, ticket = self._queue.popleft()
            if not ticket.done():  # who waited may have been cancelled just now
                self.held += wanted
                ticket.set_result(None)

    def holding(self) -> "Holding":
        """Return what counts for one who holds something, until its block ends."""
        return Holding(self)


class Holding:
    """What one has of a quota, let go of when its block ends."""

    def __init__(self, quota: Quota) -> None:
        self._quota = quota
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._quota.give(self._size)
        self._size = 0

    def add(self, size: int) -> None:
        """Hold some more.

        Raises:
            QuotaFull: others hold too many.
        """
        self._quota.take(size)
        self._size += size

    async def wait_for(self, size: int) -> None:
        """Hold so much more, as soon as there is room.

        Raises:
            QuotaFull: there never will be.
        """
        await self._quota.wait_for(size)
        self._size += size


@dataclass(frozen=True, slots=True)
class Quotas:
    """What comes and goes in one emulator.

    Attributes:
        transfers: bytes of deliveries, snapshots and large answers.
        bodies: bytes of other bodies.
        waits: requests that wait.
    """

    transfers: Quota
    bodies: Quota
    waits: Quota

    @classmethod
    def of(cls, budget: Budget) -> "Quotas":
        """Return quotas that nothing is held of."""
        return cls(Quota(budget.transfers), Quota(budget.bodies), Quota(MAX_WAITS))
