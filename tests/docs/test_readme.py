"""The README: what it says can be copied, and is complete."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import Field, fields
from importlib.metadata import metadata
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from reachapi_emulator.settings import Settings
from support.measuring import ran
from support.start import Program, start

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_TEST = README.partition("\n## Your first test\n")[2].partition("\n## ")[0]
COMMANDS = [
    line
    for language, text in BLOCK.findall(FIRST_TEST)
    for line in text.splitlines()
    if language == "sh"
]
(WRITTEN,) = (text for language, text in BLOCK.findall(FIRST_TEST) if language != "sh")


def _default(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return "`off`"
        case tuple():
            return f"`{','.join(f'{wait:g}' for wait in value)}`"
        case float():
            return f"`{value:g}`"
    return f"`{value}`"


def _option(row: Field[Any]) -> str:
    return f"--{row.name.replace('_', '-')}"


@pytest.mark.parametrize("row", fields(Settings), ids=lambda row: row.name)
def test_every_setting_stands_in_the_table(row: Field[Any]) -> None:
    unit, text = row.metadata["unit"], row.metadata["help"]
    expected = f"| `{_option(row)}` | {_default(row.default)} | {unit} | {text} |"

    assert expected in README.splitlines()


def test_the_table_has_no_other_setting() -> None:
    listed = re.findall(r"^\| `(--[a-z-]+)`", README, re.MULTILINE)

    assert [_option(row) for row in fields(Settings)] == listed


def run(folder: Path, command: str) -> CompletedProcess[str]:
    """Run a command as if the reader's environment were this one."""
    programs = Path(sys.executable).parent
    return ran(
        *("bash", "-ec", command),
        folder=folder,
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",  # none but the one installed
        PYTEST_ADDOPTS="-p reachapi_emulator.pytest_plugin -p no:cacheprovider",
        NO_PROXY="127.0.0.1",
    )


@pytest.fixture
def program() -> Iterator[Program]:
    with start("program") as program:
        yield program


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_tour_runs_as_it_stands(program: Program, tmp_path: Path) -> None:
    tour = re.search(r"## A tour.*?```sh\n(.*?)```", README, re.DOTALL)
    assert tour is not None
    done = run(tmp_path, tour[1].replace("http://127.0.0.1:9010", program.url))

    assert 0 == done.returncode
    assert done.stdout.endswith('"data":{"available_credit":9997}}\n')
    assert '"event":"data_notification"' in done.stdout


@pytest.mark.slow
def test_the_first_test_is_green_and_red_if_the_webhook_is_not_handled(
    tmp_path: Path,
) -> None:
    name = re.search(r"[Ss]ave this as `(\w+\.py)`", FIRST_TEST)
    assert name
    idle, changes = re.subn(
        r"^( +)names\.extend\(.*$", r"\1pass", WRITTEN, flags=re.MULTILINE
    )
    assert 1 == changes
    for file, text in ((name[1], WRITTEN), ("test_idle.py", idle)):
        (tmp_path / file).write_text(text, encoding="utf-8")
    done = run(tmp_path, COMMANDS[-1])

    assert 1 == done.returncode
    assert "1 failed, 1 passed" in done.stdout
    assert re.search(r"^FAILED test_idle\.py.*assert 3 == 0", done.stdout, re.MULTILINE)


def test_the_first_test_has_as_many_lines_as_it_says() -> None:
    said = re.search(r"(\d+) lines", FIRST_TEST)
    lines = [*COMMANDS, *filter(str.strip, WRITTEN.splitlines())]

    assert said
    assert len(lines) == int(said[1])


def test_what_the_first_test_installs_can_be_installed() -> None:
    assert [
        "python3 -m venv .venv",
        ". .venv/bin/activate",
        "pip install '../reachapi-emulator[pytest]'",
        "pytest",
    ] == COMMANDS
    assert "pytest" in (metadata("reachapi-emulator").get_all("Provides-Extra") or [])
