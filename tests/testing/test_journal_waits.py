"""Who waits for requests: each new one is looked at once, none of the old again."""

import asyncio
from collections.abc import Callable

import pytest

from reachapi_emulator.state.sqlite import MEMORY, SqliteStore
from reachapi_emulator.testing.journal import Entry, Journal, RequestFilter
from support.entries import entry
from support.in_process import steps

SIZE = 4


@pytest.fixture
def journal() -> Journal:
    return Journal(SqliteStore(MEMORY, journal_size=SIZE))


def record(journal: Journal, *accounts: str) -> int:
    """Add a request of each; return the number of the last."""
    for account in accounts:
        journal.record(entry(account=account))
    return journal.ring.count


async def test_a_request_costs_one_look_for_each_who_waits(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(journal, "bob", "bob", "bob")
    wanted = RequestFilter("ann")
    waits = [asyncio.create_task(journal.wait(wanted, 2, 60)) for _ in range(3)]
    await steps(2)
    looks: list[Entry] = []
    matches = RequestFilter.matches

    def counted(self: RequestFilter, entry: Entry) -> bool:
        looks.append(entry)
        return matches(self, entry)

    monkeypatch.setattr(RequestFilter, "matches", counted)
    record(journal, "ann", "bob", "ann")

    assert [True] * 3 == await asyncio.gather(*waits)
    assert 3 * 3 == len(looks)


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (lambda journal: record(journal, "ann"), True),
        (lambda journal: record(journal, "bob"), False),
        (lambda journal: record(journal, *"bcde", "ann"), False),
        (lambda journal: (journal.clear(), record(journal, "ann")), False),
        (lambda journal: (journal.clear("ann"), record(journal, "ann")), False),
        (lambda journal: (journal.clear("bob"), record(journal, "ann")), True),
        (lambda journal: (journal.load((), 0, 0), record(journal, "ann")), False),
        (lambda journal: (record(journal, "ann"), journal.clear()), False),
        (
            lambda journal: journal.load(
                [(7, entry(account="ann")), (9, entry(account="ann"))], 9, 0
            ),
            True,
        ),
    ],
    ids=(
        "a second",
        "another's",
        "let go for want of room",
        "cleared",
        "its account cleared",
        "another account cleared",
        "replaced",
        "cleared before it is seen",
        "replaced by more",
    ),
)
async def test_those_count_that_are_there(
    journal: Journal, meanwhile: Callable[[Journal], object], *, expected: bool
) -> None:
    """As GET /requests would list them, which the answer does."""
    record(journal, "bob", "ann")
    wait = asyncio.create_task(journal.wait(RequestFilter("ann"), 2, 60))
    await steps(2)
    meanwhile(journal)
    await steps(5)

    assert expected is wait.done()
    wait.cancel()
