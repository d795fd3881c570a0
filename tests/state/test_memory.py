"""Sliding windows, and the ring of the newest notes."""

import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.state.memory import Ring, Windows
from reachapi_emulator.state.page import Page

SECOND = 1_000_000
ROOM = 1_000


@pytest.fixture
def windows() -> Windows:
    return Windows()


def admitted(windows: Windows, *instants: int, key: str = "key") -> list[bool]:
    return [windows.admit(key, now, SECOND, 2) for now in instants]


def test_events_on_a_clock_that_was_given_up_do_not_count(windows: Windows) -> None:
    found = admitted(windows, 10 * SECOND, 10 * SECOND, 0, 0, 0)

    assert [True, True, True, True, False] == found


def test_each_key_has_a_window_that_can_be_forgotten(windows: Windows) -> None:
    admitted(windows, 0, 0)
    assert [True] == admitted(windows, 0, key="other")

    windows.forget("key")
    windows.forget("nobody")

    assert ([], [0]) == (
        windows.within("key", 0, SECOND),
        windows.within("other", 0, SECOND),
    )

    windows.clear()

    assert [] == windows.within("other", 0, SECOND)


def test_within_shows_the_oldest_first_and_drops_nothing(windows: Windows) -> None:
    admitted(windows, 0, 5)
    windows.within("key", 5, SECOND).clear()

    assert [[0, 5], [5], [0]] == [
        windows.within("key", now, SECOND) for now in (5, SECOND, 4)
    ]
    assert [False] == admitted(windows, 6)


def test_windows_are_loaded_as_they_were_dumped(windows: Windows) -> None:
    admitted(windows, 0, 5)
    other = Windows()
    admitted(other, 7, key="gone")
    other.load(windows.dump())

    assert {"key": [0, 5]} == other.dump()


def everything(note: object) -> bool:
    del note
    return True


def ring_of(size: int, *notes: object) -> Ring:
    ring = Ring(size, ROOM)
    for note in notes:
        ring.add(note, 1)
    return ring


@given(
    size=st.integers(1, 5),
    notes=st.lists(st.integers(0, 9), max_size=12),
    most=st.integers(0, 12),
    at=st.integers(0, 12),
)
def test_a_ring_is_the_end_of_a_list(
    size: int, notes: list[int], most: int, at: int
) -> None:
    ring, other = ring_of(size, *notes), ring_of(size, 1)
    kept = list(enumerate(notes, start=1))[-size:]
    even = [(number, note) for number, note in kept if note % 2 == 0]
    sized = ((*each, 1) for each in ring.find(everything)[::-1])
    other.load(sized, ring.count, ring.evicted)

    for each in (ring, other):
        pages = [Page(most), Page(most, before=at), Page(most, after=at)]
        found = [each.find(lambda n: n % 2 == 0, page) for page in pages]
        assert [
            even[::-1][:most],
            [pair for pair in even[::-1] if pair[0] < at][:most],
            [pair for pair in even if pair[0] > at][:most],
        ] == found
        assert (len(notes), max(0, len(notes) - size)) == (each.count, each.evicted)


def test_dropped_notes_are_not_evicted_and_others_keep_their_numbers() -> None:
    ring = ring_of(3, "a", "b", "c")
    ring.drop(lambda note: note == "b")
    ring.add("d", 1)

    assert [(1, "a"), (3, "c"), (4, "d")] == ring.find(everything)[::-1]
    assert 0 == ring.evicted


def test_a_cleared_ring_counts_anew() -> None:
    ring = ring_of(1, "a", "b")
    ring.clear()
    ring.add("c", 1)

    assert ([(1, "c")], 0) == (ring.find(everything)[::-1], ring.evicted)


@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_a_ring_keeps_the_newest_as_far_as_there_is_room(sizes: list[int]) -> None:
    """One that is larger than the room is kept alone."""
    ring = Ring(99, 10)
    for size in sizes:
        ring.add(size, size * 2)
    kept = [size for _, size in ring.find(everything)[::-1]]

    assert sizes[-len(kept) :] == kept
    assert sum(kept) * 2 == ring.bytes <= max(10, sizes[-1] * 2)
    assert len(sizes) - len(kept) == ring.evicted
    left_out = sizes[-len(kept) - 1 : -len(kept)]
    assert [] == [each for each in left_out if (sum(kept) + each) * 2 <= 10]
