"""Contacts for tests, and data set files of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.fields import CONTACT_KEYS
from reachapi_emulator.contacts.file import Contact

EMPTY: Contact = dict.fromkeys(CONTACT_KEYS)


def contact(number: int = 1, **changes: str | None) -> Contact:
    return EMPTY | {"id": number} | changes


def line(row: Mapping[str, object]) -> bytes:
    return orjson.dumps(row) + b"\n"


def saved(folder: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    path = folder / "contacts.ndjson"
    path.write_bytes(b"".join(map(line, rows)))
    return path


def loaded(folder: Path, *rows: Contact) -> Dataset:
    return Dataset.load(saved(folder, rows))
