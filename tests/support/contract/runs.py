"""The contract suite as a user runs it: a program of its own, from the checkout."""

import os
import subprocess
import sys
from pathlib import Path

Run = subprocess.CompletedProcess[str]

ROOT = Path(__file__).parents[3]
CHECKS = ROOT / "tests" / "contract"
WITHIN = 45
PLUGINS = ("no:cacheprovider", "pytest_asyncio.plugin", "pytest_timeout")
"""Those that pyproject.toml has settings for; the rest would only take time."""


def run(*arguments: str, folder: Path = CHECKS, **variables: str) -> Run:
    """Run the checks of a folder, with arguments and environment variables."""
    plugins = [f"-p{name}" for name in PLUGINS]
    settings = ("-c", str(ROOT / "pyproject.toml"))
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *settings, str(folder), *arguments],
        cwd=ROOT,
        env=_environment() | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN,
    )


def run_live(url: str, key: str, *arguments: str, folder: Path = CHECKS) -> Run:
    """Run it against an API that is taken for a live one, without its waits."""
    return run(
        "-psupport.contract.unhurried",
        *("--base-url", url, *arguments),
        folder=folder,
        PYTHONPATH=str(ROOT / "tests"),
        REACHAPI_API_KEY=key,
    )


def _environment() -> dict[str, str]:
    """Return the environment, without what steers the run that is going on."""
    steering = ("PYTEST_", "REACHAPI_", "COVERAGE_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(steering)
    }
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
