from __future__ import annotations

import pytest

from reachapi_emulator.delivery.outcomes import ErrorCode, Outcome


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_says_what_it_means(code: ErrorCode) -> None:
    """A code carries a sentence, for the page that lists them."""
    assert code.meaning.endswith(".")


def test_a_code_is_its_text() -> None:
    """A code is stored and compared as plain text."""
    assert f"{ErrorCode.REFUSED}" == "refused"


def test_a_code_is_found_by_its_text() -> None:
    """A stored code leads back to its meaning."""
    assert ErrorCode.TLS is ErrorCode("tls")


@pytest.mark.parametrize(
    ("error", "acknowledged"), [(None, True), (ErrorCode.TIMEOUT, False)]
)
def test_an_outcome_without_an_error_is_acknowledged(
    error: str | None, *, acknowledged: bool
) -> None:
    """Acknowledged means that nothing was wrong."""
    assert acknowledged == Outcome(200, error, "", 1).acknowledged
