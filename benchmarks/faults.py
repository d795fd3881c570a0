"""Credits without a fault rule, beside one with a rule for another account."""

from contextlib import ExitStack, closing
from statistics import median

from benchmarks.client import Client
from benchmarks.credits import EMULATOR, Subject
from benchmarks.measuring import interleaved, ratio
from benchmarks.placing import on_cpu
from benchmarks.table import Row

TARGET = 1.05

_RULE = {
    "phase": "request",
    "kind": "EMPTY_RESPONSE",
    "account": "test-somebody-else",
}


def rows(rounds: int = 40, batch: int = 1_000) -> list[Row]:
    """Compare two emulators' CPU time a request, in batches that take turns."""
    with ExitStack() as exits:
        with on_cpu(0):
            command = (*EMULATOR, "error")
            without, beside = (Subject(exits, command, batch) for _ in range(2))
        with closing(Client(beside.url)) as client:
            client.json("POST", "/_emulator/faults", _RULE)
        measures = [without.measure, beside.measure]
        interleaved(measures, rounds // 4)
        with on_cpu(-1):
            off, on = interleaved(measures, rounds)
    return [
        Row(
            what="Credits beside a fault rule for another account: times without",
            figure=ratio(on, off),
            target=TARGET,
            beside=f"{median(on):.1f} us to {median(off):.1f} us a request",
        )
    ]
