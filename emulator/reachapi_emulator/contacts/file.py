"""A data set file: where the bundled one lies; read whole, or refused line by line."""

from array import array
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import count
from operator import itemgetter
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import BinaryIO, Final, NamedTuple, TypeAlias, cast

import orjson

from reachapi_emulator.contacts.errors import DatasetError, Problem
from reachapi_emulator.contacts.fields import CONTACT_KEYS, FIELDS, RECORD_KEYS, quoted

DEFAULT_SIZE: Final = 10_000
DEFAULT_SEED: Final = 9010

_PACKAGE: Final = Path(__file__).resolve().parents[1]

MAX_LINE: Final = 64 * 1024
MAX_ID: Final = 2**31 - 1
Contact: TypeAlias = dict[str, int | str | None]
"""The keys of `CONTACT_KEYS` in order: `id` a number, the others text or null."""

_OPTIONAL: Final = CONTACT_KEYS[len(RECORD_KEYS)]
_TEXT: Final = frozenset({str, NoneType})
_NAMES_LISTED: Final = 5
MAX_LINES: Final = 5_000_000
MAX_PROBLEMS: Final = 20
_searched = itemgetter(*(field.record for field in FIELDS))


def default_path() -> Path:
    """Return the default data set: `DEFAULT_SIZE` contacts."""
    return _fixtures() / "contacts.ndjson"


def vocabulary_path() -> Path:
    """Return the folder of the vocabulary that contacts are made from."""
    return _fixtures() / "vocabulary"


def _fixtures() -> Path:
    """Return the folder inside an installed package, else the checkout's."""
    installed = _PACKAGE / "fixtures"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "fixtures"


class BadContactError(ValueError):
    """A line is no contact.

    Attributes:
        reasons: what is wrong with it, in words.
    """

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


def parse(line: bytes) -> Contact:
    """Return the contact on one line of a data set file.

    Its keys may stand in any order; `company_type` is null when left out.

    Raises:
        BadContactError: it is too long, not a JSON object, or its fields are
            missing, unknown or of the wrong type.
    """
    if len(line) > MAX_LINE:
        raise BadContactError(f"longer than {MAX_LINE // 1024} KiB")
    try:
        contact = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadContactError(f"not JSON: {error.msg}") from None
    if not isinstance(contact, dict):
        raise BadContactError("not a JSON object")
    contact.setdefault(_OPTIONAL, None)
    return cast("Contact", contact if _is_plain(contact) else _mended(contact))


def _is_plain(contact: dict[str, object]) -> bool:
    """Tell, fast, whether nothing needs to be done to a contact."""
    number, *texts = contact.values()
    return (
        tuple(contact) == CONTACT_KEYS
        and _is_id(number)
        and _TEXT.issuperset(map(type, texts))
    )


def _mended(contact: Mapping[str, object]) -> dict[str, object]:
    if reasons := tuple(_reasons(contact)):
        raise BadContactError(*reasons)
    return {key: contact[key] for key in CONTACT_KEYS}


def _reasons(contact: Mapping[str, object]) -> Iterator[str]:
    if missing := [key for key in RECORD_KEYS if key not in contact]:
        yield f"missing {_listed(missing)}"
    for key, value in contact.items():
        if key not in CONTACT_KEYS:
            yield f"unknown field {quoted(key)}{_hint(key)}"
        elif key == "id" and not _is_id(value):
            yield f"id must be a whole number from 1 to {MAX_ID}"
        elif key != "id" and type(value) not in _TEXT:
            yield f"{key} must be text or null"


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= MAX_ID


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMES_LISTED
    tail = f" and {more} more" if more > 0 else ""
    return ", ".join(names[:_NAMES_LISTED]) + tail


def _hint(key: str) -> str:
    near = get_close_matches(quoted(key), CONTACT_KEYS, n=1)
    return f": did you mean {near[0]!r}?" if near else ""


class ContactTable(NamedTuple):
    """What a data set file holds, in id order.

    Attributes:
        records: the wire bytes of each contact.
        codes: for each contact, `len(FIELDS)` positions in `texts`.
        texts: every distinct text of a field that can be searched, and null.
    """

    records: list[bytes]
    codes: "array[int]"
    texts: list[str | None]


def read(path: str | PathLike[str]) -> ContactTable:
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


def _lines_of(file: BinaryIO) -> Iterator[bytes]:
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
        """Read all lines; blank ones, and a byte order mark, are passed over."""
        for number, line in enumerate(_lines_of(file), start=1):
            if number > MAX_LINES:
                self.refuse(number, f"more than {MAX_LINES:,} lines")
                return
            if number == 1:
                line = line.removeprefix(BOM_UTF8)  # noqa: PLW2901 # the same line
            if len(line) > MAX_LINE or not line.isspace():
                self._add(number, line)
        if not (self._records or self.problems):
            self.refuse(None, "no contacts: the file is empty")

    def refuse(self, line: int | None, reason: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, reason))
        else:
            self.more += 1

    def table(self) -> ContactTable:
        """Return the contacts in id order; most files have them so already."""
        ids = list(self._line_of_id)
        order = sorted(range(len(ids)), key=ids.__getitem__)
        table = ContactTable(self._records, self._codes, list(self._code_of))
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


def _reordered(table: ContactTable, order: list[int]) -> ContactTable:
    width = len(FIELDS)
    codes = array("I")
    for row in order:
        codes.extend(table.codes[row * width : (row + 1) * width])
    return ContactTable([table.records[row] for row in order], codes, table.texts)
