"""Jobs that have fallen due: what they wait for, and who takes them."""

from collections.abc import Sequence

from reachapi_emulator.state.clock import VirtualClock
from reachapi_emulator.state.store import Row, Store
from reachapi_emulator.vendor.job import Work, waits_for


class DueJobs:
    """Finds what falls due, lets it wait in line, and claims it.

    Each job is looked at once when it falls due, so that what a look costs does not
    grow with what waits. Its methods are called inside a unit of work.

    Args:
        store: keeps the jobs.
        clock: wakes the worker where something is to be looked at again.
    """

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self._store = store
        self._clock = clock

    def line_up(self, real: int, most: int) -> Sequence[Row]:
        """Let what has fallen due wait in line: for a lane, or for its webhook.

        Args:
            real: real time, in microseconds.
            most: how many at most.

        Returns:
            Each with its account, state, webhook_url and webhook_active.
        """
        rows = self._store.all("jobs_fallen_due", real=real, most=most)
        for row in rows:
            self._store.run("job_wait", id=row["id"], waits_for=waits_for(row))
        return rows

    def next_due(self, real: int) -> int | None:
        """Return the real microseconds from `real` until another job falls due."""
        row = self._store.one("jobs_next_due", real=real)
        return None if row is None else row["wait"]

    def claim(self, account: str, kind: Work) -> int | None:
        """Take the job of an account that has waited longest for a lane.

        Returns:
            Its id; None where none waits any more.
        """
        row = self._store.one("job_claim", account=account, waits_for=kind)
        return None if row is None else int(row["id"])

    def look_again(self, account: str) -> None:
        """See anew what is due at the webhook of an account, which has changed."""
        self._store.run("jobs_look_again", account=account)
        self._clock.wake()

    def look_again_at_all(self) -> None:
        """See all that is due anew: who knew what waits has ended."""
        self._store.run("jobs_look_again_at_all")
        self._clock.wake()
