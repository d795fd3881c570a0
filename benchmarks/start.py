"""From process start to the first healthy answer, beside an import of aiohttp.web."""

import subprocess
import sys
from contextlib import closing
from statistics import median
from time import perf_counter

from benchmarks.client import HEALTH, Client
from benchmarks.measuring import interleaved, ratio
from benchmarks.processes import running
from benchmarks.table import Row

TARGET = 2.0


def rows(rounds: int = 9) -> list[Row]:
    """Start both in turns; the first round, which fills the caches, does not count."""
    interleaved([start, bare_import], 1)
    started, imported = interleaved([start, bare_import], rounds)
    row = Row(
        what="Process start to the first health answer: times import aiohttp.web",
        figure=ratio(started, imported),
        target=TARGET,
        beside=f"{median(started):.0f} ms to {median(imported):.0f} ms",
    )
    return [row]


def start() -> float:
    """Return the milliseconds until an emulator answers."""
    began = perf_counter()
    with (
        running("reachapi_emulator", "--port", "0") as server,
        closing(Client(server.url)) as client,
    ):
        client.send("GET", HEALTH)
        return (perf_counter() - began) * 1000


def bare_import() -> float:
    """Return the milliseconds of a process that imports aiohttp.web and ends."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True)
    return (perf_counter() - began) * 1000
