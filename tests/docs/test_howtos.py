"""The how-tos: the page shows the examples as they are, and they run wherever."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reachapi_emulator.embedded import Emulator
from support.measuring import ran

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howtos.md"
EXAMPLES = ROOT / "tests" / "examples"
NOT_FOR_READERS = {"conftest.py"}
ADDRESS = "http://127.0.0.1:9010"
JAVASCRIPT = f"REACHAPI_URL={ADDRESS} node --test\n"
PARALLEL = f"pytest -n 2 --reachapi-url {ADDRESS}\n"
NAMED = "-p reachapi_emulator.pytest_plugin -p asyncio -p xdist -p no:cacheprovider"
"""The plugins that the page names: others cost seconds."""
SHOWN = re.compile(
    r"^\[(\S+)\]\(\.\./tests/examples/\1\):\n\n```\w+\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def examples() -> dict[str, str]:
    files = [path for path in EXAMPLES.iterdir() if path.is_file()]
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in files
        if path.name not in NOT_FOR_READERS
    }


def run(folder: Path, url: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on an emulator, as a reader would."""
    return ran(
        *command,
        folder=folder,
        REACHAPI_URL=url,
        NO_PROXY="127.0.0.1",
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        PYTEST_ADDOPTS=NAMED,
    )


def test_the_page_shows_every_example_as_it_is() -> None:
    shown = SHOWN.findall(PAGE.read_text(encoding="utf-8"))

    assert examples() == dict(shown)
    assert len(examples()) == len(shown)


def test_nothing_on_the_page_is_unproven() -> None:
    text = SHOWN.sub("", PAGE.read_text(encoding="utf-8"))
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    assert [JAVASCRIPT, PARALLEL] == blocks
    assert text.count("```") == 2 * len(blocks)


@pytest.mark.slow
def test_copied_elsewhere_they_pass_in_parallel_on_one_emulator(
    tmp_path: Path, reachapi_server: Emulator
) -> None:
    for name, text in examples().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = PARALLEL.replace(ADDRESS, reachapi_server.url)

    done = run(tmp_path, reachapi_server.url, sys.executable, "-m", *command.split())

    assert 0 == done.returncode, done.stdout
    assert "2 workers" in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_example_in_javascript_passes_and_can_fail(
    tmp_path: Path, reachapi_server: Emulator
) -> None:
    text = examples()["webhook.test.mjs"]
    changed = text.replace("fetchContacts(key, 3)", "fetchContacts(key, 2)")
    for name, code in (("webhook", text), ("changed", changed)):
        (tmp_path / f"{name}.test.mjs").write_text(code, encoding="utf-8")

    done = run(tmp_path, reachapi_server.url, "node", "--test")

    assert 1 == done.returncode
    assert "# pass 1\n# fail 1\n" in done.stdout
    assert "2 !== 3" in done.stdout
