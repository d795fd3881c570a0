"""The feed of what has just happened."""

import time
from unittest.mock import Mock

import pytest

from reachapi_emulator.state.events import Event, Feed


@pytest.fixture
def follower() -> Mock:
    return Mock()


@pytest.fixture
def feed(follower: Mock) -> Feed:
    """A feed of at most three events, with a follower."""
    feed = Feed(3)
    feed.follow(follower)
    return feed


def publish(feed: Feed, names: str) -> None:
    """Publish events of one letter that are nobody's."""
    for name in names:
        feed.publish(name, None, {})


def after(feed: Feed, seen: int, most: int = 9) -> str | None:
    """Return the names of the events that follow one, if they are known."""
    events = feed.after(seen, most)
    return None if events is None else "".join(event.name for event in events)


def test_an_event_is_kept_as_it_was_told(feed: Feed) -> None:
    start = feed.last

    feed.publish("request", "ann", {"status": 200})

    event = Event(start + 1, "request", "ann", b'{"status":200}')
    assert [event] == feed.after(start, 9)
    assert start + 1 == feed.last


def test_a_follower_is_told_of_every_event(feed: Feed, follower: Mock) -> None:
    publish(feed, "ab")
    feed.leave(follower)
    publish(feed, "c")

    assert 2 == follower.call_count

    feed.follow(follower)
    feed.close()

    assert (True, 3) == (feed.closed, follower.call_count)


def test_without_a_follower_nothing_is_kept() -> None:
    feed = Feed(3)
    start = feed.last

    feed.publish("a", None, object())

    assert not feed.heard
    assert (start, []) == (feed.last, feed.after(start, 9))


def test_events_come_in_their_order(feed: Feed) -> None:
    start = feed.last
    publish(feed, "abc")

    assert "abc" == after(feed, start)
    assert "ab" == after(feed, start, 2)
    assert "c" == after(feed, start + 2)
    assert "" == after(feed, start + 3)


def test_who_is_too_far_behind_learns_how_far(feed: Feed) -> None:
    start = feed.last
    publish(feed, "abcd")

    assert (None, 4) == (after(feed, start), feed.missed(start))
    assert "bcd" == after(feed, start + 1)


def test_events_go_for_want_of_bytes(follower: Mock) -> None:
    """The newest stays, however large it is."""
    feed = Feed(9, max_bytes=5)
    feed.follow(follower)
    start = feed.last
    for text in ("a", "b", "much more"):  # of three bytes each, as JSON, but the last
        feed.publish("a", None, text)

    assert None is feed.after(start + 1, 9)
    assert [b'"much more"'] == [each.data for each in feed.after(start + 2, 9) or []]


@pytest.mark.parametrize("away", [-1, 1], ids=["before", "to come"])
def test_of_an_unknown_event_nothing_is_known(feed: Feed, away: int) -> None:
    seen = feed.last + away

    assert (None, None) == (feed.after(seen, 9), feed.missed(seen))


def test_who_comes_back_in_time_misses_nothing(feed: Feed, follower: Mock) -> None:
    start = feed.last
    publish(feed, "o")
    feed.leave(follower)
    publish(feed, "abc")

    assert "abc" == after(feed, start + 1)
    assert feed.heard


def test_who_stays_away_for_long_starts_anew(feed: Feed, follower: Mock) -> None:
    start = feed.last
    feed.leave(follower)
    publish(feed, "abcd")

    assert not feed.heard
    for seen in (start, start + 4):
        assert (None, None) == (feed.after(seen, 9), feed.missed(seen))

    start = feed.last
    feed.follow(follower)
    publish(feed, "e")

    assert "e" == after(feed, start)


def test_a_stay_in_between_counts_anew(feed: Feed, follower: Mock) -> None:
    feed.leave(follower)
    publish(feed, "abc")
    feed.follow(follower)
    feed.leave(follower)
    publish(feed, "def")

    assert feed.heard


def test_ids_begin_with_the_microseconds_of_the_start() -> None:
    """So that those of the next process are greater than all of this one."""
    before = time.time_ns() // 1000
    feed = Feed(3)

    assert before <= feed.last <= time.time_ns() // 1000
