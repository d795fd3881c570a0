"""Credits while many wait for requests, beside credits while nobody does."""

import socket
from contextlib import ExitStack
from statistics import median
from urllib.parse import urlsplit

import orjson

from benchmarks.credits import EMULATOR, Subject
from benchmarks.measuring import interleaved, ratio
from benchmarks.placing import on_cpu
from benchmarks.table import Row

TARGET = 1.2
WAITERS = 32

_WANTED = orjson.dumps({"account": "demo", "operation": "counts", "timeout": 600})
_WAIT = (
    b"POST /_emulator/requests/wait HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_WANTED), _WANTED)
)


def rows(rounds: int = 40, batch: int = 1_000) -> list[Row]:
    """Compare two emulators' CPU time a request, in batches that take turns.

    A quarter of the rounds goes before, by default enough to fill the journal.
    """
    with ExitStack() as exits:
        with on_cpu(0):
            command = (*EMULATOR, "error")
            without, beside = (Subject(exits, command, batch) for _ in range(2))
        for _ in range(WAITERS):
            wait(exits, beside.url)
        measures = [without.measure, beside.measure]
        interleaved(measures, rounds // 4)
        with on_cpu(-1):
            off, on = interleaved(measures, rounds)
    return [
        Row(
            what=f"Credits while {WAITERS} wait for other requests: times without",
            figure=ratio(on, off),
            target=TARGET,
            beside=f"{median(on):.1f} us to {median(off):.1f} us a request",
        )
    ]


def wait(exits: ExitStack, url: str) -> None:
    """Wait, on a connection of its own, for a request that never comes."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
    exits.enter_context(connection).sendall(_WAIT)
