"""The data set: a file of contacts, as wire bytes and an index by field."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from os import PathLike
from typing import Final, Self

import orjson
from pyroaring import BitMap

from reachapi_emulator.contacts.fields import BY_FILTER, FIELDS, RECORD_KEYS, normalise
from reachapi_emulator.contacts.file import ContactTable, read

_NONE: Final = BitMap()

_HIDDEN: Final = "xxxxx"
_MASKED: Final = dict.fromkeys(RECORD_KEYS) | {
    "contact_name": _HIDDEN,
    "company_company_name": _HIDDEN,
}
_SHOWN: Final = (
    "id",
    "contact_job_title_1",
    "company_address_city",
    "company_address_state",
    "company_address_country",
)
_COLUMNS: Final = {field.filter: column for column, field in enumerate(FIELDS)}


class FieldIndex:
    """The contacts behind each value of one field.

    Blank text is no value, like null. Of several spellings of a value, the
    one with capitals is shown (ruling 33).

    Args:
        codes: for each contact, the position of its text in `texts`.
        texts: every distinct text, or null.
        several: whether a text holds several values, separated by commas.
    """

    __slots__ = ("_numbers", "values")

    values: tuple[str, ...]
    """The distinct values as they are shown, sorted (ruling 15)."""

    def __init__(
        self, codes: Iterable[int], texts: Sequence[str | None], *, several: bool
    ) -> None:
        self._numbers: dict[str, BitMap] = {}
        shown: dict[str, str] = {}
        for code, numbers in _grouped(codes).items():
            for value in _values(texts[code], several=several):
                key = normalise(value)
                shown[key] = min(shown.get(key, value), value, key=_plainness)
                self._numbers.setdefault(key, BitMap()).update(numbers)
        self.values = tuple(sorted(shown.values()))

    def matching(self, value: str) -> BitMap:
        """Return the numbers of the contacts with a normalised `value`.

        The bitmap is the index's own: copy it before changing it.
        """
        return self._numbers.get(value, _NONE)


def _grouped(codes: Iterable[int]) -> dict[int, list[int]]:
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for number, code in enumerate(codes):
        numbers[code].append(number)
    return numbers


def _values(text: str | None, *, several: bool) -> Iterator[str]:
    parts = (text or "").split(",") if several else (text or "",)
    return (value for part in parts if (value := part.strip()))


def _plainness(value: str) -> tuple[bool, bool, str]:
    """Order spellings: those with some capitals, with capitals alone, with none."""
    return value == value.lower(), value == value.upper(), value


class Dataset:
    """Contacts by record number: their rank, from 0, in the order of their ids.

    Attributes:
        records: the wire bytes of each: the JSON object of the 28 keys of the
            vendor's page, in its order.
        size: the length of all of them together.
        everything: all record numbers; copy it before changing it.
    """

    def __init__(self, table: ContactTable) -> None:
        self.records = table.records
        self.size = sum(map(len, table.records))
        self.everything = BitMap(range(len(table.records)))
        self._codes = table.codes
        self._texts = table.texts
        self._indexes: dict[str, FieldIndex] = {}

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a data set file: NDJSON, a contact a line.

        Raises:
            DatasetError: the file cannot be read or has a bad line; nothing
                of it is loaded.
        """
        return cls(read(path))

    def __len__(self) -> int:
        return len(self.records)

    def record(self, number: int) -> bytes:
        """Return the wire bytes of a record."""
        return self.records[number]

    def masked(self, number: int) -> bytes:
        """Return the wire bytes of a record as counts show it (ruling 19)."""
        contact = orjson.loads(self.records[number])
        return orjson.dumps(_MASKED | {key: contact[key] for key in _SHOWN})

    def email(self, number: int) -> str | None:
        """Return the email address of a contact, if it has one."""
        email: str | None = orjson.loads(self.records[number])["contact_email_1"]
        return email

    def rewritten(self, rewrite: Callable[[bytes], bytes]) -> "Dataset":
        """Return the same contacts, found alike, with other wire bytes."""
        records = list(map(rewrite, self.records))
        return Dataset(ContactTable(records, self._codes, self._texts))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the wire bytes: 32 hexadecimal digits, the same for the same."""
        digest = blake2b(digest_size=16)
        for record in self.records:
            digest.update(record)
        return digest.hexdigest()

    def values(self, name: str) -> tuple[str, ...]:
        """Return the distinct values of a filter field, sorted (ruling 15)."""
        return self._index(name).values

    def matching(self, name: str, value: str) -> BitMap:
        """Return the numbers of the records with a normalised value in a filter field.

        The bitmap is the index's own: copy it before changing it.
        """
        return self._index(name).matching(value)

    def _index(self, name: str) -> FieldIndex:
        """Return the index of a field; it is made when first asked for."""
        if name not in self._indexes:
            codes = self._codes[_COLUMNS[name] :: len(FIELDS)]
            several = BY_FILTER[name].several
            self._indexes[name] = FieldIndex(codes, self._texts, several=several)
        return self._indexes[name]
