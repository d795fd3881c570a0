"""The public names of the package, loaded when they are first used."""

import subprocess
import sys

import pytest

import reachapi_emulator
from reachapi_emulator.embedded import Emulator
from reachapi_emulator.settings import Settings


def test_the_public_names_are_those_of_their_modules() -> None:
    """They are loaded when they are first used."""
    assert [Emulator, Settings] == [
        reachapi_emulator.Emulator,
        reachapi_emulator.Settings,
    ]
    assert {"Emulator", "Settings", "__version__"} == set(reachapi_emulator.__all__)


def test_there_is_no_other_public_name() -> None:
    """It is missing as from any module."""
    with pytest.raises(
        AttributeError, match="module 'reachapi_emulator' has no attribute 'No'"
    ):
        _ = reachapi_emulator.No


def test_importing_the_package_loads_no_server() -> None:
    """The version costs next to nothing."""
    script = (
        "import sys, reachapi_emulator; "
        "print(reachapi_emulator.__version__, 'aiohttp' in sys.modules)"
    )

    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout

    assert f"{reachapi_emulator.__version__} False\n" == printed
