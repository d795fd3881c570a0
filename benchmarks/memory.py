"""Resident memory of an emulator that has just started."""

import re
from contextlib import closing
from pathlib import Path

from benchmarks.client import HEALTH, Client
from benchmarks.processes import running
from benchmarks.table import Row

TARGET = 90.0

_RESIDENT = re.compile(r"^VmRSS:\s*(\d+) kB$", re.MULTILINE)


def rows() -> list[Row]:
    """Look after the first health answer."""
    with (
        running("reachapi_emulator", "--port", "0") as server,
        closing(Client(server.url)) as client,
    ):
        client.send("GET", HEALTH)
        figure = resident(server.pid)
    row = Row(
        what="Resident memory after start",
        figure=figure,
        unit="MB",
        target=TARGET,
        beside="" if figure else "measured on Linux only",
    )
    return [row]


def resident(pid: int) -> float | None:
    """Return the megabytes that a process has in memory; None but on Linux."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    found = _RESIDENT.search(status.read_text())
    return int(found[1]) * 1024 / 1e6 if found else None
