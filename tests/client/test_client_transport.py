"""Requests to the control API: kept connections, and what can go wrong."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from reachapi_emulator.client import ConnectionLost, EmulatorError, transport
from reachapi_emulator.client.transport import Connections, Transport, Wait
from support.stub import CLOCK, Stub


@pytest.fixture
def to_stub(stub: Stub) -> Iterator[Transport]:
    found = Transport(stub.url)
    yield found
    found.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[HTTPConnection]:
    found = []
    make = Connections.new

    def new(self: Connections, timeout: float) -> HTTPConnection:
        found.append(make(self, timeout))
        return found[-1]

    monkeypatch.setattr(Connections, "new", new)
    return found


def test_a_connection_is_used_again(
    to_stub: Transport, opened: list[HTTPConnection]
) -> None:
    for _ in range(5):
        to_stub.send("GET", "/clock")

    assert 1 == len(opened)


def test_one_that_was_idle_for_long_is_closed_and_not_used_again(
    to_stub: Transport,
    opened: list[HTTPConnection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "MAX_IDLE", 0)
    to_stub.send("GET", "/clock")
    to_stub.send("GET", "/clock")

    assert [None, None] == [connection.sock for connection in opened]


def test_after_a_silent_close_a_request_is_repeated_only_if_it_may(
    stub: Stub, to_stub: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other may have arrived; the close is not seen beforehand here."""
    monkeypatch.setattr(transport, "_is_quiet", lambda _: True)
    stub.hang_up = True
    to_stub.send("GET", "/clock")

    assert CLOCK == to_stub.send("GET", "/clock")
    with pytest.raises(ConnectionLost, match="does not answer: is an emulator"):
        to_stub.send("POST", "/clock/advance", {"seconds": 1})


def test_a_connection_that_ends_in_the_middle_is_lost(
    stub: Stub, to_stub: Transport
) -> None:
    stub.answers["GET /clock"] = b""

    with pytest.raises(ConnectionError, match=f"{stub.url} does not answer"):
        to_stub.send("GET", "/clock")


def test_an_answer_that_does_not_come_is_not_waited_for_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        to_silent = Transport(f"http://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(ConnectionLost, match="did not answer in time"):
            to_silent.send("GET", "/clock")

        with pytest.raises(ConnectionLost, match="did not answer in time"):
            to_silent.wait(Wait("/a", {}, 0), Wait("/b", {}, 0))


def test_an_answer_that_is_too_long_is_refused(
    to_stub: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER", 3)

    with pytest.raises(EmulatorError, match="longer than 3 bytes"):
        to_stub.send("GET", "/clock")


def test_ctrl_c_leaves_no_half_used_connection(
    to_stub: Transport,
    opened: list[HTTPConnection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next request would read the answer to the one before."""

    def interrupted(_: HTTPConnection) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transport, "_read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            to_stub.send("GET", "/clock")

    assert [None] == [connection.sock for connection in opened]
    assert CLOCK == to_stub.send("GET", "/clock")


def test_a_refusal_in_other_words_is_shown_as_it_is(
    stub: Stub, to_stub: Transport
) -> None:
    stub.answers["GET /clock"] = 502, b"<h1>Bad Gateway</h1>"

    with pytest.raises(EmulatorError, match="<h1>Bad Gateway</h1>") as refused:
        to_stub.send("GET", "/clock")

    assert 502 == refused.value.status


def test_of_several_waits_the_first_answer_counts(
    stub: Stub, to_stub: Transport
) -> None:
    """Time that is over is an answer, a refusal raises."""
    stub.answers |= {"POST /a": (200, 1), "POST /b": (200, 1)}
    stub.answers |= {"POST /c": (408, {}), "POST /d": (400, {"error": "no"})}

    assert 1 == to_stub.wait(Wait("/a", {"x": 1}, 2), Wait("/b", {}, 3)).json
    assert 408 == to_stub.wait(Wait("/c", {}, 0)).status
    with pytest.raises(EmulatorError, match="no"):
        to_stub.wait(Wait("/d", {}, 0), Wait("/d", {}, 0))


def test_threads_can_share_it(stub: Stub, to_stub: Transport) -> None:
    stub.answers |= {f"GET /{number}": (200, number) for number in range(8)}
    found: list[tuple[int, int]] = []

    def ask(number: int) -> None:
        for _ in range(20):
            found.append((number, to_stub.send("GET", f"/{number}")))  # noqa: PERF401 # each at once

    threads = [Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 160 == len(found)
    assert all(asked == answered for asked, answered in found)


@pytest.mark.parametrize(("ca", "said"), [(None, "SSL"), ("none.pem", "No such file")])
def test_https_that_cannot_be_spoken_is_a_lost_connection(
    stub: Stub, ca: str | None, said: str
) -> None:
    to_https = Transport(stub.url.replace("http", "https"), ca=ca and Path(ca))

    with pytest.raises(ConnectionLost, match=said):
        to_https.send("GET", "/clock")
