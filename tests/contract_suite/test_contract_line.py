"""The contract suite's HTTP client: what it makes of odd answers."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from support.contract import line
from support.contract.line import Answer, Line

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def answering(data: bytes) -> Iterator[str]:
    """Answer one connection with bytes as they are; yield the URL for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(data)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def asked(data: bytes) -> Answer:
    """Return what becomes of an answer's bytes."""
    with answering(data) as url:
        return Line(url).exchange("GET", "/", {}, None)


def test_parameters_of_the_media_type_are_left_out() -> None:
    """A charset makes it no other type."""
    answer = asked(HEAD + b"Content-Type: Application/JSON; charset=utf-8\r\n\r\n{}")

    assert (200, "application/json", {}) == answer.given


def test_what_is_not_json_is_text() -> None:
    """It can be shown, and compared."""
    assert (200, "", "<p>\ufffd") == asked(HEAD + b"\r\n<p>\xff").given


@pytest.mark.parametrize(
    "data", [b"", b"SMTP ready\r\n", HEAD + b"Content-Length: 9\r\n\r\nshort"]
)
def test_what_breaks_on_the_way_is_no_answer(data: bytes) -> None:
    """Its status is 0; the text says what broke."""
    answer = asked(data)

    assert 0 == answer.status
    assert str(answer.body).startswith("no answer: ")


def test_a_redirect_is_not_followed() -> None:
    """The key goes nowhere else."""
    answer = asked(
        b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    )

    assert 302 == answer.status


def test_a_body_without_end_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read further than an answer can be long."""
    monkeypatch.setattr(line, "MAX_BODY", 3)

    assert (0, "", "no answer: a body over 3 bytes") == asked(HEAD + b"\r\nlong").given


def test_a_path_of_the_base_url_comes_first() -> None:
    """The API may be behind a gateway."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        heads = []

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                heads.append(connection.recv(65_536))

        thread = Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/gateway"
        Line(url).exchange("GET", "/api?a=1", {}, None)
        thread.join()

    assert heads[0].startswith(b"GET /gateway/api?a=1 HTTP/1.1\r\n")


@pytest.mark.parametrize("answer", [Answer(200, "", "text"), Answer(404, "", {})])
def test_only_a_success_has_data(answer: Answer) -> None:
    """To ask another for it is a difference."""
    with pytest.raises(AssertionError, match="no success: Answer"):
        _ = answer.data
