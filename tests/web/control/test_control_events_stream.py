"""The words of a stream, without a connection."""

from collections.abc import AsyncIterator

import orjson
import pytest

from reachapi_emulator.state.clock import EVERYONE
from reachapi_emulator.state.events import Feed
from reachapi_emulator.web.control.events import COMMENT, MAX_AT_ONCE, EventStream


@pytest.fixture
def feed() -> Feed:
    """A feed of at most 200 events that is heard."""
    feed = Feed(200)
    feed.follow(lambda: None)
    return feed


def publish(feed: Feed, count: int = 1, account: str | None = "ann") -> None:
    """Publish events."""
    for _ in range(count):
        feed.publish("request", account, {})


def missed(feed: Feed, count: int | None) -> bytes:
    """Return what is sent to who has missed events."""
    data = orjson.dumps({"count": count})
    return b"event: missed\nid: %d\ndata: %b\n\n" % (feed.last, data)


async def begun(stream: EventStream) -> AsyncIterator[bytes]:
    """Return the chunks of a stream after its first."""
    chunks = stream.chunks()
    await anext(chunks)
    return chunks


async def test_a_stream_begins_with_where_it_stands(feed: Feed) -> None:
    """A browser that is cut off at once knows it, and when to come back."""
    with EventStream(feed) as stream:
        expected = b"retry: 1000\nid: %d\n\n" % feed.last

        assert expected == await anext(stream.chunks())


async def test_an_event_has_a_name_an_id_and_data(feed: Feed) -> None:
    """In the words of the standard."""
    with EventStream(feed) as stream:
        publish(feed)
        expected = b"event: request\nid: %d\ndata: {}\n\n" % feed.last

        assert expected == await anext(await begun(stream))


async def test_silence_is_broken_by_a_comment(feed: Feed) -> None:
    """So that nobody between the two takes the connection for dead."""
    with EventStream(feed, keep_alive=0) as stream:
        chunks = await begun(stream)

        assert [COMMENT, COMMENT] == [await anext(chunks), await anext(chunks)]


async def test_what_is_another_accounts_is_left_out(feed: Feed) -> None:
    """And what is nobody's; what is everyone's is not."""
    with EventStream(feed, "ann") as stream:
        for account in ("bob", None, "ann", EVERYONE):
            publish(feed, account=account)
        expected = [b"id: %d" % (feed.last - 1), b"id: %d" % feed.last]
        chunk = await anext(await begun(stream))

        assert expected == [line for line in chunk.split(b"\n") if b"id" in line]


async def test_many_events_come_in_pieces(feed: Feed) -> None:
    """No more than a hundred at once, and none is left out."""
    with EventStream(feed) as stream:
        publish(feed, MAX_AT_ONCE + 1)
        chunks = await begun(stream)

        assert MAX_AT_ONCE == (await anext(chunks)).count(b"data")
        assert 1 == (await anext(chunks)).count(b"data")


async def test_what_is_left_out_is_no_chunk(feed: Feed) -> None:
    """An empty one would end the answer."""
    with EventStream(feed, "ann") as stream:
        publish(feed, MAX_AT_ONCE + 1, "bob")
        publish(feed)

        assert 1 == (await anext(await begun(stream))).count(b"data")


async def test_who_falls_too_far_behind_is_told_once(feed: Feed) -> None:
    """How many there were; then goes on with what is new."""
    with EventStream(feed) as stream:
        publish(feed, 201)
        chunks = await begun(stream)

        assert missed(feed, 201) == await anext(chunks)

        publish(feed)

        assert 1 == (await anext(chunks)).count(b"event: request")


async def test_who_comes_from_another_process_is_told_of_a_gap(feed: Feed) -> None:
    """Of unknown size."""
    with EventStream(feed, seen=5) as stream:
        assert missed(feed, None) == await anext(await begun(stream))


@pytest.mark.parametrize("ender", ["stream", "feed"])
async def test_a_stream_that_is_ended_ends(feed: Feed, ender: str) -> None:
    """By its connection, or with the emulator."""
    with EventStream(feed) as stream:
        chunks = await begun(stream)
        publish(feed)
        await anext(chunks)
        stream.end() if ender == "stream" else feed.close()

        assert [] == [chunk async for chunk in chunks]


async def test_a_stream_follows_within_its_block(feed: Feed) -> None:
    """Afterwards its place is free."""
    with EventStream(feed):
        within = len(feed.followers)

    assert (2, 1) == (within, len(feed.followers))
