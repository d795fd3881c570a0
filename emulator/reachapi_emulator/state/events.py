"""What has just happened: kept for those who follow; waking those who wait."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from enum import StrEnum
from itertools import islice, takewhile
from typing import NamedTuple, TypeVar
from weakref import WeakValueDictionary

import orjson

from reachapi_emulator.budget import DEFAULT_BUDGET
from reachapi_emulator.real_time import real_time

MAX_KEPT = 2_000
"""Events that a follower may be behind without missing any."""

T = TypeVar("T")


class EventType(StrEnum):
    """What has happened; docs/control-api.md has the shape of each."""

    REQUEST = "request"
    JOB = "job"
    ATTEMPT = "attempt"
    DELIVERY = "delivery"
    ACCOUNT = "account"
    FAULT = "fault"
    CLOCK = "clock"
    RESET = "reset"


class Event(NamedTuple):
    """Something that has happened.

    Attributes:
        id: counted up, over restarts too.
        name: what kind of thing.
        account: whose; empty for everyone's, None for nobody's.
        data: JSON.
    """

    id: int
    name: str
    account: str | None
    data: bytes


class Feed:
    """The newest events, and whom to tell that there is one more.

    They are kept while somebody follows, and after the last one has left for as
    long as they all fit, so that who was only cut off misses nothing.

    Args:
        size: how many are kept.
        max_bytes: bytes that the kept ones may have; the newest is kept anyway.

    Attributes:
        heard: whether events are kept; what nobody would see need not be made.
        followers: what to call at each event, and when the feed is closed.
        closed: whether the emulator is about to stop.
        last: the newest event's id.
    """

    def __init__(
        self, size: int = MAX_KEPT, max_bytes: int = DEFAULT_BUDGET.events
    ) -> None:
        self._events: deque[Event] = deque()
        self._most, self._max_bytes = size, max_bytes
        self._bytes = self._unheard = 0
        self.followers: set[Callable[[], None]] = set()
        self.heard = self.closed = False
        self._real = real_time()
        self.last = self._oldest = self._real()

    def begin(self, after: int) -> None:
        """Number the events to come from beyond an instant that was there before."""
        self.last = self._oldest = max(self.last, after)

    def follow(self, follower: Callable[[], None]) -> None:
        """Tell somebody of every event from now on."""
        self.followers.add(follower)
        self.heard = True

    def leave(self, follower: Callable[[], None]) -> None:
        """Tell somebody no more."""
        self.followers.discard(follower)
        self._unheard = 0

    def publish(self, name: str, account: str | None, data: object) -> None:
        """Keep an event, if anybody may want to know, and tell them."""
        if not self.heard:
            return
        self.last += 1
        self._keep(Event(self.last, name, account, orjson.dumps(data)))
        for follower in self.followers:
            follower()
        if not self.followers:
            self._forget()

    def _keep(self, event: Event) -> None:
        events = self._events
        events.append(event)
        self._bytes += len(event.data)
        while len(events) > self._most or (
            self._bytes > self._max_bytes and len(events) > 1
        ):
            self._bytes -= len(events.popleft().data)

    def _forget(self) -> None:
        """Stop when who comes back would miss something anyway."""
        self._unheard += 1
        if self._unheard > self._most:
            self._events.clear()
            self._bytes = 0
            self.heard = False
            self._oldest = self.last = max(self.last + 1, self._real())

    def after(self, seen: int, most: int) -> list[Event] | None:
        """Return the oldest events after one; None if some of them are gone.

        Args:
            seen: the id of that one.
            most: how many at once.
        """
        if self.missed(seen) is None:
            return None
        newer = list(takewhile(lambda event: event.id > seen, reversed(self._events)))
        if len(newer) < self.last - seen:
            return None
        return list(islice(reversed(newer), most))

    def missed(self, seen: int) -> int | None:
        """Return how many events there were after one; None if it is not known."""
        return self.last - seen if self._oldest <= seen <= self.last else None

    def close(self) -> None:
        """Let everyone who follows go."""
        self.closed = True
        for follower in self.followers:
            follower()


class Signal:
    """Wakes everyone who waits for the next change of something.

    Attributes:
        changes: how many there have been.
    """

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self.changes = 0

    def notify(self) -> None:
        """Wake all who wait now."""
        self.changes += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, timeout: float | None = None, seen: int | None = None) -> None:  # noqa: ASYNC109 # returns quietly when it runs out
        """Return at the next change, or after `timeout` real seconds.

        Args:
            timeout: None waits on.
            seen: the count of changes that is known; more of them end the wait.
        """
        if seen is not None and seen != self.changes:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout)
        finally:
            self._waiters.discard(waiter)

    async def until(
        self, check: Callable[[], Awaitable[T | None]], seconds: float
    ) -> T | None:
        """Return what `check` finds, asked again at each change.

        Returns:
            None when it has found nothing within `seconds` of real time.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while True:
            seen = self.changes
            if (found := await check()) is not None:
                return found
            left = deadline - clock()
            if left <= 0:
                return None
            await self.wait(left, seen)


class Topics:
    """A signal for each of many things, there while somebody waits for it.

    Who waits for one is not woken by changes of the others.
    """

    def __init__(self) -> None:
        self._signals: WeakValueDictionary[Hashable, Signal] = WeakValueDictionary()

    def of(self, topic: Hashable) -> Signal:
        """Return the signal of a thing; it is kept for as long as it is held."""
        return self._signals.setdefault(topic, Signal())

    def notify(self, topic: Hashable) -> None:
        """Wake all who wait for a thing."""
        if (signal := self._signals.get(topic)) is not None:
            signal.notify()

    def notify_all(self) -> None:
        """Wake everyone."""
        for signal in self._signals.values():
            signal.notify()
