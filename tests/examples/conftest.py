"""What the examples need of the suite, and a reader does not."""

import pytest


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests and httpx go straight to this machine, whatever is set."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
