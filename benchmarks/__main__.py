"""`python -m benchmarks`: measure, side by side and in turns; print one table."""

import argparse
import sys
from collections.abc import Callable, Iterable

from benchmarks import (
    counts,
    credits as credit_check,
    delivery,
    faults,
    memory,
    pending,
    plugin,
    reset,
    start,
    waiters,
)
from benchmarks.table import Row, table

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "start": start.rows,
    "memory": memory.rows,
    "credits": credit_check.rows,
    "faults": faults.rows,
    "waiters": waiters.rows,
    "counts": counts.rows,
    "delivery": delivery.rows,
    "pending": pending.rows,
    "plugin": plugin.rows,
    "reset": reset.rows,
    "million": counts.rows_of_million,
}
SLOW = ("reset", "million")


def main(arguments: list[str] | None = None) -> None:
    """Run what is asked for and print the table; a missed target is no error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, help="run this one; repeatable"
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"leave out {', '.join(SLOW)}"
    )
    chosen = parser.parse_args(arguments)
    skipped = SLOW if chosen.quick else ()
    names = chosen.only or [name for name in BENCHMARKS if name not in skipped]
    print(table(_measured(names)))


def _measured(names: Iterable[str]) -> Iterable[Row]:
    for name in names:
        print(f"measuring {name} …", file=sys.stderr)
        yield from BENCHMARKS[name]()


if __name__ == "__main__":
    main()
