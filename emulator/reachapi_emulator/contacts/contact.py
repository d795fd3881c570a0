"""One line of a data set file: a contact, or the reasons why it is none."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import NoneType
from typing import Final, TypeAlias, cast

import orjson

from reachapi_emulator.contacts.fields import CONTACT_KEYS, RECORD_KEYS, quoted

MAX_LINE: Final = 64 * 1024
MAX_ID: Final = 2**31 - 1

Contact: TypeAlias = dict[str, int | str | None]
"""The keys of `CONTACT_KEYS` in order: `id` a number, the others text or null."""

_OPTIONAL: Final = CONTACT_KEYS[len(RECORD_KEYS)]
_TEXT: Final = frozenset({str, NoneType})
_NAMES_LISTED: Final = 5


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
