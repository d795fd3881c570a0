"""What differs from docs/fidelity.md: kept with a report, listed at the end."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from support.contract.promises import Promise

PROPERTY = "differs"
"""The name of a report's property, which travels between processes as it is."""

LONGEST = 400


class Difference(NamedTuple):
    """A promise that was not kept, in words: what was expected, what came."""

    source: str
    label: str
    check: str
    expected: str
    came: str

    def lines(self) -> Iterator[str]:
        """Yield it as it is listed."""
        yield f"{self.source} ({self.label}): {self.check}"
        yield f"  expected: {self.expected}"
        yield f"  came:     {self.came}"


def difference(
    promise: Promise, check: str, compared: tuple[object, object] | None, error: str
) -> Difference:
    """Return what a check found.

    Args:
        promise: what it is about.
        check: its name.
        compared: what was expected and what came, if that was compared.
        error: what went wrong else.
    """
    expected, came = compared or (promise.behaviour, error)
    return Difference(
        promise.source, promise.label, check, _short(expected), _short(came)
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def found(properties: Iterable[tuple[str, object]]) -> Iterator[Difference]:
    """Yield the differences among the properties of a report."""
    for name, value in properties:
        if name == PROPERTY and isinstance(value, list | tuple):
            yield Difference(*map(str, value))
