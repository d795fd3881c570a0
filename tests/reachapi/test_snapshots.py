"""The whole state as a document, and back, with work under way."""

import asyncio
from typing import Any

import orjson
import pytest

from reachapi_emulator.errors import SnapshotError, SnapshotForeign, StoreError
from reachapi_emulator.state.clock import SECOND
from support.books import check_balances, check_charges
from support.house import House
from support.kept import remembered, snapshots_of
from support.people import good_of, people
from support.scripted import ACKNOWLEDGED, Hanging

LATER = 3_600 * SECOND


@pytest.fixture
def receiver() -> Hanging:
    """Return a receiver that answers when it is told."""
    return Hanging()


@pytest.fixture
def house(receiver: Hanging) -> House:
    """Return a house with an account, whose receiver hangs."""
    house = House(receiver=receiver, schedule=[SECOND])
    house.open()
    return house


def changed(house: House, **changes: Any) -> bytes:  # noqa: ANN401 # one of each key
    """Return a snapshot of a house with parts of it replaced."""
    document = orjson.loads(snapshots_of(house).take())
    return orjson.dumps(document | changes)


async def under_way(house: House, receiver: Hanging) -> int:
    """Return a job of which an attempt is under way."""
    job = house.ask(3)
    await house.dispatcher.settle()
    assert 1 == len(receiver.waiting())
    return job


def attempts(house: House, job: int) -> list[tuple[object, object, object]]:
    """Return the attempts of a job: trigger, status, error."""
    return [
        (each["trigger"], each["status"], each["error"]) for each in house.attempts(job)
    ]


async def test_an_attempt_under_way_is_made_again(
    house: House, receiver: Hanging
) -> None:
    """Where it is restored; where it was taken nothing is disturbed."""
    job = await under_way(house, receiver)
    other = House()
    await snapshots_of(other).restore(snapshots_of(house).take())
    await other.rest()
    receiver.tell(ACKNOWLEDGED)
    await house.rest()

    assert [("first", None, "interrupted"), ("recovery", 200, None)] == attempts(
        other, job
    )
    assert [("first", 200, None)] == attempts(house, job)
    assert house.bodies() == other.bodies()


async def test_what_was_charged_is_not_charged_again(
    house: House, receiver: Hanging
) -> None:
    """Nor what is validated after all."""
    delivering = await under_way(house, receiver)
    validating = house.ask(5)
    house.store.run("job_claim", id=validating)
    other = House()
    await snapshots_of(other).restore(snapshots_of(house).take())
    await other.rest()

    check_balances(other)
    check_charges(
        other,
        {delivering: good_of(other.dataset, 3), validating: good_of(other.dataset, 5)},
    )


async def test_what_is_in_flight_is_dropped(house: House, receiver: Hanging) -> None:
    """Nothing of it is left, and its answer changes nothing."""
    document = snapshots_of(house).take()
    await under_way(house, receiver)

    await snapshots_of(house).restore(document)

    assert [] == receiver.waiting()
    assert [] == house.jobs.find()


async def test_a_clock_that_goes_goes_on_from_the_snapshot() -> None:
    """However much later that is; one that stands stands."""
    house, other = House(), House()
    house.open("ann")
    house.open("bob")
    house.advance(60)
    house.clock.freeze("bob")
    document = snapshots_of(house).take()
    before = house.clock.now("ann"), house.clock.now("bob")
    other.real.now += LATER
    await snapshots_of(other).restore(document)
    other.real.now += SECOND

    assert before == (other.clock.now("ann") - SECOND, other.clock.now("bob"))


async def test_it_tells_how_much_it_holds(house: House) -> None:
    """Accounts, jobs and requests."""
    house.ask(1)
    document = snapshots_of(house).take()

    assert {"accounts": 1, "jobs": 1, "requests": 0} == await snapshots_of(
        House()
    ).restore(document)


async def test_who_sleeps_is_woken(house: House) -> None:
    """What is due now may be something else."""
    waiting = asyncio.create_task(house.clock.changed.wait(60))
    await asyncio.sleep(0)

    await snapshots_of(house).restore(snapshots_of(house).take())

    await waiting


async def test_rules_are_known_at_once(house: House) -> None:
    """Those of the snapshot, and no others."""
    from_before = snapshots_of(house).take()
    house.faults.load()
    await snapshots_of(house).restore(from_before)

    assert () == house.faults.rules


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b"null", b"\xff", b'{"version":1}', b'{"version":"1"}'],
)
async def test_what_is_no_snapshot_is_refused(house: House, document: bytes) -> None:
    """And nothing has changed."""
    before = remembered(house)

    with pytest.raises(SnapshotError):
        await snapshots_of(house).restore(document)

    assert before == remembered(house)


@pytest.mark.parametrize(
    "changes",
    [
        {"more": 1},
        {"tables": {}},
        {"real": 2**61 + 1},
        {"real": "now"},
        {"windows": {"k": [2**63]}},
        {"journal": {"count": 0, "evicted": 0, "requests": [{}]}},
        {"journal": None},
    ],
    ids=str,
)
async def test_a_snapshot_with_a_part_that_is_none_is_refused(
    house: House, changes: dict[str, Any]
) -> None:
    """And what is in flight goes on."""
    before = remembered(house)

    with pytest.raises(SnapshotError):
        await snapshots_of(house).restore(changed(house, **changes))

    assert before == remembered(house)


async def test_a_refused_snapshot_lets_deliveries_be(
    house: House, receiver: Hanging
) -> None:
    """They are dropped for a good one alone."""
    await under_way(house, receiver)

    with pytest.raises(SnapshotError):
        await snapshots_of(house).restore(changed(house, tables={}))

    assert 1 == len(receiver.waiting())


async def test_another_version_is_refused_as_such(house: House) -> None:
    """Whatever else that one holds."""
    with pytest.raises(SnapshotForeign, match="it is of version 2, and this emulator"):
        await snapshots_of(house).restore(b'{"version":2,"state":{}}')


async def test_another_data_set_is_refused_as_such(house: House) -> None:
    """Its record numbers mean other contacts."""
    other = House(people("ada@analytical.example"))

    with pytest.raises(SnapshotForeign, match="it belongs to another data set"):
        await snapshots_of(other).restore(snapshots_of(house).take())


async def test_a_store_that_fails_leaves_nothing_stranded(
    house: House, receiver: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was dropped for the snapshot is made again."""
    job = await under_way(house, receiver)
    document = snapshots_of(house).take()

    def fail(tables: object) -> None:
        raise StoreError(tables)

    monkeypatch.setattr(house.store, "load", fail)
    with pytest.raises(StoreError):
        await snapshots_of(house).restore(document)
    await house.dispatcher.settle()
    receiver.tell(ACKNOWLEDGED)
    await house.rest()

    assert [("first", None, "interrupted"), ("recovery", 200, None)] == attempts(
        house, job
    )
