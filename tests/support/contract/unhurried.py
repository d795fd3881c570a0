"""A plugin for a run of the suite: time to wait is counted, and not waited."""

import time

import pytest

waits: list[object] = []
time.sleep = waits.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how often a request was held back."""
    terminalreporter.write_line(f"held back {len(waits)} times")
