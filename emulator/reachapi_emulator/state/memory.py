"""What is remembered beside the database, and gone with the process.

Every request writes here: a table would cost it a third of its time.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from reachapi_emulator.state.page import EVERY, MAX_NUMBER, Page

Note = Any
"""A value that its writer alone understands."""


class Windows:
    """Sliding windows: when what was let through under a key, and no longer."""

    def __init__(self) -> None:
        self._events: defaultdict[str, deque[int]] = defaultdict(deque)

    def admit(self, key: str, now: int, window: int, limit: int) -> bool:
        """Enter an event at `now`, if fewer than `limit` lie in the window before it.

        Args:
            key: whose window.
            now: microseconds on its owner's clock.
            window: its length in microseconds; an event just as old has left it.
            limit: how many it holds.
        """
        events = self._within(key, now, window)
        if len(events) >= limit:
            return False
        events.append(now)
        return True

    def within(self, key: str, now: int, window: int) -> list[int]:
        """Return the events that lie in the window, oldest first; drop none.

        Who asks may have got `now` a while ago.
        """
        return [each for each in self._events[key] if now - window < each <= now]

    def forget(self, key: str) -> None:
        """Forget one window."""
        self._events.pop(key, None)

    def dump(self) -> dict[str, list[int]]:
        """Return every window."""
        return {key: list(events) for key, events in self._events.items() if events}

    def load(self, kept: Mapping[str, Iterable[int]]) -> None:
        """Put windows in place of those there are."""
        self._events.clear()
        self._events.update((key, deque(events)) for key, events in kept.items())

    def clear(self) -> None:
        """Forget every window."""
        self._events.clear()

    def _within(self, key: str, now: int, window: int) -> deque[int]:
        """Drop what lies outside the window.

        An event in the future was entered on a clock that was given up since.
        """
        events = self._events[key]
        while events and events[-1] > now:
            events.pop()
        while events and events[0] <= now - window:
            events.popleft()
        return events


class Ring:
    """The newest notes, and how many had to go for them.

    Args:
        size: how many are kept.
        max_bytes: bytes that they may have together; the newest is kept anyway.

    Attributes:
        count: the number of the last note.
        evicted: how many had to go.
        bytes: how many the kept ones have.
    """

    def __init__(self, size: int, max_bytes: int) -> None:
        self._notes: deque[tuple[int, Note, int]] = deque()
        self._most, self._max_bytes = size, max_bytes
        self.count = self.evicted = self.bytes = 0

    @property
    def oldest(self) -> int:
        """The number of the oldest note that is kept; of the next, if there is none."""
        return self._notes[0][0] if self._notes else self.count + 1

    def add(self, note: Note, size: int) -> None:
        """Keep a note of so many bytes; it is numbered, from 1."""
        self.count += 1
        self._keep(self.count, note, size)

    def _keep(self, number: int, note: Note, size: int) -> None:
        notes = self._notes
        while notes and (
            len(notes) >= self._most or self.bytes + size > self._max_bytes
        ):
            self.bytes -= notes.popleft()[2]
            self.evicted += 1
        self.bytes += size
        notes.append((number, note, size))

    def find(
        self, matches: Callable[[Note], bool], page: Page = EVERY
    ) -> list[tuple[int, Note]]:
        """Return a page of the notes that match, with their numbers.

        The newest come first, or, of those after one, the oldest.
        """
        if page.after is None:
            every, first, last = reversed(self._notes), -1, page.before
        else:
            every, first, last = iter(self._notes), page.after, MAX_NUMBER
        found = (
            (number, note)
            for number, note, _ in every
            if first < number < last and matches(note)
        )
        return [*islice(found, page.most)]

    def load(
        self, notes: Iterable[tuple[int, Note, int]], count: int, evicted: int
    ) -> None:
        """Put numbered notes and their sizes in place of those there are.

        As far as there is room: the oldest are evicted.
        """
        self.clear()
        self.count, self.evicted = count, evicted
        for each in notes:
            self._keep(*each)

    def drop(self, matches: Callable[[Note], bool]) -> None:
        """Forget the notes that fit."""
        self._notes = deque(each for each in self._notes if not matches(each[1]))
        self.bytes = sum(size for _, _, size in self._notes)

    def clear(self) -> None:
        """Forget every note, and count anew."""
        self._notes.clear()
        self.count = self.evicted = self.bytes = 0
