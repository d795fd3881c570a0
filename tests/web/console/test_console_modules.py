"""What the console's modules work out without a page, shown by Node's own tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2] / "console_unit"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_the_modules_pass_their_own_tests() -> None:
    """What fails is told by name, at the end of what Node prints."""
    files = sorted(TESTS.glob("*.test.js"))
    done = subprocess.run(
        [str(NODE), "--no-warnings", "--test", "--test-reporter=spec", *files],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    assert files
