"""What is remembered beside the database, and gone with the process.

Every request writes here: a table would cost it a third of its time.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

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

    Attributes:
        count: the number of the last note.
        evicted: how many had to go.
    """

    def __init__(self, size: int) -> None:
        self._notes: deque[tuple[int, Note]] = deque(maxlen=size)
        self.count = 0
        self.evicted = 0

    @property
    def oldest(self) -> int:
        """The number of the oldest note that is kept; of the next, if there is none."""
        return self._notes[0][0] if self._notes else self.count + 1

    def add(self, note: Note) -> None:
        """Keep a note; it is numbered, from 1."""
        self.count += 1
        self.evicted += len(self._notes) == self._notes.maxlen
        self._notes.append((self.count, note))

    def newest(
        self, matches: Callable[[Note], bool], most: int | None = None
    ) -> list[tuple[int, Note]]:
        """Return the newest notes that fit with their numbers, newest last."""
        found: list[tuple[int, Note]] = []
        for numbered in reversed(self._notes):
            if len(found) == most:
                break
            if matches(numbered[1]):
                found.append(numbered)
        return found[::-1]

    def load(self, notes: Iterable[tuple[int, Note]], count: int, evicted: int) -> None:
        """Put notes in place of those there are, as far as there is room."""
        every = list(notes)
        self._notes.clear()
        self._notes.extend(every)
        self.count = count
        self.evicted = evicted + len(every) - len(self._notes)

    def drop(self, matches: Callable[[Note], bool]) -> None:
        """Forget the notes that fit."""
        kept = [numbered for numbered in self._notes if not matches(numbered[1])]
        self._notes.clear()
        self._notes.extend(kept)

    def clear(self) -> None:
        """Forget every note, and count anew."""
        self._notes.clear()
        self.count = self.evicted = 0
