"""A unit in a thread: the event loop goes on, other units and the end wait for it."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread

import pytest

from reachapi_emulator.state.sqlite import MEMORY, SqliteStore


class Held:
    """Work that sets a fact, and does not end before it is let."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._begun, self._release = Event(), Event()
        self.announced = 0

    def __call__(self, failure: type[Exception] | None = None) -> str:
        """Do it, once it has been let."""
        self._store.run("fact_set", name="fact", value="long")
        self._store.after_commit(self._announce)
        self._begun.set()
        assert self._release.wait(10)
        if failure is not None:
            raise failure
        return "done"

    def _announce(self) -> None:
        self.announced += 1

    async def begin(self, failure: type[Exception] | None = None) -> asyncio.Task[str]:
        """Start it; return once it is under way in its thread."""
        task = asyncio.create_task(self._store.long_unit(self, failure))
        assert await asyncio.to_thread(self._begun.wait, 10)
        return task

    def end(self) -> None:
        """Let it end."""
        self._release.set()


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with closing(SqliteStore(MEMORY, journal_size=1)) as store:
        yield store


def known(store: SqliteStore) -> str | None:
    row = store.one("fact_get", name="fact")
    return None if row is None else str(row["value"])


@pytest.mark.parametrize(
    ("failure", "expected"),
    [(None, ("done", "long", 1)), (OSError, ("failed", None, 0))],
    ids=str,
)
async def test_other_units_wait_for_its_end_and_find_all_of_it_or_nothing(
    store: SqliteStore, failure: type[Exception] | None, expected: object
) -> None:
    held = Held(store)
    task = await held.begin(failure)
    others = [
        asyncio.create_task(unit(known, store))
        for unit in (store.unit, store.long_unit)
    ]
    await asyncio.sleep(0)
    early = [other.done() for other in others]
    held.end()
    (result,) = await asyncio.gather(task, return_exceptions=True)

    outcome = "failed" if isinstance(result, OSError) else result
    assert [False, False] == early
    assert [expected] * 2 == [
        (outcome, await other, held.announced) for other in others
    ]


async def test_who_is_cancelled_leaves_when_it_has_ended(store: SqliteStore) -> None:
    held = Held(store)
    task = await held.begin()
    task.cancel()
    await asyncio.sleep(0)
    early = task.done()
    held.end()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (False, "long", 1) == (early, known(store), held.announced)


async def test_a_store_is_closed_when_it_has_ended(store: SqliteStore) -> None:
    held = Held(store)
    task = await held.begin()
    closing_thread = Thread(target=store.close)
    closing_thread.start()
    held.end()

    assert "done" == await task
    closing_thread.join(10)
