"""Gathers what a report is made of: the journal, and attempts at receivers."""

from reachapi_emulator.lab.inbox import Inboxes
from reachapi_emulator.lab.journal import Journal, Wanted
from reachapi_emulator.lab.report import Bounds, Judged, report
from reachapi_emulator.state.store import Store


class Judge:
    """Reports what a client did wrong.

    Args:
        store: keeps the attempts.
        journal: keeps the requests.
        inboxes: answer as the tester has scripted them, so they do no wrong.
        bounds: what a client is held to.
    """

    def __init__(
        self, store: Store, journal: Journal, inboxes: Inboxes, bounds: Bounds
    ) -> None:
        self._store = store
        self._journal = journal
        self._inboxes = inboxes
        self._bounds = bounds

    def report(self, account: str | None = None) -> dict[str, object]:
        """Return the report of an account, or of all and who belongs to none."""
        requests = self._journal.entries(Wanted(account))
        found = report(requests, self._attempts(account), self._bounds)
        evicted = self._journal.evicted()
        return {"account": account, "evicted": evicted, **found}

    def _attempts(self, account: str | None) -> list[Judged]:
        rows = self._store.all(
            "attempts_judged", account=account, slow_ms=self._bounds.slow_ms
        )
        return [
            Judged(row["job"], row["status"], row["error"], row["duration_ms"])
            for row in rows
            if not self._inboxes.has(row["url"])
        ]
