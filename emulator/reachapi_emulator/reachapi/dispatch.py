"""The dispatcher: claims what is due and runs it, within limits."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from itertools import chain
from typing import Any

import orjson

from reachapi_emulator.reachapi.work import Work
from reachapi_emulator.state.clock import SECOND, VirtualClock
from reachapi_emulator.state.store import Row, Store

MOST_VALIDATIONS = 16
MOST_ATTEMPTS = 256
MOST_AT_ENDPOINT = 8
LONGEST_SLEEP = 3_600.0
PAUSE = 1.0

log = logging.getLogger("reachapi_emulator.dispatch")

Task = asyncio.Task[Any]


class Lane:
    """Work of one kind that is under way, within its limits.

    Args:
        query: names the statement that finds what is due.
        run: does the work of one job.
        most: how many may be under way.
    """

    def __init__(
        self, query: str, run: Callable[[int], Coroutine[Any, Any, None]], most: int
    ) -> None:
        self.query = query
        self.run = run
        self.most = most
        self.running: dict[Task, Row] = {}

    @property
    def free(self) -> int:
        """How many more may be started."""
        return self.most - len(self.running)

    def busy(self) -> list[str]:
        """Return the endpoints that take no further attempt now."""
        endpoints = Counter(row["endpoint"] for row in self.running.values())
        return [url for url, n in endpoints.items() if url and n >= MOST_AT_ENDPOINT]

    def of(self, account: str | None) -> Iterator[Task]:
        """Yield the tasks of one account, or all."""
        for task, row in self.running.items():
            if account in {None, row["account"]}:
                yield task


class Dispatcher:
    """Starts validations and attempts when they fall due, and owns their tasks.

    At most 256 attempts are in flight, 8 at one endpoint, so that a slow
    receiver holds up nobody else; and 16 validations.

    Args:
        store: is asked for what is due.
        clock: wakes the dispatcher when it jumps or something new is due.
        work: is done.
    """

    def __init__(self, store: Store, clock: VirtualClock, work: Work) -> None:
        self._store = store
        self._clock = clock
        self._work = work
        self._validations = Lane("jobs_to_validate", work.validate, MOST_VALIDATIONS)
        self._attempts = Lane("jobs_to_deliver", work.deliver, MOST_ATTEMPTS)
        self._loop: Task | None = None

    def start(self) -> None:
        """Begin to work off what is due."""
        self._loop = asyncio.create_task(self._run(), name="dispatcher")

    async def stop(self, grace: float) -> None:
        """Start nothing more; let what is under way end within `grace` seconds.

        What has not ended then is cut off; the store knows of it, and the next
        start makes it due again.
        """
        if self._loop is not None:
            await _cancel([self._loop])
        if under_way := list(self._under_way()):
            await asyncio.wait(under_way, timeout=grace)
        await self.drop()

    async def drop(self, account: str | None = None) -> None:
        """Cut off what is under way, of one account or all, and see it ended.

        Nothing of it is under way when this returns, and until the caller
        awaits something.
        """
        while tasks := list(self._under_way(account)):
            await _cancel(tasks)

    async def settle(self) -> None:
        """Return when all that is due has been started and validations have ended."""
        self._launch()
        while self._validations.running:
            await asyncio.wait(list(self._validations.running))
            self._launch()
        await asyncio.sleep(0)  # a task that was made now has taken its first step

    def _under_way(self, account: str | None = None) -> Iterator[Task]:
        return chain(self._validations.of(account), self._attempts.of(account))

    async def _run(self) -> None:
        while True:
            await self._clock.changed.wait(self._turn())

    def _turn(self) -> float:
        """Start what is due; return the real seconds until the next turn."""
        looked = self._clock.real()  # what falls due from here on is yet to come
        try:
            self._launch()
            return self._sleep(looked)
        except Exception:
            log.exception("what is due could not be started: tried again in a second")
            return PAUSE

    def _sleep(self, looked: int) -> float:
        """Return the real seconds from an instant until something falls due."""
        row = self._store.one("jobs_next_due", real=looked)
        if row is None or row["wait"] is None:
            return LONGEST_SLEEP
        wait: int = row["wait"]
        return min(LONGEST_SLEEP, wait / SECOND)

    def _launch(self) -> None:
        for lane in (self._validations, self._attempts):
            while lane.free and self._claim(lane):
                pass

    def _claim(self, lane: Lane) -> int:
        """Start what is due as far as there is room; return how many."""
        due = self._store.all(
            lane.query,
            real=self._clock.real(),
            busy=orjson.dumps(lane.busy()).decode(),
            most=lane.free,
        )
        return sum(self._start(lane, row) for row in due)

    def _start(self, lane: Lane, row: Row) -> bool:
        if row["endpoint"] in lane.busy():
            return False
        if not self._store.run("job_claim", id=row["id"]):
            return False
        task = asyncio.create_task(lane.run(row["id"]), name=f"job {row['id']}")
        lane.running[task] = row
        task.add_done_callback(lambda task: self._ended(lane, task))
        return True

    def _ended(self, lane: Lane, task: Task) -> None:
        row = lane.running.pop(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("%s failed", task.get_name(), exc_info=fault)
            self._work.give_back(row["id"])
        self._clock.changed.notify()


async def _cancel(tasks: list[Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
