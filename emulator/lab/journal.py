"""The journal: a bounded record of the requests to the vendor's surface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from yarl import URL

from emulator.lab.clock import seconds
from emulator.lab.headers import MASK, remembered
from emulator.lab.signals import Signal
from emulator.store import Store

LONGEST_BODY = 4_096
"""How many bytes of a request's body are kept."""

_SECRET = frozenset({"x-api-key", "webhook_secret_key", "authorization", "cookie"})


class Entry(NamedTuple):
    """One request and its answer; `at` is on the caller's clock.

    It is kept as it comes and put into words only when somebody reads it.
    """

    at: int
    account: str | None
    operation: str | None
    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes
    status: int
    message: str
    duration_ms: float


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
    """Remembers the newest requests and how many it had to let go."""

    def __init__(self, store: Store) -> None:
        self._ring = store.journal
        self.changed = Signal()

    def record(self, entry: Entry) -> None:
        """Add a request, letting the oldest go when there are too many."""
        self._ring.add(entry)
        self.changed.notify()

    def find(self, wanted: Wanted, most: int) -> list[dict[str, object]]:
        """Return the newest requests that fit, newest last, secrets masked."""
        newest = self._ring.newest(wanted.fits, most)
        return [_shown(number, entry) for number, entry in newest]

    def count(self, wanted: Wanted, most: int) -> int:
        """Return how many requests fit; `most` if there are more."""
        return len(self._ring.newest(wanted.fits, most))

    def evicted(self) -> int:
        """Return how many requests have been let go for want of room."""
        return self._ring.evicted

    def clear(self, account: str | None = None) -> None:
        """Forget the requests of an account, or all with the count of evicted."""
        if account is None:
            self._ring.clear()
        else:
            self._ring.drop(Wanted(account).fits)


def path_of(entry: Entry) -> str:
    """Return path and query as they came, a key that has strayed there masked."""
    strayed = {name: MASK for name in entry.url.query if name.lower() in _SECRET}
    return str(entry.url.update_query(strayed) if strayed else entry.url)


def _shown(number: int, entry: Entry) -> dict[str, object]:
    return {
        "id": number,
        "at": seconds(entry.at),
        "account": entry.account,
        "operation": entry.operation,
        "method": entry.method,
        "path": path_of(entry),
        "headers": remembered(entry.headers, _SECRET),
        "body": entry.body.decode(errors="replace"),
        "status": entry.status,
        "message": entry.message,
        "duration_ms": round(entry.duration_ms, 3),
    }
