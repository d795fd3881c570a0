"""Whether rows of a snapshot make sense."""

import json
from dataclasses import asdict

import pytest
from pyroaring import BitMap

from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.state.tables import TableDump
from reachapi_emulator.testing.faults import FaultKind
from reachapi_emulator.testing.inbox import ScriptedAnswer
from reachapi_emulator.testing.snapshots import inspect
from reachapi_emulator.vendor.accounts import Opening
from support.in_process import InProcess

Tables = dict[str, TableDump]
STATUS_FAULT = {"kind": "status", "phase": "request", "status": 500}
BEYOND = BitMap([0, 7]).serialize()
"""The records of a job that a data set of seven does not have."""

BAD_OPENING = json.dumps(asdict(Opening("ann", 1, webhook_url="ftp://x")))


@pytest.fixture
async def emulator() -> InProcess:
    """An emulator of which every table has a row."""
    emulator = InProcess(schedule=[1])
    emulator.open()
    emulator.ask(3)
    await emulator.rest()
    inboxes = emulator.services.inboxes
    emulator.rule(FaultKind.EMPTY)
    emulator.do(inboxes.receive, "ann", {"A": "a"}, b"{}")
    emulator.do(inboxes.script, "ann", [ScriptedAnswer(status=500)])
    emulator.do(emulator.store.run, "fact_set", name="dataset", value="")
    return emulator


def looked_at(emulator: InProcess, table: str, values: dict[str, object]) -> None:
    """Look at what is remembered with other values in the first row of a table."""
    tables = emulator.store.dump()
    for column, value in values.items():
        tables[table].rows[0][tables[table].columns.index(column)] = value
    inspect(tables, emulator.services.editions, emulator.services.inboxes)


async def test_what_an_emulator_remembers_makes_sense(emulator: InProcess) -> None:
    tables = emulator.store.dump()

    assert [] == [name for name, table in tables.items() if not table.rows]
    inspect(tables, emulator.services.editions, emulator.services.inboxes)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("jobs", {"records": BitMap().serialize()}),
        ("jobs", {"edition": 1}),
        ("accounts", {"webhook_url": None, "webhook_secret": None}),
        ("faults", STATUS_FAULT),
    ],
)
async def test_what_is_rare_makes_sense_too(
    emulator: InProcess, table: str, values: dict[str, object]
) -> None:
    looked_at(emulator, table, values)


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        ("accounts", {"id": "no slug"}, "id is no account id"),
        ("accounts", {"id": "bob"}, "opening is another account's"),
        ("accounts", {"opening": ""}, "truncated"),
        ("accounts", {"opening": '{"id":"ann"}'}, "missing required field `credits`"),
        ("accounts", {"opening": '{"id":"ann","credits":1}'}, "opening does not fit"),
        ("accounts", {"webhook_url": "ftp://x"}, "a webhook url is http:// or https"),
        ("accounts", {"webhook_url": "http://["}, "a webhook url is http:// or https"),
        ("accounts", {"opening": BAD_OPENING}, "a webhook url is http:// or https"),
        ("accounts", {"webhook_secret": None}, "webhook_secret is missing"),
        ("jobs", {"state": "lost"}, "state must be one of submitted, validating"),
        ("jobs", {"state": "validating"}, "valid and state contradict"),
        ("jobs", {"valid": None}, "valid and state contradict"),
        ("jobs", {"filter": "{"}, "truncated"),
        ("jobs", {"records": b""}, "Out of bounds"),
        ("jobs", {"records": b"\0" * 9}, "deserialize"),
        ("jobs", {"records": BEYOND}, "not within the data set"),
        ("jobs", {"edition": 2}, "there is no such edition"),
        ("attempts", {"url": "http://["}, "Invalid IPv6 URL"),
        ("deliveries", {"headers": "[]"}, "Expected `object`"),
        ("deliveries", {"headers": '{"a":1}'}, "Expected `str`"),
        ("scripts", {"step": '{"state":1}'}, "unknown field"),
        ("facts", {"name": "jobs_gone", "value": "9" * 30}, "jobs_gone is no count"),
        ("facts", {"name": "jobs_gone", "value": "-1"}, "jobs_gone is no count"),
        ("facts", {"name": "jobs_gone", "value": "few"}, "invalid literal"),
        ("sqlite_sequence", {"seq": None}, "seq is no number"),
        ("faults", {"kind": "quake"}, "not a valid FaultKind"),
        ("faults", {"phase": "moon"}, "not a valid FaultPhase"),
        ("faults", {**STATUS_FAULT, "phase": "webhook"}, "kind is not of this phase"),
        ("faults", {**STATUS_FAULT, "status": None}, "status"),
        ("faults", {**STATUS_FAULT, "status": 399}, "status is none of an error"),
        ("faults", {**STATUS_FAULT, "status": 600}, "status is none of an error"),
        ("faults", {"status": 500}, "status"),
        ("faults", {"seconds": 1.5}, "seconds"),
        *(
            ("faults", {"kind": "delay", "seconds": seconds}, "seconds are not from")
            for seconds in (-1.0, 0, 600.5)
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(
    emulator: InProcess, table: str, values: dict[str, object], reason: str
) -> None:
    """With the table, the row and the reason."""
    with pytest.raises(SnapshotError, match=f"table {table}, row 1: .*{reason}"):
        looked_at(emulator, table, values)


async def test_there_is_no_state_without_the_global_clock(emulator: InProcess) -> None:
    tables = emulator.store.dump()
    tables["clocks"].rows.clear()

    with pytest.raises(SnapshotError, match="the global clock is missing"):
        inspect(tables, emulator.services.editions, emulator.services.inboxes)
