"""The feed of what has just happened."""

import time

import pytest

from reachapi_emulator.state.events import Event, Feed


class Follower:
    """Somebody who counts how often they are told."""

    def __init__(self) -> None:
        self.told = 0

    def __call__(self) -> None:
        """Be told."""
        self.told += 1


@pytest.fixture
def follower() -> Follower:
    return Follower()


@pytest.fixture
def feed(follower: Follower) -> Feed:
    feed = Feed(3)
    feed.follow(follower)
    return feed


def publish(feed: Feed, *names: str) -> None:
    for name in names:
        feed.publish(name, None, {})


def names(events: list[Event] | None) -> list[str] | None:
    return None if events is None else [event.name for event in events]


def test_an_event_is_kept_as_it_was_told(feed: Feed) -> None:
    start = feed.last

    feed.publish("request", "ann", {"status": 200})

    event = Event(start + 1, "request", "ann", b'{"status":200}')
    assert [event] == feed.after(start, 9)
    assert start + 1 == feed.last


def test_a_follower_is_told_of_every_event(feed: Feed, follower: Follower) -> None:
    publish(feed, "a", "b")
    feed.leave(follower)
    publish(feed, "c")

    assert 2 == follower.told


def test_without_a_follower_nothing_is_kept() -> None:
    feed = Feed(3)
    start = feed.last

    feed.publish("a", None, object())

    assert not feed.heard
    assert (start, []) == (feed.last, feed.after(start, 9))


def test_events_come_in_their_order(feed: Feed) -> None:
    start = feed.last
    publish(feed, "a", "b", "c")

    assert ["a", "b", "c"] == names(feed.after(start, 9))
    assert ["a", "b"] == names(feed.after(start, 2))
    assert ["c"] == names(feed.after(start + 2, 9))
    assert [] == names(feed.after(start + 3, 9))


def test_who_is_too_far_behind_learns_how_far(feed: Feed) -> None:
    start = feed.last
    publish(feed, "a", "b", "c", "d")

    assert (None, 4) == (names(feed.after(start, 9)), feed.missed(start))
    assert ["b", "c", "d"] == names(feed.after(start + 1, 9))


@pytest.mark.parametrize("away", [-1, 1], ids=["before", "to come"])
def test_of_an_unknown_event_nothing_is_known(feed: Feed, away: int) -> None:
    seen = feed.last + away

    assert (None, None) == (feed.after(seen, 9), feed.missed(seen))


def test_who_comes_back_in_time_misses_nothing(feed: Feed, follower: Follower) -> None:
    start = feed.last
    publish(feed, "before")
    feed.leave(follower)
    publish(feed, "a", "b", "c")

    assert ["a", "b", "c"] == names(feed.after(start + 1, 9))
    assert feed.heard


def test_who_stays_away_for_long_starts_anew(feed: Feed, follower: Follower) -> None:
    start = feed.last
    feed.leave(follower)
    publish(feed, "a", "b", "c", "d")

    assert not feed.heard
    for seen in (start, start + 4):
        assert (None, None) == (feed.after(seen, 9), feed.missed(seen))

    start = feed.last
    feed.follow(follower)
    publish(feed, "e")

    assert ["e"] == names(feed.after(start, 9))


def test_a_stay_in_between_counts_anew(feed: Feed, follower: Follower) -> None:
    feed.leave(follower)
    publish(feed, "a", "b", "c")
    feed.follow(follower)
    feed.leave(follower)
    publish(feed, "d", "e", "f")

    assert feed.heard


def test_ids_begin_with_the_microseconds_of_the_start() -> None:
    """So that those of the next process are greater than all of this one."""
    before = time.time_ns() // 1000
    feed = Feed(3)

    assert before <= feed.last <= time.time_ns() // 1000


def test_a_closed_feed_tells_its_followers(feed: Feed, follower: Follower) -> None:
    feed.close()

    assert (True, 1) == (feed.closed, follower.told)
