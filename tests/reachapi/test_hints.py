from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.delivery.hints import hint, in_container
from reachapi_emulator.delivery.outcomes import ErrorCode, Outcome

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:8000/hook"


def _answered(status: int, location: str | None = None) -> Outcome:
    error = None if status == 200 else ErrorCode.UNEXPECTED_STATUS
    return Outcome(status, error, "", 1, location)


def _failed(error: ErrorCode) -> Outcome:
    return Outcome(None, error, "", 1)


def test_no_hint_at_a_success() -> None:
    """Nothing is wrong with 200."""
    assert hint(_answered(200), URL, in_container=True) is None


@pytest.mark.parametrize("status", [201, 202, 204, 299])
def test_other_successes(status: int) -> None:
    """A receiver that means well is told that only 200 counts."""
    expected = f"{status} answered: only 200 acknowledges."

    assert expected == hint(_answered(status), URL, in_container=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_names_its_target(status: int) -> None:
    """The target is what should have been configured."""
    expected = (
        "Redirects are not followed: give https://a.example/x as the URL instead."
    )

    assert expected == hint(
        _answered(status, "https://a.example/x"), URL, in_container=False
    )


def test_a_relative_target_is_made_absolute() -> None:
    """The hint can be copied as it stands."""
    text = hint(_answered(308, "/hook/"), URL, in_container=False)

    assert text is not None
    assert " http://127.0.0.1:8000/hook/ " in text


def test_a_redirect_to_nowhere_is_not_explained() -> None:
    """Without a Location there is nothing to suggest."""
    assert hint(_answered(302), URL, in_container=False) is None


def test_a_target_that_is_no_url_is_shown_as_it_is() -> None:
    """The receiver's mistake is part of what there is to see."""
    text = hint(_answered(302, "http://[oops"), URL, in_container=False)

    assert text is not None
    assert " http://[oops " in text


@given(location=st.text())
def test_a_target_is_safe_to_log(location: str) -> None:
    """Whatever the receiver writes, the hint is one short printable line."""
    text = hint(_answered(302, location), URL, in_container=False)

    assert text is not None
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < 300


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_points_at_the_secret(status: int) -> None:
    """A receiver that checks the secret may know another one."""
    text = hint(_answered(status), URL, in_container=False)

    assert text is not None
    assert "webhook_secret_key" in text


def test_a_refusal_points_at_the_underscores() -> None:
    """Werkzeug, gunicorn and nginx drop headers that have them, unless told not to."""
    text = hint(_answered(401), URL, in_container=False)

    assert text is not None
    assert "underscore" in text


@pytest.mark.parametrize("status", [404, 405])
def test_a_wrong_route_points_at_url_and_method(status: int) -> None:
    """The route is not there, or not for POST."""
    text = hint(_answered(status), URL, in_container=False)

    assert text is not None
    assert "POST" in text


@pytest.mark.parametrize("status", [101, 304, 400, 418, 500, 503])
def test_other_statuses_speak_for_themselves(status: int) -> None:
    """No guess where none is likely to be right."""
    assert hint(_answered(status), URL, in_container=True) is None


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]"],
)
def test_refused_on_localhost_inside_a_container(host: str) -> None:
    """The receiver probably runs on the container's host."""
    text = hint(_failed(ErrorCode.REFUSED), f"http://{host}:80/x", in_container=True)

    assert text is not None
    assert "host.docker.internal" in text


@pytest.mark.parametrize(
    ("url", "inside"), [(URL, False), ("http://receiver:8000/hook", True)]
)
def test_refused_elsewhere_speaks_for_itself(url: str, *, inside: bool) -> None:
    """Outside a container, or on another host, localhost is no trap."""
    assert hint(_failed(ErrorCode.REFUSED), url, in_container=inside) is None


def test_tls_on_a_plain_port() -> None:
    """A failed handshake often means http, or a private CA."""
    text = hint(_failed(ErrorCode.TLS), "https://127.0.0.1/", in_container=False)

    assert text is not None
    assert "http://" in text
    assert "SSL_CERT_FILE" in text


def test_http_on_a_tls_port() -> None:
    """A TLS port answers plain HTTP with something that is not HTTP."""
    text = hint(_failed(ErrorCode.INVALID_RESPONSE), URL, in_container=False)

    assert text is not None
    assert "https://" in text


def test_an_invalid_response_over_tls_speaks_for_itself() -> None:
    """The URL is https already."""
    outcome = _failed(ErrorCode.INVALID_RESPONSE)

    assert hint(outcome, "https://127.0.0.1/", in_container=False) is None


def test_a_slow_receiver_is_told_to_answer_first() -> None:
    """The work belongs after the answer."""
    text = hint(_failed(ErrorCode.TIMEOUT), URL, in_container=False)

    assert text is not None
    assert text.startswith("Answer 200 first")


@pytest.mark.parametrize("marker", [".dockerenv", "run/.containerenv"])
def test_a_container_is_recognised(marker: str, tmp_path: Path) -> None:
    """Docker and Podman each leave a file of their own."""
    file = tmp_path / marker
    file.parent.mkdir(exist_ok=True)
    file.touch()

    assert in_container(tmp_path)


def test_a_plain_machine_is_no_container(tmp_path: Path) -> None:
    """Without either file nothing points at a container."""
    assert not in_container(tmp_path)
