"""When accounts were last used, so that those of a shared server can be tidied up."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from reachapi_emulator.state.clock import SECOND, VirtualClock
from reachapi_emulator.state.store import Store


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are meant: all that both hold for.

    Attributes:
        prefix: what their ids begin with.
        idle: real seconds for which they have not been used, at least.
    """

    prefix: str = ""
    idle: int = 0


class Activity:
    """Remembers, in real time, when each account was last used.

    It is used by a request under a key of its own that is good, whatever the answer,
    by its opening and by a reset of it. This lies in memory beside the database, for a
    table would make every request write: after a restart, a reset of everything or a
    snapshot that is restored, every account counts as used at that moment. It is noted
    and read on the event loop; what happens in a unit counts once that is committed.

    Args:
        store: tells when a unit is committed.
        clock: tells real time.
    """

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self._store = store
        self._clock = clock
        self._used: dict[str, int] = {}
        self._since = 0

    def start(self) -> None:
        """Let every account be used now."""
        self._used.clear()
        self._since = self._clock.real()

    def note(self, account: str) -> None:
        """Let an account be used now."""
        self._used[account] = self._clock.real()

    def matches(self, wanted: AccountFilter, account: str) -> bool:
        """Tell whether an account is meant."""
        used = self._used.get(account, self._since)
        idle = self._clock.real() - used >= wanted.idle * SECOND
        return idle and account.startswith(wanted.prefix)

    def select(self, wanted: AccountFilter, accounts: Iterable[str]) -> list[str]:
        """Return those that are meant, in their order."""
        return [account for account in accounts if self.matches(wanted, account)]

    def reopen(self, account: str) -> None:
        """Let an account be used, once the unit is committed that resets it."""
        self._store.after_commit(partial(self.note, account))

    def forget(self, account: str) -> None:
        """Forget an account, once the unit is committed."""
        self._store.after_commit(partial(self._drop, account))

    def reset(self) -> None:
        """Let every account be used, once the unit is committed."""
        self._store.after_commit(self.start)

    def _drop(self, account: str) -> None:
        self._used.pop(account, None)
