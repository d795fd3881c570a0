"""The form of a promise: where it comes from, what is asked, what must come."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

JSON = "application/json"

DOCUMENTED = "documented"
OBSERVED = "observed"
OURS = "ours"

KEY = "{key}"
"""Stands for the good key of a run, in a header or a path."""

MAX_NAME = 80

Expected = tuple[object, ...]
"""Status, media type, body and Allow of an answer."""


class Request(NamedTuple):
    """What is sent.

    Attributes:
        body: sent as JSON; bytes are sent as they are, None not at all.
        key: the API key; None sends none.
    """

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = {}
    key: str | None = KEY

    def under(self, key: str | None) -> "Request":
        """Return it with another key."""
        return self._replace(key=key)

    def __str__(self) -> str:
        parts = [self.method, self.path, self.body, *self.headers.items()]
        if self.key != KEY:
            parts.append(f"key {self.key!r}")
        return " ".join(str(part) for part in parts if part is not None)


class Promise(NamedTuple):
    """A promise that one request shows.

    Attributes:
        source: the row of docs/fidelity.md that it is about.
        label: which of the row's labels it has.
        name: what it is about, where the request alone does not say it.
        emulator_only: whether it spends, or tells of the data set that comes along.
    """

    source: str
    label: str
    request: Request
    expected: Expected
    name: str = ""
    emulator_only: bool = False

    @property
    def id(self) -> str:
        """Its name in a run: `-k ruling-15:` selects all of ruling 15."""
        name = (self.name or str(self.request))[:MAX_NAME]
        return f"{slug(self.source)}{name.replace(' ', '-')}"


def slug(source: str) -> str:
    """Return how a source is written in the name of a test."""
    return re.sub(r"[^\w]+", "-", source.lower()).strip("-") + ":"


Promising = Callable[..., Promise]


def anywhere(source: str, label: str) -> Promising:
    """Return what makes promises that any API can be asked for."""
    return lambda *row: Promise(source, label, *row)


def here(source: str, label: str) -> Promising:
    """Return what makes promises that an emulator alone can be asked for."""
    return lambda *row: Promise(source, label, *row)._replace(emulator_only=True)


def get(path: str, **query: str) -> Request:
    """Return a request by GET."""
    return Request("GET", f"{path}?{urlencode(query)}" if query else path)


def post(path: str, body: object = None, **headers: str) -> Request:
    """Return a request by POST; a header's name has `_` in place of `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Request("POST", path, body, named)


def accepted(message: str, data: object) -> Expected:
    """Return a success in the vendor's envelope."""
    body = {"status": 200, "message": message, "data": data}
    return (200, JSON, body, None)


def refused(
    status: int, message: object, allow: str | None = None, data: object = None
) -> Expected:
    """Return a refusal in the vendor's envelope."""
    body = {"status": status, "message": message, "data": data}
    return (status, JSON, body, allow)


class Like:
    """Equal to what fits a description; a promise that leaves something open.

    Args:
        words: the description.
        fits: tells whether a value fits it.
    """

    __hash__ = None  # type: ignore[assignment] # equal values need not be alike

    def __init__(self, words: str, fits: Callable[[Any], bool]) -> None:
        self._words = words
        self._fits = fits

    def __eq__(self, other: object) -> bool:
        try:
            return self._fits(other)
        except (AttributeError, LookupError, TypeError):
            return False

    def __repr__(self) -> str:
        return f"<{self._words}>"


def the(words: str, expected: Callable[[], object]) -> Like:
    """Return what is equal to a value that is worked out when it is compared."""
    return Like(words, lambda other: expected() == other)


def starting(text: str) -> Like:
    """Return what is equal to every text with a beginning."""
    return Like(f"{text}...", lambda other: other.startswith(text))


def every(words: str, test: Callable[[Any], bool]) -> Like:
    """Return what is equal to a list, not empty, of values that pass a test."""
    return Like(words, lambda other: bool(other) and all(map(test, other)))


ANYTHING = Like("anything", lambda _: True)
NUMBER = Like("a whole number", lambda other: type(other) is int)
TEXTS = every("texts, one at least", lambda each: isinstance(each, str))
