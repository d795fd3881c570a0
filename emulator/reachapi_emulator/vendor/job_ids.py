"""The ids of jobs: counted up, and none issued twice, whatever happens to the store."""

from functools import partial

from reachapi_emulator.state.store import Store

FIRST_ID = 1300
"""The first unique_processing_id (ruling 24)."""

MAX_RESERVED = 100
"""Ids that are reserved at a time, and at most skipped after a crash."""


class JobIds:
    """Says which ids have been issued, ahead of it.

    A power failure may take the newest jobs, and their ids with them. So the store
    knows, safely, of a block of ids before the first of them is issued, and after a
    crash goes on behind it. Its methods are called inside a unit of work.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reserved = 0

    def take_up(self) -> None:
        """Skip what may have been issued before a crash."""
        self._store.run("job_ids_skip")

    def start(self) -> None:
        """Begin at 1300, or go on where they are: the state is another one."""
        self._store.run("job_ids_begin", id=FIRST_ID - 1)
        self.leave()

    def leave(self) -> None:
        """Let them go on where they are: nothing has been lost."""
        row = self._store.one("job_ids_last")
        self._reserve(row["seq"] if row else 0)

    def issue(self, job: int) -> None:
        """Reserve the next block, if this id is the first of it."""
        if job > self._reserved:
            self._reserve(job + MAX_RESERVED - 1)
            self._store.secure()

    def _reserve(self, last: int) -> None:
        self._store.run("mark_set", name="jobs", value=last)
        self._store.after_commit(partial(setattr, self, "_reserved", last))
