"""The README's first test: from an empty folder to green, as it is written there."""

import os
import re
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INSTALL = "pip install '../reachapi-emulator[pytest]'"


@pytest.fixture(scope="module")
def section() -> str:
    """What stands under the heading."""
    text = README.read_text(encoding="utf-8")
    return text.partition("\n## Your first test\n")[2].partition("\n## ")[0]


def written(section: str) -> tuple[str, str]:
    """Return the name and the text of the file that a reader saves."""
    name = re.search(r"[Ss]ave this as `(\w+\.py)`", section)
    (text,) = [
        text for language, text in BLOCK.findall(section) if language == "python"
    ]
    return name[1] if name else "", text


def commands(section: str) -> list[str]:
    """Return the commands that a reader types, in their order."""
    blocks = [text for language, text in BLOCK.findall(section) if language == "sh"]
    return "".join(blocks).splitlines()


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as if the reader's environment were this one."""
    programs = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-ec", command],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # none but the one installed
            "PYTEST_ADDOPTS": "-p reachapi -p no:cacheprovider",
            "NO_PROXY": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_it_is_green(section: str, tmp_path: Path) -> None:
    """In a folder with nothing but the file."""
    name, text = written(section)
    (tmp_path / name).write_text(text, encoding="utf-8")

    done = run(tmp_path, commands(section)[-1])

    assert 0 == done.returncode, done.stdout
    assert "1 passed" in done.stdout


def test_it_is_red_if_the_webhook_is_not_handled(section: str, tmp_path: Path) -> None:
    """A receiver that acknowledges and does nothing does not pass."""
    name, text = written(section)
    idle, changes = re.subn(
        r"^( +)names\.extend\(.*$", r"\1pass", text, flags=re.MULTILINE
    )
    (tmp_path / name).write_text(idle, encoding="utf-8")

    done = run(tmp_path, commands(section)[-1])

    assert 1 == changes
    assert 1 == done.returncode, done.stdout
    assert "assert 3 == 0" in done.stdout


def test_it_has_as_many_lines_as_it_says(section: str) -> None:
    """The commands and the file, blank lines aside."""
    _, text = written(section)
    lines = [line for line in text.splitlines() if line.strip()]
    said = re.search(r"(\d+) lines", section)

    assert said
    assert len(commands(section)) + len(lines) == int(said[1])


def test_what_it_installs_can_be_installed(section: str) -> None:
    """The package, with an extra that it has, into an environment of its own."""
    assert [
        "python3 -m venv .venv",
        ". .venv/bin/activate",
        INSTALL,
        "pytest",
    ] == commands(section)
    assert "pytest" in (metadata("reachapi-emulator").get_all("Provides-Extra") or [])
