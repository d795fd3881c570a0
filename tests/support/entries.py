"""Requests of a journal, made by hand."""

from typing import Any

from multidict import CIMultiDict
from yarl import URL

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.testing.client_report import Numbered
from reachapi_emulator.testing.journal import Entry

WHEN = 1_000 * SECOND


def entry(seconds: float = 0, key: str = "k", **changes: Any) -> Entry:  # noqa: ANN401 # one of each field
    """Return a good request, so many seconds after the first of its account.

    Real time goes along; it takes no time, over a connection of its own.
    """
    plain = Entry(
        at=WHEN + round(seconds * SECOND),
        account="ann",
        operation="credits",
        method="POST",
        url=URL("/api/v2/retrive/users/active/credits"),
        headers=CIMultiDict({"X-API-Key": key}),
        body=b"",
        status=200,
        message="success",
        duration_ms=0,
        opened=seconds,
        started=seconds,
    )
    return plain._replace(**changes)


def refused(seconds: float = 0, room: float = 1, **changes: Any) -> Entry:  # noqa: ANN401 # one of each field
    """Return a request answered 429; there is room `room` seconds after the first."""
    room_at = WHEN + round(room * SECOND)
    return entry(seconds, **{"status": 429, "room_at": room_at, **changes})


def numbered(*entries: Entry) -> list[Numbered]:
    """Return requests as the journal numbers them."""
    return list(enumerate(entries, start=1))
