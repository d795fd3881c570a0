"""What is built of a checkout can be installed, serves, and carries what it needs."""

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from support.measuring import UNMEASURED

pytestmark = pytest.mark.artefact

ROOT = Path(__file__).parents[1]
PATIENCE = 300
"""Real seconds: packages may have to be fetched."""


def run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert 0 == done.returncode, f"{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    hatch = (sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d")
    run(*hatch, folder, cwd=ROOT)
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--quiet", "wheel")
    run(*pip, "--no-deps", "--no-build-isolation", "-w", folder, sdist, cwd=folder)
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    pip = (programs / "python", "-m", "pip", "--quiet", "install")
    run(*pip, "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    return programs


def test_the_source_carries_every_file_that_its_tests_need(sdist: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    kept = {name for name in listed.split("\0") if name and name[0] != "."}
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}

    assert set() == kept - packed


def test_the_wheel_carries_the_data_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    data = "reachapi_emulator/fixtures"

    assert f"{data}/contacts.ndjson" in names
    assert any(name.startswith(f"{data}/vocabulary/") for name in names)
    assert {"reachapi_emulator"} == {
        name.split("/")[0] for name in names if ".dist-info/" not in name
    }


def test_what_is_installed_serves_from_another_directory(
    programs: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [programs / "reachapi-emulator", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, **UNMEASURED, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = re.search(r"http://\S+", process.stdout.readline())
            assert url
            with urlopen(f"{url[0]}/_emulator/health", timeout=10) as answer:  # noqa: S310 # loopback
                health = json.load(answer)
        finally:
            process.terminate()

    assert ("ok", 10_000) == (health["status"], health["contacts"])
