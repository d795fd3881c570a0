"""The journal as a document, and back."""

import msgspec
from multidict import CIMultiDict
from yarl import URL

from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import open_store
from reachapi_emulator.testing import journal as pages
from reachapi_emulator.testing.client_report import Bounds, report
from reachapi_emulator.testing.journal import (
    Entry,
    FindingKind,
    Journal,
    JournalDump,
    RequestFilter,
)
from support.entries import entry, refused

EVERY = RequestFilter()


def journal(*entries: Entry, size: int = 9) -> Journal:
    """Return a journal of these requests."""
    made = Journal(open_store(MEMORY, journal_size=size))
    for each in entries:
        made.record(each)
    return made


def restored(kept: Journal, size: int = 9) -> Journal:
    """Return another journal that goes on from one."""
    document = msgspec.json.encode(pages.dump_journal(kept))
    other = journal(entry(), size=size)
    pages.load_journal(other, msgspec.json.decode(document, type=JournalDump))
    return other


def test_what_is_shown_of_a_request_is_the_same() -> None:
    """Headers, body and a path of any sort included."""
    odd = entry(
        url=URL("//x/%FF?a=%20&X-API-Key=secret&a=2"),
        headers=CIMultiDict({"X-API-Key": "k", "Cookie": "c", "A": "\udcff"}),
        body=b"\xff{}",
        remarks=((FindingKind.UNKNOWN_FIELD, "'x'"),),
        fault=7,
    )
    kept = journal(odd, entry(1, status=None, account=None, operation=None))

    assert kept.find(EVERY, 9) == restored(kept).find(EVERY, 9)


def test_a_report_of_it_is_the_same() -> None:
    """Keys, connections and instants tell as much as they did."""
    hasty = [refused(0), entry(0.5, opened=0), entry(0.6, opened=-1)]
    marked = entry(2, remarks=((FindingKind.WRONG_SECRET, ""),))
    kept = journal(*hasty, marked, entry(0.7, key="other", opened=-2))
    expected, found = (
        report(each.entries(EVERY), (), Bounds(1, 30))
        for each in (kept, restored(kept))
    )

    assert not expected["clean"]
    assert expected == found


def test_it_is_numbered_on() -> None:
    """And counts what had to go."""
    kept = journal(*[entry()] * 3, size=2)
    other = restored(kept)
    other.record(entry())

    assert [2, 3, 4] == [number for number, _ in other.entries(EVERY)]
    assert 1 == other.evicted()


def test_a_smaller_journal_keeps_the_newest() -> None:
    """Those that it has no room for are counted as gone."""
    other = restored(journal(*[entry()] * 3), size=2)

    assert [2, 3] == [number for number, _ in other.entries(EVERY)]
    assert 1 == other.evicted()


def test_no_secret_but_the_key_is_kept() -> None:
    """A report tells keys apart; what else was masked is gone."""
    headers = CIMultiDict(
        {"X-API-Key": "k", "webhook_secret_key": "s", "Authorization": "s", "A": "a"}
    )
    (page,) = pages.dump_journal(journal(entry(headers=headers))).requests

    assert {
        "X-API-Key": "k",
        "webhook_secret_key": "****",
        "Authorization": "****",
        "A": "a",
    } == page.headers
