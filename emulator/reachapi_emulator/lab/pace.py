"""How fast a client asked, and whether it waited when it was told to."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import TypeAlias

from reachapi_emulator.lab.findings import Kind
from reachapi_emulator.lab.journal import Entry
from reachapi_emulator.state.clock import SECOND

Numbered: TypeAlias = tuple[int, Entry]
"""A request with its number in the journal."""


def is_limited(entry: Entry) -> bool:
    """Tell whether a request met the rate limit, and was not refused before it."""
    refused = any(kind is Kind.WRONG_SECRET for kind, _ in entry.remarks)
    return entry.account is not None and not refused


def is_over(entry: Entry) -> bool:
    """Tell whether the rate limit refused a request; a fault did not."""
    return entry.room_at is not None and entry.fault is None


def busiest_second(entries: Iterable[Entry]) -> int:
    """Return the most requests of one key within one second of its clock."""
    keys: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in filter(is_limited, entries):
        keys[_key(entry)].append(entry)
    runs = chain.from_iterable(map(_runs, keys.values()))
    return max(map(_most, runs), default=0)


def hasty(entries: Iterable[Numbered]) -> Iterator[int]:
    """Yield the requests whose client had been told 429, and did not wait.

    It knew when they went over the connection of the 429, or over one that was
    opened after it. They count before the instant at which there was room again.

    Args:
        entries: in the order of their answers.
    """
    keys: defaultdict[str, _Refusals] = defaultdict(_Refusals)
    for number, entry in entries:
        if not is_limited(entry):
            continue
        refusals = keys[_key(entry)]
        if refusals.forbid(entry):
            yield number
        if entry.room_at is not None:
            refusals.add(entry)


class _Refusals:
    """The 429s of a key, as a client learns of them."""

    def __init__(self) -> None:
        self._answered: list[float] = []
        self._room: list[int] = []
        self._by_connection: dict[float, int] = {}

    def add(self, entry: Entry) -> None:
        room_at = entry.room_at or 0
        self._answered.append(entry.started + entry.duration_ms / 1000)
        self._room.append(room_at)
        self._by_connection[entry.opened] = room_at

    def forbid(self, entry: Entry) -> bool:
        """Tell whether the last 429 that its client knew of was too fresh.

        One that lies further off was told on a clock that was given up since.
        """
        room_at = self._by_connection.get(entry.opened)
        if room_at is None:
            known = bisect_right(self._answered, entry.opened)
            room_at = self._room[known - 1] if known else 0
        return 0 < room_at - entry.at <= SECOND


def _key(entry: Entry) -> str:
    return entry.headers.get("X-API-Key", "")


def _runs(entries: list[Entry]) -> Iterator[list[int]]:
    """Yield the instants of requests, parted where their clock was given up."""
    ordered = sorted(entries, key=lambda entry: entry.started)
    run = [entry.at for entry in ordered[:1]]
    for before, after in pairwise(ordered):
        if after.at < before.at:
            yield run
            run = []
        run.append(after.at)
    yield run


def _most(instants: list[int]) -> int:
    """Return the most of the ascending instants within a second."""
    return max(
        last - bisect_right(instants, instant - SECOND)
        for last, instant in enumerate(instants, start=1)
    )
