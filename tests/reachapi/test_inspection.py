"""Whether rows of a snapshot make sense."""

import pytest
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.state.tables import TableDump
from reachapi_emulator.testing.faults import FaultKind, FaultPhase, FaultRule
from reachapi_emulator.testing.inbox import ScriptedAnswer
from reachapi_emulator.testing.snapshots import inspect
from support.house import House

Tables = dict[str, TableDump]


@pytest.fixture
async def house() -> House:
    """Return a house of which every table has a row."""
    house = House(schedule=[1])
    house.open()
    house.ask(3)
    await house.rest()
    house.faults.add(
        FaultRule(phase=FaultPhase.REQUEST, kind=FaultKind.STATUS, status=500)
    )
    house.inboxes.receive("ann", {"A": "a"}, b"{}")
    house.inboxes.script("ann", [ScriptedAnswer(status=500)])
    house.store.run("fact_set", name="dataset", value="")
    return house


def with_value(tables: Tables, table: str, column: str, value: object) -> Tables:
    """Return tables of which a value of the first row is another."""
    tables[table].rows[0][tables[table].columns.index(column)] = value
    return tables


def beyond(dataset: Dataset) -> bytes:
    """Return the records of a job that a data set does not have."""
    return BitMap([0, len(dataset)]).serialize()


async def test_what_an_emulator_remembers_makes_sense(house: House) -> None:
    """Whatever it is."""
    tables = house.store.dump()

    assert [] == [name for name, table in tables.items() if not table.rows]
    inspect(tables, house.dataset)


async def test_records_may_be_none(house: House) -> None:
    """A request that nothing matches has no records."""
    records = BitMap().serialize()

    inspect(with_value(house.store.dump(), "jobs", "records", records), house.dataset)


async def test_an_account_may_have_no_webhook(house: House) -> None:
    """Nor a secret."""
    tables = house.store.dump()
    for column in ("webhook_url", "webhook_secret"):
        with_value(tables, "accounts", column, None)

    inspect(tables, house.dataset)


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("accounts", "id", "no slug", "id is no account id"),
        ("accounts", "id", "bob", "opening is another account's"),
        ("accounts", "opening", "", "truncated"),
        ("accounts", "opening", '{"id":"ann"}', "missing required field `credits`"),
        ("accounts", "opening", '{"id":"ann","credits":1}', "opening does not fit"),
        ("accounts", "webhook_url", "ftp://x", "a webhook url is http:// or https://"),
        ("accounts", "webhook_url", "http://[", "a webhook url is http:// or https://"),
        ("accounts", "webhook_secret", None, "webhook_secret is missing"),
        ("jobs", "state", "lost", "state must be one of submitted, validating"),
        ("jobs", "state", "validating", "valid and state contradict"),
        ("jobs", "valid", None, "valid and state contradict"),
        ("jobs", "filter", "{", "truncated"),
        ("jobs", "records", b"", "Out of bounds"),
        ("jobs", "records", b"\0" * 9, "deserialize"),
        ("jobs", "records", beyond(House().dataset), "not within the data set"),
        ("attempts", "url", "http://[", "Invalid IPv6 URL"),
        ("deliveries", "headers", "[]", "Expected `object`"),
        ("deliveries", "headers", '{"a":1}', "Expected `str`"),
        ("scripts", "step", '{"state":1}', "unknown field"),
        ("faults", "kind", "quake", "not a valid FaultKind"),
        ("faults", "phase", "moon", "not a valid FaultPhase"),
        ("faults", "phase", "webhook", "kind is not of this phase"),
        ("faults", "kind", "delay", "status"),
        ("faults", "status", None, "status"),
        ("faults", "status", 399, "status is none of an error"),
        ("faults", "status", 600, "status is none of an error"),
        ("faults", "seconds", 1.5, "seconds"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    house: House,
    table: str,
    column: str,
    value: object,
    reason: str,
) -> None:
    """With the table, the row and the reason."""
    tables = with_value(house.store.dump(), table, column, value)

    with pytest.raises(SnapshotError, match=f"table {table}, row 1: .*{reason}"):
        inspect(tables, house.dataset)


@pytest.mark.parametrize("seconds", [-1.0, 0, 600.5])
async def test_a_delay_is_within_its_bounds(house: House, seconds: float) -> None:
    """As the control API has them."""
    tables = house.store.dump()
    for column, value in (("kind", "delay"), ("status", None), ("seconds", seconds)):
        with_value(tables, "faults", column, value)

    with pytest.raises(SnapshotError, match="table faults, row 1: seconds are not"):
        inspect(tables, house.dataset)


async def test_there_is_no_state_without_a_clock(house: House) -> None:
    """The global one is meant."""
    tables = house.store.dump()
    tables["clocks"].rows.clear()

    with pytest.raises(SnapshotError, match="the global clock is missing"):
        inspect(tables, house.dataset)
