"""Programs whose lines need not be measured: what they run, others show."""

import os
import subprocess
from pathlib import Path

UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}
"""Variables under which a program starts without coverage, and is quicker."""


def ran(
    *command: str, folder: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, unmeasured, and return what it has printed."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **UNMEASURED, **variables},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
