"""The values of one field, and the contacts behind each of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyroaring import BitMap

from reachapi_emulator.contacts.fields import normalise

_NONE: Final = BitMap()


class FieldIndex:
    """The contacts behind each value of one field.

    Blank text is no value, like null. Of several spellings of a value, the
    first is shown.

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
                shown.setdefault(key, value)
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
