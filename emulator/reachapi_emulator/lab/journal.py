"""The journal: a bounded record of the requests to the vendor's surface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from yarl import URL

from reachapi_emulator.lab.findings import Remark
from reachapi_emulator.lab.headers import MASK, remembered
from reachapi_emulator.state.clock import EVERYONE, seconds
from reachapi_emulator.state.events import EventType, Signal
from reachapi_emulator.state.store import Store

LONGEST_BODY = 4_096
"""How many bytes of a request's body are kept."""

SECRET = frozenset({"x-api-key", "webhook_secret_key", "authorization", "cookie"})
"""Names of headers and parameters of which nothing is shown."""


class Entry(NamedTuple):
    """One request and its answer; `at` is on the caller's clock.

    Where a fault broke the connection there is no status. `fault` is the id of
    the rule that struck.
    It is kept as it comes and put into words only when somebody reads it.

    Attributes:
        opened: when its connection was opened, in seconds of a running count
            that tells connections apart.
        started: when its head had arrived, on the same count.
        room_at: of a 429: the instant at which a request is admitted again.
        remarks: what the client did wrong, as far as it showed by then.
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests are meant; None stands for any."""

    account: str | None = None
    operation: str | None = None
    status: int | None = None

    def fits(self, entry: Entry) -> bool:
        """Tell whether a request is meant."""
        return (
            self.account in {None, entry.account}
            and self.operation in {None, entry.operation}
            and self.status in {None, entry.status}
        )


class Journal:
    """Remembers the newest requests and how many it had to let go.

    Attributes:
        ring: where they are.
    """

    def __init__(self, store: Store) -> None:
        self.ring = store.journal
        self._feed = store.feed
        self.changed = Signal()

    def record(self, entry: Entry) -> None:
        """Add a request, letting the oldest go when there are too many."""
        self.ring.add(entry)
        if self._feed.heard:
            shown = _shown(self.ring.count, entry)
            self._feed.publish(EventType.REQUEST, entry.account, shown)
        self.changed.notify()

    def find(self, wanted: Wanted, most: int) -> list[dict[str, object]]:
        """Return the newest requests that fit, newest last, secrets masked."""
        newest = self.ring.newest(wanted.fits, most)
        return [_shown(number, entry) for number, entry in newest]

    def entries(self, wanted: Wanted) -> list[tuple[int, Entry]]:
        """Return every request that fits with its number, newest last."""
        return self.ring.newest(wanted.fits)

    def count(self, wanted: Wanted, most: int) -> int:
        """Return how many requests fit; `most` if there are more."""
        return len(self.ring.newest(wanted.fits, most))

    def evicted(self) -> int:
        """Return how many requests have been let go for want of room."""
        return self.ring.evicted

    def clear(self, account: str | None = None) -> None:
        """Forget the requests of an account, or all with the count of evicted."""
        if account is None:
            self.ring.clear()
        else:
            self.ring.drop(Wanted(account).fits)
        reset = {"scope": "journal", "account": account}
        self._feed.publish(EventType.RESET, account or EVERYONE, reset)


def path_of(entry: Entry) -> str:
    """Return path and query as they came, a key that has strayed there masked."""
    strayed = {name: MASK for name in entry.url.query if name.lower() in SECRET}
    url = entry.url.update_query(strayed) if strayed else entry.url
    return url.raw_path_qs


def _shown(number: int, entry: Entry) -> dict[str, object]:
    return {
        "id": number,
        "at": seconds(entry.at),
        "account": entry.account,
        "operation": entry.operation,
        "method": entry.method,
        "path": path_of(entry),
        "headers": remembered(entry.headers, SECRET),
        "body": entry.body.decode(errors="replace"),
        "status": entry.status,
        "message": entry.message,
        "duration_ms": round(entry.duration_ms, 3),
        "fault": entry.fault,
    }
