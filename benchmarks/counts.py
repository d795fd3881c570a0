"""Counts over three fields, straight through the query module."""

import sys
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.table import Row
from reachapi_emulator.contacts import query
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import DEFAULT_SEED, default_path
from reachapi_emulator.contacts.generate.contacts import write

MILLION = 1_000_000
TARGET = 50.0
TARGET_OF_MILLION = 2_500.0

FILTER = {
    "job_title_level": {"0": "C-Suite", "1": "Manager"},
    "company_address_country": {"0": "United States"},
    "company_industry_categories_list": {"0": "Healthcare"},
}


def rows(rounds: int = 200, batch: int = 100) -> list[Row]:
    """Count in the default data set."""
    return [_row(Dataset.load(default_path()), TARGET, rounds, batch)]


def rows_of_million(
    rounds: int = 200, batch: int = 10, size: int = MILLION
) -> list[Row]:
    """Count in a data set that is made for it and removed afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "contacts.ndjson")
        with path.open("wb") as file:
            write(file, size, DEFAULT_SEED, _progress(size))
        print("\nloading them", file=sys.stderr)
        dataset = Dataset.load(path)
    return [_row(dataset, TARGET_OF_MILLION, rounds, batch)]


def _progress(size: int) -> Callable[[int], None]:
    """Return what tells a person, and no log file, how far it is."""

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {size:,} contacts", end="", file=sys.stderr)

    return tell


def _row(dataset: Dataset, target: float, rounds: int, batch: int) -> Row:
    first = _microseconds(dataset, 1)
    later = [_microseconds(dataset, batch) for _ in range(rounds)]
    return Row(
        what=f"Count over three fields of {len(dataset):,} contacts",
        figure=median(later),
        unit="us",
        target=target,
        beside=f"fastest {min(later):,.0f} us; the first query, "
        f"which makes the index, {first / 1000:,.0f} ms",
    )


def _microseconds(dataset: Dataset, batch: int) -> float:
    """Return what a count takes, over a batch of them."""
    began = perf_counter()
    for _ in repeat(None, batch):
        len(query.match(dataset, query.parse_filter(FILTER)))
    return (perf_counter() - began) / batch * 1e6
