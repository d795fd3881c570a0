"""The journal as a document, and back."""

import time
from collections.abc import Iterator
from typing import Annotated, TypeAlias

import msgspec
from multidict import CIMultiDict
from yarl import URL

from reachapi_emulator.lab.findings import Remark
from reachapi_emulator.lab.headers import remembered
from reachapi_emulator.lab.journal import SECRET, Entry, Journal, Wanted, path_of
from reachapi_emulator.state.tables import MAX_NUMBER

Number: TypeAlias = Annotated[int, msgspec.Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
"""One that JSON and the arithmetic of instants can hold."""

_MASKED = SECRET - {"x-api-key"}  # a report tells keys apart


class Page(msgspec.Struct, forbid_unknown_fields=True):
    """A request of the journal; `opened` and `started` are seconds before now."""

    id: Number
    at: Number
    account: str | None
    operation: str | None
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: Number | None
    message: str
    duration_ms: float
    fault: Number | None
    opened: float
    started: float
    room_at: Number | None
    remarks: list[Remark]


class Pages(msgspec.Struct, forbid_unknown_fields=True):
    """A journal: its requests, the number of the last, and how many had to go."""

    count: Number
    evicted: Number
    requests: list[Page]


def dump(journal: Journal) -> Pages:
    """Return the journal."""
    now = time.perf_counter()
    pages = [_page(number, entry, now) for number, entry in journal.entries(Wanted())]
    return Pages(journal.ring.count, journal.ring.evicted, pages)


def load(journal: Journal, pages: Pages) -> None:
    """Put a journal in place of what there is."""
    journal.ring.load(_entries(pages), pages.count, pages.evicted)
    journal.changed.notify()


def _page(number: int, entry: Entry, now: float) -> Page:
    values = entry._asdict()
    del values["url"]
    return Page(
        id=number,
        path=path_of(entry),
        **values
        | {
            "headers": remembered(entry.headers, _MASKED),
            "opened": now - entry.opened,
            "started": now - entry.started,
        },
    )


def _entries(pages: Pages) -> Iterator[tuple[int, Entry]]:
    now = time.perf_counter()
    for page in pages.requests:
        values = msgspec.structs.asdict(page)
        path, _, query = values.pop("path").partition("?")
        yield (
            values.pop("id"),
            Entry(
                url=URL.build(path=path, query_string=query, encoded=True),
                **values
                | {
                    "headers": CIMultiDict(page.headers),
                    "opened": now - page.opened,
                    "started": now - page.started,
                    "remarks": tuple(page.remarks),
                },
            ),
        )
