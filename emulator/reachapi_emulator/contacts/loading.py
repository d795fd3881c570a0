"""A data set file is read whole, or refused with all that is wrong with it."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from operator import itemgetter
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

import orjson

from reachapi_emulator.contacts.contact import MAX_LINE, BadContactError, Contact, parse
from reachapi_emulator.contacts.errors import DatasetError, Problem
from reachapi_emulator.contacts.fields import FIELDS

MAX_LINES: Final = 5_000_000
MAX_PROBLEMS: Final = 20

_searched = itemgetter(*(field.record for field in FIELDS))


class Table(NamedTuple):
    """What a data set file holds, in id order.

    Attributes:
        records: the wire bytes of each contact.
        codes: for each contact, `len(FIELDS)` positions in `texts`.
        texts: every distinct text of a field that can be searched, and null.
    """

    records: list[bytes]
    codes: "array[int]"
    texts: list[str | None]


def read(path: str | PathLike[str]) -> Table:
    """Return what the data set file at `path` holds.

    Raises:
        DatasetError: it cannot be read, is empty, or has a bad line; all of
            its problems are found, the first `MAX_PROBLEMS` of them listed.
    """
    reader = _Reader()
    try:
        with Path(path).open("rb") as file:
            reader.read(file)
    except OSError as error:
        reader.refuse(None, error.strerror or str(error))
    if reader.problems:
        raise DatasetError(path, tuple(reader.problems), reader.more)
    return reader.table()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; one over the limit as its beginning alone."""
    while line := file.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE + 1)


class _Reader:
    """What was read so far, and what was wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.more = 0
        self._records: list[bytes] = []
        self._codes = array("I")
        self._code_of: defaultdict[str | None, int] = defaultdict(count().__next__)
        self._line_of_id: dict[int, int] = {}

    def read(self, file: BinaryIO) -> None:
        number = 0
        for number, line in enumerate(_lines(file), start=1):
            if number > MAX_LINES:
                self.refuse(number, f"more than {MAX_LINES:,} lines")
                return
            self._add(number, line)
        if not number:
            self.refuse(None, "no contacts: the file is empty")

    def refuse(self, line: int | None, reason: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, reason))
        else:
            self.more += 1

    def table(self) -> Table:
        """Return the contacts in id order; most files have them so already."""
        ids = list(self._line_of_id)
        order = sorted(range(len(ids)), key=ids.__getitem__)
        table = Table(self._records, self._codes, list(self._code_of))
        return table if order == list(range(len(ids))) else _reordered(table, order)

    def _add(self, number: int, line: bytes) -> None:
        try:
            contact = parse(line)
        except BadContactError as error:
            for reason in error.reasons:
                self.refuse(number, reason)
        else:
            self._keep(number, contact)

    def _keep(self, number: int, contact: Contact) -> None:
        identifier = cast("int", contact["id"])
        first = self._line_of_id.setdefault(identifier, number)
        if first != number:
            self.refuse(number, f"duplicate id {identifier}, first on line {first}")
        self._codes.extend(map(self._code_of.__getitem__, _searched(contact)))
        del contact["company_type"]
        # Copied: what orjson returns holds on to a far larger buffer.
        self._records.append(bytes(memoryview(orjson.dumps(contact))))


def _reordered(table: Table, order: list[int]) -> Table:
    width = len(FIELDS)
    codes = array("I")
    for row in order:
        codes.extend(table.codes[row * width : (row + 1) * width])
    return Table([table.records[row] for row in order], codes, table.texts)
