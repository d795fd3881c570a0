"""A store that cannot write: what was done is kept, and written as soon as it can."""

import asyncio
import sqlite3
from collections.abc import Iterator

import pytest
from pyroaring import BitMap

from reachapi_emulator import services
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import worker
from reachapi_emulator.vendor.email_check import EmailCheck
from support.client import Serve
from support.failing_store import FailingStore
from support.in_process import InProcess, steps
from support.scripted import ACKNOWLEDGED, REFUSED, Hanging, Outcome, Post
from support.warp import microseconds, warp


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[FailingStore]:
    """A store that can fail, retried at once."""
    monkeypatch.setattr(worker, "PAUSE", 0)
    store = FailingStore()
    yield store
    store.close()


async def unwritten(emulator: InProcess, count: int) -> None:
    """Return once it is kept of so many jobs what they came to."""
    for _ in range(200):
        if emulator.worker.unwritten == count:
            return
        await steps(1)
    raise AssertionError(emulator.worker.unwritten)


@pytest.mark.parametrize("statement", range(6))
@pytest.mark.parametrize("outcome", [ACKNOWLEDGED, REFUSED])
async def test_the_outcome_of_an_attempt_is_kept_until_it_is_written(
    store: FailingStore, outcome: Outcome, statement: int
) -> None:
    """Whichever statement fails; the attempt is not made again."""

    async def fill(post: Post) -> Outcome:
        del post
        store.fail_after(statement)
        return outcome

    emulator = InProcess(store=store, receiver=fill, schedule=[SECOND])
    emulator.open()
    job = emulator.ask(1)
    emulator.worker.start()
    await unwritten(emulator, 1)
    await steps(20)
    store.fail_after(None)
    await unwritten(emulator, 0)
    await emulator.worker.stop(0)

    assert [job] == emulator.posted()
    assert [outcome.error] == emulator.attempts(job, "error")
    assert (not outcome.acknowledged) == (emulator.row(job)["due_at"] is not None)


async def test_a_validation_is_kept_until_it_is_written(
    store: FailingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emails are not judged again; it is charged once."""
    judged = []

    async def fill(_: EmailCheck, numbers: BitMap) -> BitMap:
        judged.append(numbers)
        store.fail_after(0)
        return numbers

    monkeypatch.setattr(EmailCheck, "valid", fill)
    emulator = InProcess(store=store)
    emulator.open()
    job = emulator.ask(1)
    emulator.worker.start()
    await unwritten(emulator, 1)
    store.fail_after(None)
    await emulator.rest()
    await emulator.worker.stop(0)

    assert (1, ["delivered"]) == (len(judged), emulator.states())
    assert 1 == emulator.row(job)["charged"]


async def test_a_job_is_given_back_as_soon_as_the_store_can(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which fails while it is worked on, and when it is to be given back."""
    monkeypatch.setattr(worker, "PAUSE", 0)
    store = FailingStore()

    async def broken(_: EmailCheck, numbers: BitMap) -> BitMap:
        store.fail_after(0)
        raise sqlite3.OperationalError(numbers)

    emulator = InProcess(store=store)
    emulator.open()
    job = emulator.ask(1)
    with monkeypatch.context() as patch:
        patch.setattr(EmailCheck, "valid", broken)
        settled = asyncio.create_task(emulator.worker.run_due())
        await unwritten(emulator, 1)
        store.fail_after(None)
        await settled
    emulator.advance(SECOND)
    await emulator.rest()

    assert f"job {job}: what it came to could not be written" in caplog.text
    assert ["delivered"] == emulator.states()


def test_a_stop_while_something_is_unwritten_takes_the_grace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is made again at the next start (ruling 31)."""
    store, receiver = FailingStore(), Hanging()
    emulator = InProcess(store=store, receiver=receiver)
    emulator.open()
    job = emulator.ask(1)

    async def stopped() -> int:
        emulator.worker.start()
        await emulator.worker.run_due()
        store.fail_after(0)
        receiver.tell(ACKNOWLEDGED)
        before = microseconds()
        await emulator.worker.stop(5)
        return microseconds() - before

    assert 5 * SECOND == warp(stopped())
    store.fail_after(None)
    again = InProcess(store=store)
    asyncio.run(again.rest())

    assert "1 jobs: what they came to was never written" in caplog.text
    assert ["interrupted", None] == again.attempts(job, "error")


async def test_health_says_that_the_store_cannot_write(
    store: FailingStore, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, why, and of how many jobs what they came to is kept."""
    monkeypatch.setattr(services, "open_store", lambda _, **__: store)
    api = await serve()
    good = await api.control("GET", "/health")
    store.fail_after(0)
    failing = await api.send("GET", "/_emulator/health")
    store.fail_after(None)

    assert ("ok", None, 0) == tuple(good[key] for key in SHOWN)
    assert 503 == failing.status
    assert ("failing", "database or disk is full", 0) == tuple(
        failing.json[key] for key in SHOWN
    )
    assert good == await api.control("GET", "/health")


SHOWN = ("status", "store_error", "unwritten")


@pytest.mark.parametrize("account", [None, "ann"])
async def test_what_a_reset_cut_off_in_vain_is_made_again(
    store: FailingStore, account: str | None
) -> None:
    """As soon as the store can, what was under way and what waited for a lane alike."""
    receiver = Hanging()
    emulator = InProcess(store=store, receiver=receiver)
    emulator.open()
    for _ in range(12):
        emulator.ask(1)
    emulator.worker.start()
    await steps(200)
    store.fail_after(0)
    with pytest.raises(sqlite3.OperationalError):
        await emulator.services.reset(account)
    store.fail_after(None)
    for _ in range(400):
        await steps(5)
        while receiver.waiting():
            receiver.tell(ACKNOWLEDGED)
        if emulator.states() == ["delivered"] * 12:
            break
    await emulator.worker.stop(0)

    assert ["delivered"] * 12 == emulator.states()


async def test_a_stop_that_can_write_nothing_ends(
    store: FailingStore, caplog: pytest.LogCaptureFixture
) -> None:
    emulator = InProcess(store=store)
    store.fail_after(0)
    await emulator.services.stop(0)
    store.fail_after(None)

    assert 2 == caplog.text.count("what is known at a stop could not be written")
