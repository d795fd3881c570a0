"""A filter to the contacts that match it; presets; records to a body."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, TypeAlias, cast

from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.errors import FilterError, PresetError
from reachapi_emulator.contacts.fields import (
    BY_FILTER,
    BY_PRESET,
    meant,
    normalise,
    quoted,
)

__all__ = [
    "Filter",
    "FilterError",
    "PresetError",
    "first",
    "join",
    "joined_size",
    "match",
    "parse_filter",
    "presets",
    "unknown_values",
]

MAX_VALUES: Final = 1_000
_DIGITS: Final = {"sic_code": 4, "company_address_zipcode": 5}
"""Of codes that may begin with zeros, which a number has lost."""

BATCH_SIZE: Final = 256 * 1024

Filter: TypeAlias = Mapping[str, tuple[str, ...]]
"""The normalised values wanted of each filter field; none: any (ruling 11)."""


def parse_filter(raw: object, *, lenient: bool = False) -> Filter:
    """Return what the `filter` of a request asks for (rulings 11, 12, 13).

    Args:
        raw: the parsed JSON, whatever its type.
        lenient: ignore unknown fields.

    Raises:
        FilterError: it is no object of known fields, each an object of at
            most `MAX_VALUES` texts or numbers.
    """
    if not isinstance(raw, dict):
        raise FilterError("filter must be an object")
    return {
        name: _wanted(name, values)
        for name, values in raw.items()
        if _is_known(name, lenient=lenient)
    }


def match(dataset: Dataset, wanted: Filter) -> BitMap:
    """Return the record numbers that have, in every field, any wanted value."""
    unions = [
        BitMap().union(*(dataset.matching(name, value) for value in values))
        for name, values in wanted.items()
        if values
    ]
    smallest, *others = sorted(unions, key=len) or [dataset.everything]
    return smallest.intersection(*others)


def unknown_values(
    dataset: Dataset, raw: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield field and value of what no contact has, of a filter that was parsed.

    Args:
        dataset: whose contacts.
        raw: the known fields of the filter, as they came.
    """
    for name, values in raw.items():
        for value in cast("dict[str, object]", values).values():
            if not any(dataset.matching(name, one) for one in _normalised(name, value)):
                yield name, value


def first(matches: BitMap, count: int) -> BitMap:
    """Return the first `count` of the matches in id order; fewer if there are."""
    return matches[:count]


def presets(dataset: Dataset, asked: Sequence[tuple[str, str]]) -> list[str]:
    """Return the values that contain what is asked of them (rulings 15, 16).

    Args:
        dataset: whose values.
        asked: the query's parameters and their texts, in its order.

    Returns:
        The values of each parameter, without repeats; empty if none is found.

    Raises:
        PresetError: nothing is asked, or an unknown parameter.
    """
    if not asked:
        raise PresetError(f"Name a parameter: one of {', '.join(BY_PRESET)}")
    found = [_containing(dataset, name, text) for name, text in asked]
    return list(dict.fromkeys(chain.from_iterable(found)))


def join(dataset: Dataset, numbers: Iterable[int]) -> Iterator[bytes]:
    """Yield records separated by commas, in batches of about `BATCH_SIZE` bytes.

    In brackets the batches are a JSON array, `joined_size` + 2 bytes long.
    """
    records = map(dataset.records.__getitem__, numbers)
    count = max(1, BATCH_SIZE * len(dataset) // dataset.size)
    separator: tuple[bytes, ...] = ()
    while batch := (*islice(records, count),):
        yield b",".join((*separator, *batch))
        separator = (b"",)


def joined_size(dataset: Dataset, numbers: Iterable[int]) -> int:
    """Return the length in bytes of all that `join` yields."""
    sizes = list(map(len, map(dataset.records.__getitem__, numbers)))
    return sum(sizes) + max(0, len(sizes) - 1)


def _is_known(name: str, *, lenient: bool) -> bool:
    if name in BY_FILTER or lenient:
        return name in BY_FILTER
    field = meant(name)
    hint = f": did you mean {field.filter!r}?" if field else ""
    raise FilterError(f"Unknown filter field {quoted(name)}{hint}")


def _wanted(name: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, dict):
        raise FilterError(
            f'Filter field {name!r} must be an object of values, such as {{"0": "…"}}'
        )
    if len(values) > MAX_VALUES:
        raise FilterError(
            f"Filter field {name!r} has {len(values):,} values;"
            f" at most {MAX_VALUES:,} are allowed"
        )
    wanted = (_normalised(name, value) for value in values.values())
    return tuple(chain.from_iterable(wanted))


def _normalised(name: str, value: object) -> tuple[str, ...]:
    """Return a wanted value as it is compared; a number as its digits."""
    match value:
        case str():
            return (normalise(value),)
        case bool():
            pass
        case int():
            return _digits(name, value)
        case float():
            return _digits(name, int(value)) if value.is_integer() else (str(value),)
    raise FilterError(f"Filter field {name!r}: every value must be text or a number")


def _digits(name: str, value: int) -> tuple[str, ...]:
    """Return a number's digits, with and without the zeros that a code may have."""
    digits = str(value)
    if value < 0:
        return (digits,)
    most = max(_DIGITS.get(name, 0), len(digits))
    return tuple(digits.zfill(length) for length in range(len(digits), most + 1))


def _containing(dataset: Dataset, name: str, text: str) -> Iterator[str]:
    field = BY_PRESET.get(name)
    if field is None:
        near = meant(name)
        hint = f": did you mean {near.preset!r}?" if near else ""
        raise PresetError(f"Unknown parameter {quoted(name)}{hint}")
    part = normalise(text)
    values = dataset.values(field.filter)
    return (value for value in values if part in normalise(value))
