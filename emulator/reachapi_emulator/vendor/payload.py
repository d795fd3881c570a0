"""Prepared records between two brackets: the body of a delivery, or of an answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.editions import Editions
from reachapi_emulator.contacts.query import join, joined_size
from reachapi_emulator.state.store import Row

_END = b"]}"


@dataclass(frozen=True, slots=True)
class Records:
    """Records by their numbers, in an edition of the data set or in what is served.

    They are looked up when they are written, not inside a unit of work.
    """

    editions: Editions
    edition: int | None
    numbers: BitMap

    @classmethod
    def of(cls, editions: Editions, row: Row) -> Self:
        """Return the records of a job's row."""
        return cls(editions, row["edition"], BitMap.deserialize(row["records"]))

    @property
    def dataset(self) -> Dataset:
        """What the numbers mean."""
        return self.editions.of(self.edition)


@dataclass(frozen=True, slots=True)
class Payload:
    """A JSON object whose last value is a list of records.

    Nothing is serialised again, and it yields the same bytes each time.

    Args:
        start: the object up to and with the bracket that opens the list.
        records: what the list holds.
    """

    start: bytes
    records: Records

    def __len__(self) -> int:
        """Return the length in bytes."""
        size = joined_size(self.records.dataset, self.records.numbers)
        return len(self.start) + size + len(_END)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes, in batches of about 256 KiB."""
        yield self.start
        yield from join(self.records.dataset, self.records.numbers)
        yield _END


def delivery(job: int, records: Records) -> Payload:
    """Return what the webhook gets: id, event and records (ruling 27)."""
    start = b'{"unique_processing_id":%d,"event":"data_notification","data":[' % job
    return Payload(start, records)
