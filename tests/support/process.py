"""An emulator as a program of its own, as users start it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ENDS_WITHIN = 15


@dataclass(frozen=True)
class Running:
    """A started program; its log goes to `process.stderr`."""

    process: subprocess.Popen[str]
    url: str


def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start the program with arguments and environment variables of one's own."""
    return subprocess.Popen(
        [sys.executable, "-m", "reachapi_emulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
    )


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[Running]:
    """Run the program on a free port until the block ends."""
    process = start("--port", "0", *arguments, **variables)
    try:
        yield Running(process, _url(process))
    finally:
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN)


def _url(process: subprocess.Popen[str]) -> str:
    """Return the address that the program prints when it is ready."""
    if process.stdout is None:
        raise AssertionError("the program was started without a pipe")
    found = re.search(r"http://\S+", process.stdout.readline())
    if found is None:
        _, log = process.communicate(timeout=ENDS_WITHIN)
        raise AssertionError(f"the program did not start: {log}")
    return found[0]
