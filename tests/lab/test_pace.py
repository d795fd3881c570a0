"""How fast a client asked, and whether it waited when it was told to."""

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.testing.client_report import busiest_second, too_early
from reachapi_emulator.testing.journal import Entry, FindingKind
from support.entries import entry, numbered, refused


@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        ([], 0),
        ([0], 1),
        ([0, 0, 0], 3),
        ([0, 0.999999], 2),
        ([0, 1], 1),
        ([0, 0.5, 1, 1.2, 5], 3),
        ([0.9, 0, 0.5], 3),
    ],
)
def test_the_busiest_second_is_any_second(instants: list[float], expected: int) -> None:
    """It may begin anywhere, and does not hold its end; order is no matter."""
    assert expected == busiest_second(map(entry, instants))


def test_the_busiest_second_is_of_one_key() -> None:
    """The requests of others do not add up with it."""
    others = [entry(key=key) for key in ("a", "b", "b", "c")]

    assert 2 == busiest_second(others)


def test_refused_requests_are_part_of_the_busiest_second() -> None:
    """The client has sent them."""
    assert 2 == busiest_second([entry(), refused()])


@pytest.mark.parametrize(
    "unlimited",
    [entry(account=None), entry(remarks=((FindingKind.WRONG_SECRET, ""),))],
    ids=["nobody's", "with a wrong secret"],
)
def test_what_never_met_the_limit_is_not_counted(unlimited: Entry) -> None:
    """Neither what belongs to nobody, nor what was refused before it."""
    assert 1 == busiest_second([unlimited, entry(), unlimited])


def test_a_clock_that_was_given_up_begins_a_new_count() -> None:
    """An instant that comes twice is not the same second."""
    early, late = entry(5, at=entry(9).at), entry(9)

    assert 1 == busiest_second([early, entry(8, at=entry(0).at), late])


def test_the_busiest_second_may_be_of_a_clock_that_was_given_up() -> None:
    """What was counted before is not forgotten."""
    early = [entry(n, at=entry(9).at) for n in (5, 6)]

    assert 2 == busiest_second([*early, entry(8, at=entry(0).at)])


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (entry(0.5), [2]),
        (entry(0.5, opened=0), [2]),
        (entry(0.999999), [2]),
        (entry(1), []),
        (entry(1, opened=0), []),
        (entry(0.5, opened=-1), []),
        (entry(0.5, key="other"), []),
        (entry(0.5, account=None), []),
        (entry(0.5, at=refused().at - 1), []),
    ],
    ids=[
        "over a new connection",
        "over the same connection",
        "at the last instant",
        "when there is room",
        "when there is room, over the same connection",
        "over a connection that was open already",
        "under another key",
        "under no account",
        "on a clock that was given up",
    ],
)
def test_who_was_told_429_is_to_wait(second: Entry, expected: list[int]) -> None:
    """Until there is room, once it knows."""
    assert expected == list(too_early(numbered(refused(), second)))


def test_a_connection_knows_of_its_429_however_old_it_is() -> None:
    """Most clients keep theirs open, since long before."""
    requests = [refused(opened=-9), entry(0.5, opened=-9)]

    assert [2] == list(too_early(numbered(*requests)))


def test_a_connection_opened_after_the_answer_knows_of_it() -> None:
    """It counts when the 429 had been answered, in seconds."""
    slow = refused(0, duration_ms=300)

    assert [2] == list(too_early(numbered(slow, entry(0.3))))


def test_what_was_sent_before_the_answer_is_not_hasty() -> None:
    """A connection opened while the 429 was on its way may not know of it."""
    slow = refused(0, duration_ms=300)

    assert [] == list(too_early(numbered(slow, entry(0.2))))


def test_the_last_429_counts() -> None:
    """Who waited once and is told again is to wait again."""
    requests = [refused(0, 1), refused(1, 2), entry(1.5), entry(2)]

    assert [3] == list(too_early(numbered(*requests)))


def test_a_refused_request_can_be_hasty_itself() -> None:
    """It was sent too early, and refused for it."""
    assert [2, 3] == list(too_early(numbered(refused(0), refused(0.1), refused(0.2))))


def test_on_a_frozen_clock_every_request_is_too_early() -> None:
    """There is no room before it is advanced."""
    later = [entry(n, at=refused().at) for n in (1, 2)]
    advanced = entry(3, at=refused().at + SECOND)

    assert [2, 3] == list(too_early(numbered(refused(), *later, advanced)))
