"""A reader of /_emulator/events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp
import orjson

from support.client import Api

PATIENCE = 5.0
"""Seconds until an event that does not come counts as lost."""


class Event(NamedTuple):
    """One event, its data parsed."""

    id: int
    name: str
    data: Any

    def fits(self, name: str, data: dict[str, object]) -> bool:
        """Tell whether it has this name, and these among its data."""
        return name == self.name and data.items() <= self.data.items()


@dataclass
class Events:
    """What an open stream brings.

    Attributes:
        start: the id of the last event before it was opened.
    """

    response: aiohttp.ClientResponse
    start: int = 0

    async def next(self, *names: str) -> Event:
        """Return the next event of one of these names, or of any."""
        async with asyncio.timeout(PATIENCE):
            while True:
                fields = await self.block()
                event = Event(int(fields["id"]), fields["event"], fields["data"])
                if event.name in (names or {event.name}):
                    return event._replace(data=orjson.loads(event.data))

    async def until(self, name: str, **data: object) -> list[Event]:
        """Return the events up to one with such data, that one included."""
        events: list[Event] = []
        while not (events and events[-1].fits(name, data)):
            events.append(await self.next())
        return events

    async def block(self) -> dict[str, str]:
        """Return the fields of the next block, comments passed over.

        Raises:
            EOFError: the stream has ended.
        """
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            while line := await self.response.content.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name and value:
                    fields[name] = value
                elif fields:
                    return fields
        raise EOFError


@asynccontextmanager
async def following(
    api: Api, account: str | None = None, last: int | None = None
) -> AsyncIterator[Events]:
    """Follow the events of an account, or all, from the last one that is known."""
    query = {} if account is None else {"account": account}
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{api.url}/_emulator/events", params=query, headers=headers
        ) as response,
    ):
        response.raise_for_status()
        events = Events(response)
        events.start = int((await events.block())["id"])
        yield events
