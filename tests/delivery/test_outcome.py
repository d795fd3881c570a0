from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.delivery.outcome import ErrorCode, Outcome, hint, in_container

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:8000/hook"
TLS_URL = "https://127.0.0.1:8000/hook"


def _answered(status: int, location: str | None = None) -> Outcome:
    error = None if status == 200 else ErrorCode.UNEXPECTED_STATUS
    return Outcome(status, error, "", 1, location)


def _hint(come_to: int | ErrorCode, url: str = URL, *, inside: bool = False) -> str:
    outcome = (
        Outcome(None, come_to, "", 1)
        if isinstance(come_to, ErrorCode)
        else _answered(come_to)
    )
    return hint(outcome, url, in_container=inside) or ""


def _redirect(location: str) -> str:
    return hint(_answered(302, location), URL, in_container=False) or ""


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_says_what_it_means(code: ErrorCode) -> None:
    """A code carries a sentence, for the page that lists them."""
    assert code.meaning.endswith(".")


def test_a_code_is_its_text_and_found_by_it() -> None:
    assert ErrorCode.TLS is ErrorCode("tls")
    assert "refused" == f"{ErrorCode.REFUSED}"


@pytest.mark.parametrize(
    ("error", "acknowledged"), [(None, True), (ErrorCode.TIMEOUT, False)]
)
def test_an_outcome_without_an_error_is_acknowledged(
    error: str | None, *, acknowledged: bool
) -> None:
    assert acknowledged == Outcome(200, error, "", 1).acknowledged


@pytest.mark.parametrize(
    ("come_to", "url", "expected"),
    [
        *(
            (status, URL, f"{status} answered: only 200 acknowledges.")
            for status in (201, 202, 204, 299)
        ),
        (401, URL, "webhook_secret_key"),
        (401, URL, "underscore"),  # which Werkzeug, gunicorn and nginx may drop
        (403, URL, "webhook_secret_key"),
        (404, URL, "POST"),
        (405, URL, "POST"),
        (ErrorCode.TLS, TLS_URL, "http://"),
        (ErrorCode.TLS, TLS_URL, "SSL_CERT_FILE"),
        (ErrorCode.INVALID_RESPONSE, URL, "https://"),
        (ErrorCode.TIMEOUT, URL, "Answer 200 first"),
    ],
)
def test_a_likely_mistake_is_named(
    come_to: int | ErrorCode, url: str, expected: str
) -> None:
    assert expected in _hint(come_to, url)


@pytest.mark.parametrize(
    ("come_to", "url", "inside"),
    [
        *((status, URL, True) for status in (200, 101, 304, 400, 418, 500, 503)),
        (302, URL, False),  # without a Location there is nothing to suggest
        (ErrorCode.REFUSED, URL, False),
        (ErrorCode.REFUSED, "http://receiver:8000/hook", True),
        (ErrorCode.INVALID_RESPONSE, TLS_URL, False),
    ],
)
def test_no_guess_where_none_is_likely_to_be_right(
    come_to: int | ErrorCode, url: str, *, inside: bool
) -> None:
    assert "" == _hint(come_to, url, inside=inside)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]"],
)
def test_refused_on_localhost_inside_a_container(host: str) -> None:
    """The receiver probably runs on the container's host."""
    text = _hint(ErrorCode.REFUSED, f"http://{host}:80/x", inside=True)

    assert "host.docker.internal" in text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("/hook/", "http://127.0.0.1:8000/hook/"),
        ("http://[oops", "http://[oops"),
    ],
)
def test_a_redirect_names_its_target(status: int, location: str, target: str) -> None:
    """It is made absolute; one that is no URL is shown as it is."""
    outcome = _answered(status, location)
    expected = f"Redirects are not followed: give {target} as the URL instead."

    assert expected == hint(outcome, URL, in_container=False)


@given(location=st.text())
def test_a_target_is_safe_to_log(location: str) -> None:
    """Whatever the receiver writes, the hint is one short printable line."""
    text = _redirect(location)

    assert text.isascii()
    assert text.isprintable()
    assert 0 < len(text) < 300


@pytest.mark.parametrize(
    ("marker", "expected"),
    [(".dockerenv", True), ("run/.containerenv", True), ("run/other", False)],
)
def test_a_container_is_recognised(
    marker: str, tmp_path: Path, *, expected: bool
) -> None:
    """Docker and Podman each leave a file of their own."""
    file = tmp_path / marker
    file.parent.mkdir(exist_ok=True)
    file.touch()

    assert expected == in_container(tmp_path)
