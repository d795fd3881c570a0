"""The journal: a bounded record of the requests to the vendor's surface."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from sys import getsizeof
from typing import Annotated, NamedTuple, TypeAlias

import msgspec
from multidict import CIMultiDict
from yarl import URL

from reachapi_emulator.logs import MASK
from reachapi_emulator.real_time import monotonic
from reachapi_emulator.state.clock import EVERYONE, seconds
from reachapi_emulator.state.events import EventType, Signal
from reachapi_emulator.state.memory import Ring
from reachapi_emulator.state.page import EVERY, MAX_NUMBER, Page
from reachapi_emulator.state.store import Store

MAX_BODY = 4_096
"""How many bytes of a request's body are kept."""

_OVERHEAD = 2_048
"""Bytes of an entry besides its texts: objects that refer to each other."""

SECRET = frozenset({"x-api-key", "webhook_secret_key", "authorization", "cookie"})
"""Names of headers and parameters of which nothing is shown."""

Number: TypeAlias = Annotated[int, msgspec.Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
"""One that JSON and the arithmetic of instants can hold."""

_MASKED = SECRET - {"x-api-key"}  # a report tells keys apart


class FindingKind(StrEnum):
    """What is found in requests, and in the answers of receivers."""

    RATE_LIMIT = "rate_limit"
    NO_BACKOFF = "no_backoff"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    SLOW_RECEIVER = "slow_receiver"
    INSUFFICIENT_CREDIT = "insufficient_credit"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 # a name
    UNAUTHORIZED = "unauthorized"
    UNKNOWN_PATH = "unknown_path"


Remark: TypeAlias = tuple[FindingKind, str]
"""What was noticed while a request was answered, and the name that it concerns."""


def remembered(
    headers: Mapping[str, str], secret: Collection[str] = ()
) -> dict[str, str]:
    """Return headers as a plain object, the values of secret ones masked.

    Args:
        headers: names and values; of a name that is there twice, the last.
        secret: lower-case names.
    """
    return {
        str(name): MASK if name.lower() in secret else _readable(value)
        for name, value in headers.items()
    }


def _readable(value: str) -> str:
    """Return a value that can be written as UTF-8: other bytes arrive as surrogates."""
    return value if value.isascii() else value.encode(errors="replace").decode()


class Entry(NamedTuple):
    """One request and its answer; `at` is on the caller's clock.

    Where a fault broke the connection there is no status. `fault` is the id of
    the rule that it triggered.
    It is kept as it comes and put into words only when somebody reads it.

    Attributes:
        opened: when its connection was opened, in seconds of a running count
            that tells connections apart.
        started: when its head had arrived, on the same count.
        room_at: of a 429: the instant at which a request is admitted again.
        remarks: what the client did wrong, as far as it showed by then.
        cut: its body was longer than what is kept of it.
    """

    at: int
    account: str | None
    operation: str | None
    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes
    status: int | None
    message: str
    duration_ms: float
    fault: int | None = None
    opened: float = 0
    started: float = 0
    room_at: int | None = None
    remarks: tuple[Remark, ...] = ()
    cut: bool = False

    @property
    def size(self) -> int:
        """The bytes of memory that it takes, about."""
        texts = chain(self.headers, self.headers.values(), (self.url.raw_path_qs,))
        return _OVERHEAD + len(self.body) + sum(map(getsizeof, texts))


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests are meant; None stands for any."""

    account: str | None = None
    operation: str | None = None
    status: int | None = None

    def matches(self, entry: Entry) -> bool:
        """Tell whether a request is meant."""
        return (
            self.account in {None, entry.account}
            and self.operation in {None, entry.operation}
            and self.status in {None, entry.status}
        )


class _Watch:
    """So many requests that somebody waits for, counted as they come.

    Attributes:
        changed: wakes who waits once they are there.
    """

    def __init__(self, ring: Ring, wanted: RequestFilter, count: int) -> None:
        self._ring = ring
        self._wanted = wanted
        self._numbers: deque[int] = deque(maxlen=count)
        self.changed = Signal()
        self.recount()

    def see(self, number: int, entry: Entry) -> None:
        """Look at a request that is new."""
        if self._wanted.matches(entry):
            self._numbers.append(number)
            if self.holds():
                self.changed.notify()

    def holds(self) -> bool:
        """Tell whether there are so many, none of them let go."""
        numbers = self._numbers
        return len(numbers) == numbers.maxlen and numbers[0] >= self._ring.oldest

    def recount(self) -> None:
        """Look at all: they are others than before."""
        self._numbers.clear()
        newest = Page(self._numbers.maxlen or 0)
        every = self._ring.find(self._wanted.matches, newest)[::-1]
        self._numbers.extend(number for number, _ in every)
        if self.holds():
            self.changed.notify()


class Journal:
    """Remembers the newest requests and how many it had to let go.

    It lies in memory beside the database: it is read and written on the event
    loop, outside of units.

    Attributes:
        ring: where they are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.ring = store.journal
        self._feed = store.feed
        self._watches: set[_Watch] = set()

    def record(self, entry: Entry) -> None:
        """Add a request, letting the oldest go when there are too many."""
        self.ring.add(entry, entry.size)
        if self._feed.heard:
            shown = to_json(self.ring.count, entry)
            self._feed.publish(EventType.REQUEST, entry.account, shown)
        for watch in self._watches:
            watch.see(self.ring.count, entry)

    async def wait(self, wanted: RequestFilter, count: int, seconds: float) -> bool:
        """Return whether there are `count` that fit, within `seconds` of real time."""
        watch = _Watch(self.ring, wanted, count)

        async def enough() -> bool | None:
            return watch.holds() or None

        self._watches.add(watch)
        try:
            return await watch.changed.until(enough, seconds) or False
        finally:
            self._watches.discard(watch)

    def find(
        self, wanted: RequestFilter, page: Page = EVERY
    ) -> list[tuple[int, Entry]]:
        """Return a page of the requests that match, with their numbers."""
        return self.ring.find(wanted.matches, page)

    def entries(self, wanted: RequestFilter) -> list[tuple[int, Entry]]:
        """Return every request that matches with its number, newest last."""
        return self.find(wanted)[::-1]

    def evicted(self) -> int:
        """Return how many requests have been let go for want of room."""
        return self.ring.evicted

    def clear(self, account: str | None = None) -> None:
        """Forget the requests of an account, or all with the count of evicted."""
        if account is None:
            self.ring.clear()
        else:
            self.ring.drop(lambda entry: entry.account == account)
        self._recount()
        reset = {"scope": "journal", "account": account}
        self._feed.publish(EventType.RESET, account or EVERYONE, reset)

    def forget(self, account: str) -> None:
        """Forget the requests of an account, once the unit is committed."""
        self._store.after_commit(partial(self.clear, account))

    def reset(self) -> None:
        """Forget every request, once the unit is committed."""
        self._store.after_commit(partial(self.load, (), 0, 0))

    def load(
        self, entries: Iterable[tuple[int, Entry]], count: int, evicted: int
    ) -> None:
        """Put requests, with their numbers, in place of what there is."""
        sized = ((number, entry, entry.size) for number, entry in entries)
        self.ring.load(sized, count, evicted)
        self._recount()

    def _recount(self) -> None:
        for watch in self._watches:
            watch.recount()


def path_of(entry: Entry) -> str:
    """Return path and query as they came, a key that has strayed there masked."""
    strayed = {name: MASK for name in entry.url.query if name.lower() in SECRET}
    url = entry.url.update_query(strayed) if strayed else entry.url
    return url.raw_path_qs


def to_json(number: int, entry: Entry) -> dict[str, object]:
    """Return a request as the control API shows it, secrets masked."""
    return {
        "id": number,
        "at": seconds(entry.at),
        "account": entry.account,
        "operation": entry.operation,
        "method": entry.method,
        "path": path_of(entry),
        "headers": remembered(entry.headers, SECRET),
        "body": entry.body.decode(errors="replace"),
        "cut": entry.cut,
        "status": entry.status,
        "message": entry.message,
        "duration_ms": round(entry.duration_ms, 3),
        "fault": entry.fault,
    }


class EntryDump(msgspec.Struct, forbid_unknown_fields=True):
    """A request of the journal; `opened` and `started` are seconds before now."""

    id: Number
    at: Number
    account: str | None
    operation: str | None
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: Number | None
    message: str
    duration_ms: float
    fault: Number | None
    opened: float
    started: float
    room_at: Number | None
    remarks: list[Remark]
    cut: bool = False


class JournalDump(msgspec.Struct, forbid_unknown_fields=True):
    """A journal: its requests, the number of the last, and how many had to go."""

    count: Number
    evicted: Number
    requests: list[EntryDump]


def dump_journal(journal: Journal) -> JournalDump:
    """Return the journal."""
    now = monotonic()
    pages = [
        _dumped(number, entry, now)
        for number, entry in journal.entries(RequestFilter())
    ]
    return JournalDump(journal.ring.count, journal.ring.evicted, pages)


def load_journal(journal: Journal, pages: JournalDump) -> None:
    """Put a journal in place of what there is."""
    journal.load(_entries(pages), pages.count, pages.evicted)


def _dumped(number: int, entry: Entry, now: float) -> EntryDump:
    values = entry._asdict()
    del values["url"]
    return EntryDump(
        id=number,
        path=path_of(entry),
        **values
        | {
            "headers": remembered(entry.headers, _MASKED),
            "opened": now - entry.opened,
            "started": now - entry.started,
        },
    )


def _entries(pages: JournalDump) -> Iterator[tuple[int, Entry]]:
    now = monotonic()
    for page in pages.requests:
        values = msgspec.structs.asdict(page)
        path, _, query = values.pop("path").partition("?")
        yield (
            values.pop("id"),
            Entry(
                url=URL.build(path=path, query_string=query, encoded=True),
                **values
                | {
                    "headers": CIMultiDict(page.headers),
                    "opened": now - page.opened,
                    "started": now - page.started,
                    "remarks": tuple(page.remarks),
                },
            ),
        )
