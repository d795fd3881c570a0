"""The rate limit: a sliding window of one second, per key (rulings 9 and 10)."""

from dataclasses import dataclass
from functools import partial

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

    An account has one key that is good: its window is kept under the account, and
    begins anew with another key. It is asked on the event loop, outside of units.

    Args:
        store: remembers when the requests were let through.
        limit: requests a second; 0 admits all, and there is no usage to tell.
    """

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self._windows = store.windows
        self.limit = limit

    def admit(self, account: str, now: int) -> None:
        """Let a request through; a refused one does not count.

        Raises:
            TooManyRequests: the window is full.
        """
        if self.limit == 0:
            return
        if not self._windows.admit(account, now, WINDOW, self.limit):
            oldest, *_ = self._windows.within(account, now, WINDOW)
            raise TooManyRequests(oldest + WINDOW)

    def usage(self, account: str, now: int) -> Usage:
        """Return what is left of the window, for the RateLimit headers."""
        used = self._windows.within(account, now, WINDOW)
        wait = used[0] + WINDOW - now if used else 0
        remaining = max(0, self.limit - len(used))
        return Usage(self.limit, remaining, -(-wait // SECOND))

    def forget(self, account: str) -> None:
        """Let the window of an account begin anew; called inside a unit."""
        self._store.after_commit(partial(self._windows.forget, account))

    def reset(self) -> None:
        """Forget every window; called inside a unit."""
        self._store.after_commit(self._windows.clear)
