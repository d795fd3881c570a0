"""Real time: that of the machine, though a test in this process has frozen its own.

freezegun puts functions of its own in the place of `time.monotonic` and its like, in
every module that has one as an attribute; inside a partial it does not find them.
time-machine changes the functions themselves, but not what they tell of
CLOCK_MONOTONIC, nor `perf_counter`. SQLite asks the system, whatever Python is told.
"""

import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

_MAX_APART = 100_000_000
"""Nanoseconds between two readings of one clock, on a machine that is busy."""

_DAY = 86_400_000_000_000
_NOW = "SELECT julianday('now') - 2440587.5"

monotonic = (
    partial(time.perf_counter)
    if sys.platform == "win32"
    else partial(time.clock_gettime, time.CLOCK_MONOTONIC)
)
"""Seconds since some instant, never going back."""

running_ns = (
    partial(time.perf_counter_ns)
    if sys.platform == "win32"
    else partial(
        time.clock_gettime_ns, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    )
)
"""Nanoseconds since some instant, those too while the machine was suspended."""

_told_ns = partial(time.time_ns)


def real_time() -> Callable[[], int]:
    """Return a source of microseconds since the epoch that never goes back.

    The machine's wall clock is read once: whatever it is set to afterwards plays no
    part. The time that the machine is suspended counts.
    """
    epoch = _since_epoch() - running_ns()
    return lambda: (epoch + running_ns()) // 1000


def _since_epoch() -> int:
    """Return nanoseconds as Python tells them; SQLite's milliseconds if it lies."""
    import sqlite3  # noqa: PLC0415 # 5 ms that a client need not pay

    with closing(sqlite3.connect(":memory:")) as database:
        ((days,),) = database.execute(_NOW)
    told, known = _told_ns(), round(days * _DAY)
    return told if abs(told - known) < _MAX_APART else known
