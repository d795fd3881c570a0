"""The command line, run in this process."""

from collections.abc import Callable

import pytest

from reachapi_emulator.cli.serve import main

Run = Callable[..., tuple[int, str, str]]
"""Takes arguments; returns the exit status, and what is printed and said."""


def running(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs the command line."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
        return int(ended.value.code or 0), *capsys.readouterr()

    return run
