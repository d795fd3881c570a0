"""Environment variables that are near a setting's, but none."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

PREFIX = "REACHAPI_EMULATOR"


def misspelt(names: Iterable[str], settings: Iterable[str]) -> Iterator[str]:
    """Say of each variable that looks like a misspelt setting which is meant.

    Others of the prefix are passed over: container platforms make some of their
    own.

    Args:
        names: of the variables.
        settings: their names, such as `rate_limit`.
    """
    known = [f"{PREFIX}_{name.upper()}" for name in settings]
    for name in sorted(set(names) - set(known)):
        if name.startswith(f"{PREFIX}_"):
            for near in get_close_matches(name, known, 1, 0.9):
                yield f"{name} is no setting and has no effect: do you mean {near}?"
