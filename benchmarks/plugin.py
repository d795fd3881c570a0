"""The pytest plugin: what it adds to a run without it, and what an account costs."""

import subprocess
import sys
from contextlib import ExitStack
from statistics import median
from time import perf_counter

from benchmarks.processes import running
from benchmarks.table import Row
from reachapi_emulator.client import Driver

TARGET_OF_IMPORT = 30.0
TARGET_OF_ACCOUNT = 5.0

_IMPORT = """
import pytest
from time import perf_counter
began = perf_counter()
import reachapi_emulator.pytest_plugin
print(perf_counter() - began)
"""


def rows(rounds: int = 15, accounts: int = 200) -> list[Row]:
    """Import the plugin in processes of their own; open and delete accounts."""
    imports = [imported() for _ in range(rounds)]
    with ExitStack() as exits:
        url = exits.enter_context(running("reachapi_emulator", "--port", "0")).url
        driver = exits.enter_context(Driver.connect(url))
        costs = [opened(driver) for _ in range(accounts)]
    return [
        _row("pytest plugin: import into a run of pytest", imports, TARGET_OF_IMPORT),
        _row("pytest plugin: an isolated account", costs, TARGET_OF_ACCOUNT),
    ]


def imported() -> float:
    """Return the milliseconds of the plugin's import in a process that has pytest."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], check=True, capture_output=True, text=True
    )
    return float(done.stdout) * 1000


def opened(driver: Driver) -> float:
    """Return the milliseconds of an account's opening and deletion."""
    began = perf_counter()
    with driver.account():
        pass
    return (perf_counter() - began) * 1000


def _row(what: str, figures: list[float], target: float) -> Row:
    return Row(
        what=what,
        figure=median(figures),
        unit="ms",
        target=target,
        beside=f"{min(figures):.1f} to {max(figures):.1f} ms",
    )
