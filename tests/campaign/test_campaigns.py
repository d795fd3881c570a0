import subprocess
import sys
from pathlib import Path

import pytest

from campaign.report import CampaignReport

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.artefact
@pytest.mark.parametrize(
    "campaign",
    ["kills --kills 5", "disk --fills 3", "hostile", "traffic --minutes 0.1"],
)
def test_a_short_one_sees_every_promise_held(campaign: str) -> None:
    command = [sys.executable, "-m", "campaign", "--only", *campaign.split()]
    variables = {"PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
    ended = subprocess.run(
        command, env=variables, capture_output=True, text=True, check=False
    )

    assert (0, True) == (ended.returncode, "every promise held" in ended.stdout), ended


def test_a_broken_promise_is_told() -> None:
    report = CampaignReport("kills", {"kills": 5})
    report.expect(1, 1, "charges")
    report.expect("delivered", "delivering", "the state of job 1300")

    assert (
        "kills\n  kills: 5\n  BROKEN the state of job 1300: 'delivering' instead of "
        "'delivered'"
    ) == str(report)
