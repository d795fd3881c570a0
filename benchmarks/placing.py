"""On which CPU this process runs, and with it what it starts."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def on_cpu(position: int) -> Iterator[None]:
    """Stay on one CPU until the end of the block; on Linux only.

    Left to itself, the system puts a client and its server on one CPU or on
    two, as it likes; a request on two costs more than twice as much, for the
    waking up in between.

    Args:
        position: among the CPUs there are; -1 is the last.
    """
    if sys.platform != "linux":
        yield
        return
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(every)[position]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)
