"""The clients that the fidelity page calls proven are those that run."""

import re
from pathlib import Path

from support.sample_clients import proven

PAGE = Path(__file__).parents[2] / "docs" / "fidelity.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)


def test_every_client_that_runs_is_named_and_no_other() -> None:
    """Operation by operation, in the order of their names."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition("## Clients proven\n")[2].partition("\n## ")[0]
    named = {operation: names.split(", ") for operation, names in ROW.findall(section)}

    assert proven() == named
