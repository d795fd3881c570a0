"""The rate limit: a sliding window of one second, per key (rulings 9 and 10)."""

from dataclasses import dataclass

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.store import Store
from reachapi_emulator.vendor.errors import TooManyRequests

WINDOW = SECOND


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the window a key has used; `reset` is in seconds, rounded up."""

    limit: int
    remaining: int
    reset: int


class Limiter:
    """Admits at most `limit` requests of a key in any one second.

    Args:
        store: remembers when the requests were let through.
        limit: requests a second; 0 admits all, and there is no usage to tell.
    """

    def __init__(self, store: Store, limit: int) -> None:
        self._windows = store.windows
        self.limit = limit

    def admit(self, api_key: str, now: int) -> None:
        """Let a request through; a refused one does not count.

        Raises:
            TooManyRequests: the window is full.
        """
        if self.limit == 0:
            return
        if not self._windows.admit(api_key, now, WINDOW, self.limit):
            oldest, *_ = self._windows.within(api_key, now, WINDOW)
            raise TooManyRequests(oldest + WINDOW)

    def usage(self, api_key: str, now: int) -> Usage:
        """Return what is left of the window, for the RateLimit headers."""
        used = self._windows.within(api_key, now, WINDOW)
        wait = used[0] + WINDOW - now if used else 0
        remaining = max(0, self.limit - len(used))
        return Usage(self.limit, remaining, -(-wait // SECOND))
