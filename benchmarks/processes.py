"""The servers under test, in processes of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

ROOT = Path(__file__).resolve().parents[1]
FIGURE = "= "
"""What a line begins with that tells a number."""

_URL = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass
class Server:
    """A process that listens on a port of 127.0.0.1 and says so on its output."""

    pid: int
    asked: IO[str]
    told: IO[str]

    @cached_property
    def url(self) -> str:
        """Where it listens; waits until it says so.

        Raises:
            RuntimeError: it ended without saying so.
        """
        for line in self.told:
            if found := _URL.search(line):
                return found.group()
        raise RuntimeError("the server ended before it listened: run it by hand")

    def figure(self) -> float:
        """Return the next number that it tells; waits for it.

        Raises:
            RuntimeError: it ended without telling any.
        """
        for line in self.told:
            if line.startswith(FIGURE):
                return float(line.removeprefix(FIGURE))
        raise RuntimeError("the server ended before it told what it measured")

    def cpu_time(self) -> float:
        """Return the seconds, user and system, that a metered server has used."""
        self.asked.write("\n")
        self.asked.flush()
        return self.figure()


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Server]:
    """Run `python -m module` until the end of the block; its errors are not shown.

    The environment's settings of the emulator play no part.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("REACHAPI_")},
    ) as process:
        pipes = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        try:
            yield Server(process.pid, *pipes)
        finally:
            process.terminate()
