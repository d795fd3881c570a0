"""Credits over HTTP with everything on, beside a bare handler of the same body."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median
from urllib.parse import urlsplit

from benchmarks.client import CREDITS
from benchmarks.measuring import Measure, interleaved, ratio
from benchmarks.placing import on_cpu
from benchmarks.processes import running
from benchmarks.table import Row

TARGET = 1.5

EMULATOR = (
    "reachapi_emulator",
    "--port",
    "0",
    "--rate-limit",
    "1000000",
    "--log-level",
)
_COMMANDS = (("benchmarks.bare",), (*EMULATOR, "error"), (*EMULATOR, "info"))
_PLACES = {"client on another CPU": -1, "client on the same CPU": 0}
_REQUEST = (
    f"POST {CREDITS} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: demo-api-key\r\n"
    "Content-Type: application/json\r\nAccept: application/json\r\n"
    "Content-Length: 0\r\n\r\n"
).encode()


def rows(rounds: int = 40, batch: int = 1_000) -> list[Row]:
    """Compare the servers' CPU time a request, in batches that take turns.

    A quarter of the rounds goes before, by default enough to fill the journal.
    """
    with ExitStack() as exits:
        with on_cpu(0):
            subjects = [Subject(exits, command, batch) for command in _COMMANDS]
        _check_alike(subjects)
        measures = [subject.measure for subject in subjects]
        interleaved(measures, rounds // 4)
        return [row for place in _PLACES for row in _rows(place, measures, rounds)]


class Subject:
    """A metered server and a keep-alive connection to it.

    Args:
        exits: end it.
        command: starts it.
        batch: how many requests are measured together.

    Attributes:
        url: where it listens.
    """

    def __init__(self, exits: ExitStack, command: tuple[str, ...], batch: int) -> None:
        self._server = exits.enter_context(running("benchmarks.metered", *command))
        self.url = self._server.url
        url = urlsplit(self.url)
        connection = socket.create_connection((url.hostname, url.port), timeout=10)
        self._connection = exits.enter_context(connection)
        self._batch = batch

    def ask(self) -> bytes:
        """Send a request, expect 200, return the body of the answer."""
        self._connection.sendall(_REQUEST)
        head, _, body = self._connection.recv(4096).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or not body:
            raise RuntimeError(f"credits: {head!r}")
        return body

    def measure(self) -> float:
        """Return the microseconds of CPU time a request, over a batch."""
        before = self._server.cpu_time()
        for _ in range(self._batch):
            self.ask()
        return (self._server.cpu_time() - before) / self._batch * 1e6


def _check_alike(subjects: Sequence[Subject]) -> None:
    if len({subject.ask() for subject in subjects}) != 1:
        raise RuntimeError("the servers do not answer alike: mend benchmarks/bare.py")


def _rows(place: str, measures: Sequence[Measure], rounds: int) -> Iterator[Row]:
    with on_cpu(_PLACES[place]):
        bare, silent, logging = interleaved(measures, rounds)
    yield _row(f"Credits, CPU time, {place}: times bare", silent, bare, TARGET)
    yield _row("  the same, with log lines", logging, bare)


def _row(
    what: str, figures: list[float], bare: list[float], target: float | None = None
) -> Row:
    return Row(
        what=what,
        figure=ratio(figures, bare),
        target=target,
        beside=f"{median(figures):.0f} us to {median(bare):.0f} us a request",
    )
