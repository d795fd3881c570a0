"""The page about https: its commands run, wherever their program is there."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reachapi_emulator.tls import NAMES
from support.measuring import ran
from support.start import Program, start

PAGE = (Path(__file__).parents[2] / "docs" / "tls.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SERVE, EXPORT, *CLIENTS = BLOCK.findall(PAGE)
PROGRAM = re.compile(r"\b(curl|python3|ruby|node|php|keytool)\b")
NEEDS = {"keytool": ("keytool", "javac")}
VARIABLES = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
VARIABLES_OF_NODE_AND_JAVA = ("NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS")


def program_of(commands: str) -> str:
    found = PROGRAM.search(commands)
    if found is None:
        raise AssertionError(f"no program is known in {commands!r}")
    return found[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("authority")
    with start("program", tls=True, tls_port=0, ca_dir=folder) as program:
        yield program


@pytest.fixture
def path(tmp_path: Path) -> str:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, arguments in (
        ("python3", ""),
        ("reachapi-emulator", "-m reachapi_emulator"),
    ):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        program.chmod(0o755)
    return f"{programs}{os.pathsep}{os.environ['PATH']}"


def run(commands: str, folder: Path, **variables: str) -> str:
    """Run commands as a user would paste them; return what they print."""
    unset = " ".join((*VARIABLES, *VARIABLES_OF_NODE_AND_JAVA))
    done = ran("bash", "-ec", f"unset {unset}\n{commands}", folder=folder, **variables)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("commands", CLIENTS, ids=program_of)
def test_a_client_trusts_the_emulator_as_the_page_says(
    served: Program, tmp_path: Path, path: str, commands: str
) -> None:
    program = program_of(commands)
    for needed in NEEDS.get(program, (program,)):
        if shutil.which(needed, path=path) is None:
            pytest.skip(f"{needed} is not installed")
    port = served.tls_url.rpartition(":")[2]

    printed = run(
        EXPORT + commands.replace(":9443", f":{port}"),
        tmp_path,
        PATH=path,
        REACHAPI_EMULATOR_CA_DIR=str(
            served.certificate and served.certificate.parents[1]
        ),
    )

    assert re.search(r'"status":("ok"|200)', printed)


@pytest.mark.parametrize("commands", CLIENTS, ids=program_of)
def test_no_command_leaves_this_machine(commands: str) -> None:
    vendor = set(re.findall(r"[\w-]+\.reachstream\.com\S*", commands))
    led = {"api-prd.reachstream.com:443:127.0.0.1:9443"}

    assert set() == vendor or (led < vendor and "--connect-to" in commands)


def test_the_page_serves_with_the_option() -> None:
    assert "reachapi-emulator --tls\n" == SERVE


@pytest.mark.parametrize("name", [*VARIABLES, *VARIABLES_OF_NODE_AND_JAVA, *NAMES])
def test_the_page_tells_every_variable_and_name(name: str) -> None:
    assert name in PAGE
