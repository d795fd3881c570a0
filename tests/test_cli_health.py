"""The health command: asks the emulator that is meant, and nobody else."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from support.command import Run
from support.start import Served, free_port, start

URL_FILE = "REACHAPI_EMULATOR_URL_FILE"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("health") / "url"


@pytest.fixture(scope="module")
def served(file: Path) -> Iterator[Served]:
    with start("thread", host="0.0.0.0", url_file=file) as served:
        yield served


def port_of(served: Served) -> str:
    return served.url.rpartition(":")[2]


@pytest.fixture(autouse=True)
def _proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is asked through a proxy."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", ""])
def test_it_asks_at_the_host_and_port_that_are_set(
    run: Run, monkeypatch: pytest.MonkeyPatch, served: Served, host: str
) -> None:
    monkeypatch.setenv("REACHAPI_EMULATOR_PORT", port_of(served))
    status, said, failed = run("--host", host, "health")

    assert (0, "", " serves\n") == (status, failed, said[-8:])
    assert said.startswith("http://")


def test_it_asks_where_the_emulator_has_written_that_it_listens(
    run: Run, monkeypatch: pytest.MonkeyPatch, served: Served, file: Path
) -> None:
    """Whatever port it was started with, as in the image; the port counts for less."""
    monkeypatch.setenv(URL_FILE, str(file))
    monkeypatch.setenv("REACHAPI_EMULATOR_PORT", str(free_port()))

    assert (0, f"{served.url} serves\n", "") == run("health")


@pytest.mark.parametrize("written", [None, b"", b"http://a", b"\xff", b"x" * 2_000])
def test_a_file_that_tells_nothing_leaves_it_at_host_and_port(
    run: Run, served: Served, tmp_path: Path, written: bytes | None
) -> None:
    file = tmp_path / "url"
    if written is not None:
        file.write_bytes(written)
    port = port_of(served)

    assert 0 == run("--url-file", str(file), "--port", port, "health")[0]


def test_a_port_that_nobody_knows_is_refused(run: Run) -> None:
    expected = "--port 0 takes a free port, and which one only --url-file tells\n"

    assert (2, "", f"reachapi-emulator: {expected}") == run("--port", "0", "health")


def test_nobody_there_is_status_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is not set, and no port 80."""
    monkeypatch.setenv("REACHAPI_EMULATOR_PORT", "")
    port = str(free_port())
    status, _, said = run("--port", port, "health")
    timeout = run("health", "--timeout", "0")

    assert (1, 2) == (status, timeout[0])
    assert said.startswith(
        f"reachapi-emulator: http://127.0.0.1:{port} does not serve: "
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            "/_emulator/health answers",
        ),
        (b"SSH-2.0-x\r\n", "SSH-2.0-x"),
        (b"", "Remote end closed connection without response"),
        (None, "timed out"),
    ],
)
def test_somebody_else_there_is_status_1(
    run: Run, answer: bytes | None, reason: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def respond() -> None:
            client, _ = other.accept()
            with client:
                client.recv(4096)
                if answer is None:
                    client.recv(1)
                else:
                    client.sendall(answer)

        thread = Thread(target=respond)
        thread.start()
        port = str(other.getsockname()[1])
        status, _, said = run("--port", port, "health", "--timeout", "0.05")
        thread.join()

    assert 1 == status
    assert reason in said


def test_the_address_is_written_as_long_as_it_is_served(tmp_path: Path) -> None:
    file = tmp_path / "url"
    with start("thread", url_file=file) as served:
        assert f"{served.url}\n" == file.read_text()

    assert not file.exists()


def test_an_address_that_cannot_be_written_is_warned_of(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """A read-only container serves all the same."""
    with start("thread", url_file=tmp_path / "gone" / "url"):
        (said,) = caplog.messages

    assert said.startswith("the address cannot be written: [Errno 2] No such file")
