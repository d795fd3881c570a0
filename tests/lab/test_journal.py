import asyncio
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import open_store
from reachapi_emulator.testing.journal import Entry, Journal, RequestFilter

EVERY = RequestFilter()
ENTRY = Entry(
    at=90 * SECOND,
    account="ann",
    operation="fetch",
    method="POST",
    url=URL("/api/v2/async/records/filter?x=1"),
    headers={"Accept": "*/*"},
    body=b'{"filter":{}}',
    status=200,
    message="Records processing initiated",
    duration_ms=0.25,
)


@pytest.fixture
def journal() -> Journal:
    """Return a journal of at most three requests."""
    return Journal(open_store(MEMORY, journal_size=3))


def add(journal: Journal, **changes: Any) -> None:  # noqa: ANN401 # one of each field
    """Record a request like ENTRY."""
    journal.record(ENTRY._replace(**changes))


def numbers(
    journal: Journal, wanted: RequestFilter = EVERY, most: int = 9
) -> list[object]:
    """Return the numbers of the requests that are found."""
    return [shown["id"] for shown in journal.find(wanted, most)]


def test_a_request_is_shown_as_it_was(journal: Journal) -> None:
    """Numbered, its instant in seconds, its body as text."""
    add(journal)
    expected = ENTRY._asdict() | {"id": 1, "at": 90.0, "body": '{"filter":{}}'}
    expected["path"] = str(expected.pop("url"))
    for unshown in ("opened", "started", "room_at", "remarks"):
        del expected[unshown]

    assert [expected] == journal.find(EVERY, 9)


@pytest.mark.parametrize(
    "name", ["X-API-Key", "webhook_secret_key", "Authorization", "Cookie"]
)
def test_secrets_are_masked(journal: Journal, name: str) -> None:
    """Keys, the webhook secret, and what a client sends to others."""
    add(journal, headers=CIMultiDict({name: "secret", "Accept": "*/*"}))

    (shown,) = journal.find(EVERY, 1)

    assert {name: "****", "Accept": "*/*"} == shown["headers"]


def test_a_body_that_is_no_text_is_shown_all_the_same(journal: Journal) -> None:
    """With what cannot be read replaced."""
    add(journal, body=b"\xff{}")

    (shown,) = journal.find(EVERY, 1)

    assert "\ufffd{}" == shown["body"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EVERY, [1, 2, 3]),
        (RequestFilter(account="ann"), [1, 2]),
        (RequestFilter(operation="fetch"), [1, 3]),
        (RequestFilter(status=200), [1]),
        (RequestFilter(account="ann", operation="fetch"), [1]),
        (RequestFilter(account="ann", operation="fetch", status=429), []),
    ],
)
def test_requests_are_found_by_what_they_were(
    journal: Journal, wanted: RequestFilter, expected: list[int]
) -> None:
    """All that is asked must fit; what is not asked may be anything."""
    add(journal)
    add(journal, operation="counts", status=429)
    add(journal, account=None, status=401)

    assert expected == numbers(journal, wanted)
    assert len(expected) == journal.count(wanted, 9)


def test_the_newest_are_found_newest_last(journal: Journal) -> None:
    """When there are more than are asked for."""
    for _ in range(3):
        add(journal)

    assert [2, 3] == numbers(journal, most=2)


def test_counting_ends_at_what_is_asked_for(journal: Journal) -> None:
    """More need not be known."""
    for _ in range(3):
        add(journal)

    assert 2 == journal.count(EVERY, 2)


def test_the_oldest_make_room(journal: Journal) -> None:
    """And the journal says how many did."""
    for _ in range(5):
        add(journal)

    assert ([3, 4, 5], 2) == (numbers(journal), journal.evicted())


def test_a_cleared_journal_counts_anew(journal: Journal) -> None:
    """Nothing of it is left."""
    for _ in range(5):
        add(journal)

    journal.clear()
    evicted = journal.evicted()
    add(journal)

    assert ([1], 0) == (numbers(journal), evicted)


def test_one_accounts_requests_can_be_cleared(journal: Journal) -> None:
    """The others keep theirs, and their numbers."""
    add(journal)
    add(journal, account="bob")
    add(journal, account=None)

    journal.clear("ann")

    assert [2, 3] == numbers(journal)


async def test_who_waits_for_a_request_is_woken(journal: Journal) -> None:
    """With the request recorded already."""
    found = journal.changed.until(lambda: numbers(journal) or None, 5)
    waiting = asyncio.create_task(found)
    await asyncio.sleep(0)

    add(journal)

    assert [1] == await waiting
