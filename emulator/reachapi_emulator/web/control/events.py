"""Control route of what happens: /_emulator/events, as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import accumulate
from typing import Self

import orjson
from aiohttp import web

from reachapi_emulator.state.clock import EVERYONE
from reachapi_emulator.state.events import Event, Feed, Signal
from reachapi_emulator.web.control.forms import (
    SHIELD,
    ControlError,
    existing,
    parameters,
    services_of,
    unit,
    whole_number,
)
from reachapi_emulator.web.http_server import when_lost

MAX_FOLLOWERS = 64
MAX_AT_ONCE = 100
MAX_CHUNK = 256 * 1024
"""Bytes of events that are sent at once, but for a single one."""

KEEP_ALIVE = 15.0
"""Real seconds of silence after which a comment is sent."""
RETRY_MS = 1_000
"""After how long a browser whose stream has ended opens it again."""

COMMENT = b":\n\n"
HEADERS = {**SHIELD, "Content-Type": "text/event-stream"}


class EventStream:
    """The events of an account, or all, as they are sent; open inside its block.

    Who falls so far behind that events are gone is told how many, once, and
    goes on with what happens next.

    Args:
        feed: has the events.
        account: whose are wanted, besides everyone's; None wants all.
        seen: the id of the last event that is known there; None: the newest.
        keep_alive: real seconds of silence before a comment.
    """

    def __init__(
        self,
        feed: Feed,
        account: str | None = None,
        seen: int | None = None,
        keep_alive: float = KEEP_ALIVE,
    ) -> None:
        self._feed = feed
        self._account = account
        self._seen = feed.last if seen is None else seen
        self._keep_alive = keep_alive
        self._changed = Signal()
        self._ended = False

    def __enter__(self) -> Self:
        self._feed.follow(self._changed.notify)
        return self

    def __exit__(self, *_: object) -> None:
        self._feed.leave(self._changed.notify)

    def end(self) -> None:
        """Let the chunks come to an end."""
        self._ended = True
        self._changed.notify()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield what is to be sent, until the stream or the feed has ended."""
        yield b"retry: %d\nid: %d\n\n" % (RETRY_MS, self._seen)
        while not (self._ended or self._feed.closed):
            if chunk := self._news() or await self._silence():
                yield chunk

    def _news(self) -> bytes:
        """Return some of what has happened since, as far as it is wanted."""
        found = self._feed.after(self._seen, MAX_AT_ONCE)
        if found is None:
            return self._missed()
        events = _within(found, MAX_CHUNK)
        if events:
            self._seen = events[-1].id
        return b"".join(_written(event) for event in events if self._matches(event))

    def _missed(self) -> bytes:
        data = orjson.dumps({"count": self._feed.missed(self._seen)})
        self._seen = self._feed.last
        return _written(Event(self._seen, "missed", EVERYONE, data))

    def _matches(self, event: Event) -> bool:
        return self._account is None or event.account in {self._account, EVERYONE}

    async def _silence(self) -> bytes:
        """Wait for news; return a comment where none has come, else nothing."""
        if self._seen == self._feed.last:
            await self._changed.wait(self._keep_alive)
        return COMMENT if self._seen == self._feed.last else b""


def _within(events: list[Event], max_bytes: int) -> list[Event]:
    """Return the first events, as far as their bytes fit, and one at least."""
    sizes = accumulate(len(event.data) for event in events)
    return events[: max(1, sum(size <= max_bytes for size in sizes))]


def _written(event: Event) -> bytes:
    """Return an event as it is sent; JSON has no line break in it."""
    name = event.name.encode()
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name, event.id, event.data)


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /events?account=: what happens from now, or from Last-Event-ID on."""
    with await _wanted(request) as wanted:
        when_lost(request, wanted.end)
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        with suppress(ConnectionError):
            async for chunk in wanted.chunks():
                await response.write(chunk)
        return response


async def _wanted(request: web.Request) -> EventStream:
    account = parameters(request, "account")["account"]
    await unit(request, existing, account)
    seen = whole_number(request.headers.get("Last-Event-ID"), "Last-Event-ID")
    feed = services_of(request).store.feed
    if len(feed.followers) >= MAX_FOLLOWERS:
        raise ControlError(
            503, f"{MAX_FOLLOWERS} streams are open: close one, or ask GET /requests"
        )
    return EventStream(feed, account, seen)


ROUTES = (web.get("/events", stream),)
