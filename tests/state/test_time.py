"""Real time as the clocks read it, and their microseconds as seconds."""

import asyncio
import time

import pytest

from reachapi_emulator import real_time as module
from reachapi_emulator.real_time import real_time
from reachapi_emulator.state.clock import SECOND, VirtualClock, microseconds, seconds
from reachapi_emulator.state.sqlite import MEMORY, SqliteStore
from support.warp import microseconds as warped, warp

HOUR = 3_600 * SECOND
START = 1_700_000_000 * SECOND


def test_microseconds_are_seconds_and_back() -> None:
    assert [None, 1.5] == [seconds(instant) for instant in (None, 1_500_000)]
    assert [100_000, 0, 3e6] == [microseconds(each) for each in (0.1, 1e-7, 3)]


@pytest.mark.parametrize("lie", [0, 1, -3_600])
def test_real_time_is_that_of_the_machine_whatever_python_is_told(
    monkeypatch: pytest.MonkeyPatch, lie: int
) -> None:
    known = time.time_ns()
    told = known + lie * 1_000 * SECOND
    monkeypatch.setattr(module, "_told_ns", lambda: told)
    real = real_time()

    assert abs(real() - known // 1_000) < SECOND // 2
    assert real() <= real()


@pytest.mark.parametrize("lie", [HOUR, -HOUR])
def test_a_wall_clock_that_is_set_plays_no_part(
    monkeypatch: pytest.MonkeyPatch, lie: int
) -> None:
    real = real_time()
    before = real()
    monkeypatch.setattr(module, "_told_ns", lambda: (before + lie) * 1_000)

    assert before <= real() < before + SECOND


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="Linux has it")
def test_real_time_counts_while_the_machine_is_suspended() -> None:
    apart = time.clock_gettime(time.CLOCK_BOOTTIME) - module.running_ns() / 1e9

    assert abs(apart) < 0.5


@pytest.mark.parametrize(("leap", "expected"), [(HOUR, [3]), (0, [])])
def test_a_leap_wakes_who_sleeps(leap: int, expected: list[int]) -> None:
    """A machine that was suspended for an hour finds due what is; others sleep on."""

    def real() -> int:
        return START + warped() + (leap if warped() > 2.5 * SECOND else 0)

    clock = VirtualClock(SqliteStore(MEMORY, journal_size=1), real)
    assert expected == warp(woken(clock, seconds=9))


async def woken(clock: VirtualClock, seconds: int) -> list[int]:
    """Return after how many seconds a clock woke who sleeps."""
    watch = asyncio.create_task(clock.watch())
    found: list[int] = []
    clock.changed.notify = lambda: found.append(round(warped() / SECOND))  # type: ignore[method-assign]
    await asyncio.sleep(seconds)
    watch.cancel()
    return found


async def test_a_clock_goes_on_though_nothing_can_be_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As on a full disk: requests are answered, and what could not be kept is told."""
    real = [START]
    store = SqliteStore(MEMORY, journal_size=1)
    clock = VirtualClock(store, lambda: real[0])
    await store.unit(clock.start)
    store._db.execute("PRAGMA query_only = 1")  # noqa: SLF001 # there is no disk to fill
    real[0] += HOUR
    now = await store.unit(clock.now)
    watch = asyncio.create_task(clock.watch())
    await asyncio.sleep(0)
    watch.cancel()

    assert START + HOUR == now
    assert "how far time has come could not be written" in caplog.text
