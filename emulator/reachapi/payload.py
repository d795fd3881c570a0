"""The body of a delivery: prepared records between two brackets."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from emulator.contacts.dataset import Dataset
from emulator.contacts.query import join, joined_size

_END = b"]}"


@dataclass(frozen=True, slots=True)
class Payload:
    """What the webhook gets: id, event and records (ruling 27).

    Nothing is serialised again, and every attempt sends the same bytes.
    """

    job: int
    dataset: Dataset
    numbers: BitMap

    @property
    def _start(self) -> bytes:
        return (
            b'{"unique_processing_id":%d,"event":"data_notification","data":['
            % self.job
        )

    def __len__(self) -> int:
        """Return the length in bytes."""
        records = joined_size(self.dataset, self.numbers)
        return len(self._start) + records + len(_END)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes, in batches of about 256 KiB."""
        yield self._start
        yield from join(self.dataset, self.numbers)
        yield _END
