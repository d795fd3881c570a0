"""The README: what it says can be copied, and is complete."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from reachapi_emulator.settings import Settings
from support.process import Running, running

README = Path(__file__).parents[2] / "README.md"


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


@pytest.mark.parametrize("row", fields(Settings), ids=lambda row: row.name)
def test_every_setting_stands_in_the_table(row: Field[Any]) -> None:
    """The table has each option with its default, unit and help."""
    option = f"`--{row.name.replace('_', '-')}`"
    unit, text = row.metadata["unit"], row.metadata["help"]
    expected = f"| {option} | {_default(row.default)} | {unit} | {text} |"

    assert expected in README.read_text().splitlines()


def test_the_table_has_no_other_setting() -> None:
    """An option that is gone does not stay in the table."""
    listed = re.findall(r"^\| `--([a-z-]+)`", README.read_text(), re.MULTILINE)

    assert [row.name.replace("_", "-") for row in fields(Settings)] == listed


@pytest.fixture
def program() -> Iterator[Running]:
    """An emulator as a program of its own."""
    with running() as program:
        yield program


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_tour_runs_as_it_stands(program: Running) -> None:
    """Copied and pasted, the tour ends with three records less in credits."""
    tour = re.search(r"## A tour.*?```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert tour is not None
    commands = tour[1].replace("http://127.0.0.1:9010", program.url)

    printed = subprocess.run(
        ["bash", "-ec", commands],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout

    assert printed.endswith('"data":{"available_credit":9997}}\n')
    assert '"event":"data_notification"' in printed
