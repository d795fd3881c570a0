"""Schemathesis, all its checks and phases, against an emulator on a real port."""

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from reachapi_emulator.contacts.file import default_path
from support.measuring import UNMEASURED
from support.process import running

HERE = Path(__file__).parent
HOOKS = str(HERE / "schemathesis_hooks.py")
CONTACTS = 60
"""So few that a delivery of them all is small; they have values in every field."""

ENDS_WITHIN = 55


def few_contacts(folder: Path) -> Path:
    """Write the first contacts of the default data set to a file."""
    file = folder / "contacts.ndjson"
    with default_path().open("rb") as lines:
        file.write_bytes(b"".join(islice(lines, CONTACTS)))
    return file


def findings(url: str, folder: Path) -> str:
    """Return what Schemathesis says, if it finds anything; nothing: ''."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{url}/openapi.json", "--checks", "all", "--no-color"),
        ],
        cwd=folder,  # where it leaves files of its own
        env={**os.environ, **UNMEASURED, "SCHEMATHESIS_HOOKS": HOOKS},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.artefact
@pytest.mark.timeout(ENDS_WITHIN + 20)
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """What the document admits is accepted, all else refused, every answer in it."""
    options = {
        "--dataset": str(few_contacts(tmp_path)),
        "--rate-limit": "0",  # nothing of the document: every test would meet it
        "--credits": "1000000000",  # so many are never spent
        "--validation-delay": "0",
        "--log-level": "warning",  # nobody reads the log while it runs
    }
    arguments = (part for option in options.items() for part in option)
    with running(*arguments, **UNMEASURED) as program:
        assert "" == findings(program.url, tmp_path)
