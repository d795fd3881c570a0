from hypothesis import given, strategies as st

from reachapi_emulator.state.memory import Ring, Windows

SECOND = 1_000_000


def admitted(windows: Windows, *instants: int, key: str = "key") -> list[bool]:
    """Return what became of events at these instants, at most two a second."""
    return [windows.admit(key, now, SECOND, 2) for now in instants]


def test_a_window_holds_as_many_as_the_limit() -> None:
    """The one too many is refused."""
    assert [True, True, False] == admitted(Windows(), 0, 1, 2)


def test_a_refused_event_does_not_count() -> None:
    """It is not entered, so that it keeps nobody out."""
    windows = Windows()

    admitted(windows, 0, 1, 2)

    assert [0, 1] == windows.within("key", 2, SECOND)


def test_an_event_as_old_as_the_window_has_left_it() -> None:
    """The window is half open: a second later is another second."""
    windows = Windows()

    assert [True, True] == admitted(windows, 0, 0)
    assert [False, True] == admitted(windows, SECOND - 1, SECOND)


def test_each_key_has_its_own_window() -> None:
    """A full one keeps no other key out."""
    windows = Windows()

    admitted(windows, 0, 0)

    assert [True] == admitted(windows, 0, key="other")


def test_within_shows_the_oldest_first() -> None:
    """What has left the window is not shown."""
    windows = Windows()

    admitted(windows, 0, 5)

    assert [0, 5] == windows.within("key", 5, SECOND)
    assert [5] == windows.within("key", SECOND, SECOND)


def test_within_hands_out_a_copy() -> None:
    """Changing it changes no window."""
    windows = Windows()
    admitted(windows, 0)

    windows.within("key", 0, SECOND).clear()

    assert [0] == windows.within("key", 0, SECOND)


def test_asking_for_an_earlier_instant_drops_nothing() -> None:
    """What came after it is not shown, and counts on."""
    windows = Windows()
    admitted(windows, 0, 5)

    assert [0] == windows.within("key", 4, SECOND)
    assert [False] == admitted(windows, 6)


def test_an_event_in_the_future_is_given_up() -> None:
    """Its clock was, too: it must not keep anybody out until then."""
    windows = Windows()

    admitted(windows, 10 * SECOND, 10 * SECOND)

    assert [True, True, False] == admitted(windows, 0, 0, 0)


def test_cleared_windows_are_empty() -> None:
    """Of every key."""
    windows = Windows()
    admitted(windows, 0, 0)

    windows.clear()

    assert [] == windows.within("key", 0, SECOND)


def test_one_window_can_be_forgotten() -> None:
    """The others stay as they are; forgetting nothing is fine."""
    windows = Windows()
    admitted(windows, 0)
    admitted(windows, 0, key="other")

    windows.forget("key")
    windows.forget("nobody")

    assert [] == windows.within("key", 0, SECOND)
    assert [0] == windows.within("other", 0, SECOND)


def everything(note: object) -> bool:
    """Fit every note."""
    del note
    return True


@given(
    size=st.integers(1, 5),
    notes=st.lists(st.integers(0, 9), max_size=12),
    most=st.integers(0, 12),
)
def test_a_ring_is_the_end_of_a_list(size: int, notes: list[int], most: int) -> None:
    """Whatever is asked of it, it answers as a list cut off would."""
    ring = Ring(size)
    for note in notes:
        ring.add(note)
    kept = list(enumerate(notes, start=1))[-size:]
    even = [(number, note) for number, note in kept if note % 2 == 0]

    assert even[max(0, len(even) - most) :] == ring.newest(lambda n: n % 2 == 0, most)
    assert max(0, len(notes) - size) == ring.evicted


def test_dropped_notes_leave_the_others_their_numbers() -> None:
    """A number means the same note for good."""
    ring = Ring(3)
    for note in "abc":
        ring.add(note)

    ring.drop(lambda note: note == "b")

    assert [(1, "a"), (3, "c")] == ring.newest(everything, 9)


def test_dropped_notes_are_not_evicted() -> None:
    """Room was not what they wanted."""
    ring = Ring(2)
    ring.add("a")

    ring.drop(everything)
    ring.add("b")
    ring.add("c")

    assert 0 == ring.evicted


def test_a_cleared_ring_counts_anew() -> None:
    """Numbers and evicted notes alike."""
    ring = Ring(1)
    ring.add("a")
    ring.add("b")

    ring.clear()
    ring.add("c")

    assert ([(1, "c")], 0) == (ring.newest(everything, 9), ring.evicted)
