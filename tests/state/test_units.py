"""A unit of work: all of it or nothing, and what others see of it after its commit."""

# ruff: noqa: SLF001 # the units of Services and Snapshots stand behind their locks

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import orjson
import pytest
from pyroaring import BitMap

from reachapi_emulator.errors import SnapshotError
from reachapi_emulator.state.events import EventType, Signal
from reachapi_emulator.testing.delivery_faults import FaultyCarrier
from reachapi_emulator.testing.faults import (
    DELIVERED,
    FaultKind,
    FaultPhase,
    FaultRule,
)
from reachapi_emulator.testing.inbox import ScriptedAnswer
from reachapi_emulator.testing.snapshots import parse
from reachapi_emulator.vendor import worker
from reachapi_emulator.vendor.accounts import Opening
from reachapi_emulator.vendor.job import BegunAttempt, DataRequest
from support.entries import entry
from support.failing_store import FailingStore
from support.in_process import InProcess
from support.scripted import REFUSED

Unit = Callable[[], object]
REQUEST = DataRequest(3, {}, BitMap(range(3)))
SECOND = 1_000_000


class Scene(InProcess):
    """An emulator with something of everything, and somebody who follows it.

    Attributes:
        told: the names of the events so far, in order.
    """

    store: FailingStore

    def __init__(self) -> None:
        super().__init__(store=FailingStore(), schedule=[SECOND])
        self.told: list[str] = []
        self.store.feed.follow(self._note)
        self.open()
        self.do(self.services.clock.freeze, "ann")
        self.do(self.services.inboxes.receive, "ann", {"A": "a"}, b"{}")
        self.do(self.services.inboxes.script, "ann", [ScriptedAnswer(status=500)])
        self.rule(FaultKind.DUPLICATE, account="bob", times=1)
        self.services.limiter.admit("ann", self.now())
        self.services.journal.record(entry())

    def _note(self) -> None:
        assert not self.store.in_transaction
        newest = self.store.feed.after(self.store.feed.last - 1, 1) or []
        self.told += [event.name for event in newest]

    def claimed(self) -> int:
        """Return a job whose validation has been claimed."""
        job = self.ask(3)
        assert job == self.claim("validation")
        return job

    def delivering(self) -> int:
        """Return a job whose first attempt has been claimed."""
        job = self.claimed()
        self.do(self.services.jobs.settle, job, BitMap([0, 1]))
        assert job == self.claim()
        return job

    def beginning(self) -> Callable[[], BegunAttempt | None]:
        """Return the unit that begins an attempt."""
        services = self.services
        carrier = FaultyCarrier(self.client, services.inboxes, services.faults)
        job = self.delivering()
        return partial(services.jobs.begin, job, carrier.interfere, carrier.address)

    def remembered(self) -> object:
        """Return all that is remembered: tables, memory, what was told and woken."""
        store, services = self.store, self.services
        return orjson.dumps(
            {
                "tables": {name: vars_of(each) for name, each in store.dump().items()},
                "windows": store.windows.dump(),
                "journal": [store.journal.count, len(store.journal.find(bool))],
                "rules": [rule.id for rule in services.faults.rules],
                "events": store.feed.last,
                "woken": [services.clock.changed.changes],
                "recalled": self.do(store.recall, "key_find", api_key=self.key()),
            },
            default=list,
        )

    def key(self) -> str:
        """Return the key of the account."""
        found = self.do(self.services.accounts.find, "ann")
        return "" if found is None else found.api_key


def vars_of(table: object) -> object:
    """Return a dumped table as JSON can hold it."""
    return [table.columns, table.rows]  # type: ignore[attr-defined] # a TableDump


def submit(scene: Scene) -> Unit:
    return partial(scene.services.jobs.submit, "ann", REQUEST)


def claim(scene: Scene) -> Unit:
    scene.ask(3)
    scene.do(scene.worker._line_up)
    validations = scene.worker._validations
    claim = worker._Claim(validations, validations.lanes.take(1))
    return partial(scene.worker._claim, claim)


def line_up(scene: Scene) -> Unit:
    scene.ask(3)
    return scene.worker._line_up


def settle(scene: Scene) -> Unit:
    return partial(scene.services.jobs.settle, scene.claimed(), BitMap([0, 1]))


def begin(scene: Scene) -> Unit:
    scene.rule(FaultKind.EMPTY, times=1)
    return scene.beginning()


def postpone(scene: Scene) -> Unit:
    scene.rule(FaultKind.REORDER, times=1)
    return scene.beginning()


def finish(scene: Scene) -> Unit:
    attempt = scene.do(scene.beginning())
    assert attempt is not None
    return partial(scene.services.jobs.finish, attempt, REFUSED)


def give_back(scene: Scene) -> Unit:
    scene.do(scene.beginning())
    return partial(scene.services.jobs.give_back, *scene.jobs())


def recover(scene: Scene) -> Unit:
    scene.do(scene.beginning())
    return partial(scene.services.jobs.recover, "ann")


def redeliver(scene: Scene) -> Unit:
    job = scene.delivering()
    scene.do(scene.store.run, "job_release", id=job)
    return partial(scene.services.jobs.redeliver, job)


def open_account(scene: Scene) -> Unit:
    return partial(scene.services.accounts.open, Opening("bob", 5))


def open_test_account(scene: Scene) -> Unit:
    return partial(scene.services.accounts.identify, "test-1")


def set_webhook(scene: Scene) -> Unit:
    accounts = scene.services.accounts
    scene.do(accounts.open, Opening("bob", 5, webhook_secret=None))
    return partial(accounts.set_webhook, "bob", "http://b.example/", active=True)


def generate_key(scene: Scene) -> Unit:
    def generate() -> None:
        scene.services.accounts.generate_api_key("ann")
        scene.services.limiter.forget("ann")

    return generate


def set_credits(scene: Scene) -> Unit:
    return partial(scene.services.ledger.set, "ann", 7)


def reset(scene: Scene) -> Unit:
    scene.do(scene.beginning())
    return scene.services._start_afresh


def reset_account(scene: Scene) -> Unit:
    scene.do(scene.beginning())
    return partial(scene.services._reopen, "ann")


def forget(scene: Scene) -> Unit:
    scene.do(scene.beginning())
    return partial(scene.services._forget, "ann")


def advance(scene: Scene) -> Unit:
    return partial(scene.services.clock.advance, SECOND)


def follow_clock(scene: Scene) -> Unit:
    scene.ask(3)
    scene.advance(SECOND)
    return partial(scene.services.clock.follow, "ann")


def add_fault(scene: Scene) -> Unit:
    rule = FaultRule(phase=FaultPhase.REQUEST, kind=FaultKind.EMPTY)
    return partial(scene.services.faults.add, rule)


def remove_fault(scene: Scene) -> Unit:
    return partial(scene.services.faults.remove, 1)


def trigger_fault(scene: Scene) -> Unit:
    return partial(scene.services.faults.trigger, FaultPhase.WEBHOOK, DELIVERED, "bob")


def receive(scene: Scene) -> Unit:
    return partial(scene.services.inboxes.receive, "ann", {}, b"[]")


def replace_all(scene: Scene) -> Unit:
    document = asyncio.run(scene.services.snapshots.take())
    scene.ask(3)
    return partial(scene.services.snapshots._replace, parse(document))


UNITS = [
    *(submit, line_up, claim, settle, begin, postpone, finish, give_back, recover),
    *(redeliver, open_account, open_test_account, set_webhook, generate_key),
    *(set_credits, reset, reset_account, forget, advance, follow_clock),
    *(add_fault, remove_fault, trigger_fault, receive, replace_all),
]


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Close a scene after its test."""
    scene = Scene()
    yield scene
    scene.store.close()


def fails(scene: Scene, unit: Unit, statements: int) -> bool:
    """Run a unit whose store fails after so many statements; tell whether it did."""
    scene.store.fail_after(statements)
    try:
        scene.store.transact(unit)
    except (sqlite3.OperationalError, SnapshotError):
        return True
    finally:
        scene.store.fail_after(None)
    return False


@pytest.mark.parametrize("prepare", UNITS, ids=lambda unit: unit.__name__)
def test_a_unit_that_fails_leaves_nothing_behind(
    scene: Scene, prepare: Callable[[Scene], Unit]
) -> None:
    """Whichever of its statements it is, the commit included."""
    unit = prepare(scene)
    before = scene.remembered()

    failed = 0
    for statements in count():
        if not fails(scene, unit, statements):
            break
        failed += 1
        assert before == scene.remembered()

    assert failed >= 3  # a beginning, a statement, a commit
    assert before != scene.remembered()


@pytest.mark.parametrize("prepare", UNITS, ids=lambda unit: unit.__name__)
def test_a_unit_that_raises_at_its_end_leaves_nothing_behind(
    scene: Scene, prepare: Callable[[Scene], Unit]
) -> None:
    """As one that a refusal ends after it has changed something."""
    unit = prepare(scene)
    before = scene.remembered()

    def refused() -> None:
        unit()
        raise LookupError

    with pytest.raises(LookupError):
        scene.do(refused)

    assert before == scene.remembered()


@pytest.mark.parametrize(
    ("prepare", "events"),
    [
        (submit, ["job"]),
        (settle, ["account", "job"]),
        (begin, ["fault", "attempt", "job"]),
        (postpone, ["fault", "job"]),
        (finish, ["attempt", "job"]),
        (open_account, ["account", "account"]),
        (follow_clock, ["clock"]),
        (receive, ["delivery"]),
        (reset, ["account", "account", "reset"]),
        (replace_all, ["reset"]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_events_are_told_after_the_commit_in_order(
    scene: Scene, prepare: Callable[[Scene], Unit], events: list[str]
) -> None:
    unit = prepare(scene)
    scene.told.clear()

    scene.do(unit)

    assert events == scene.told


async def test_a_commit_wakes_each_who_waits_once(scene: Scene) -> None:
    """However many changes the unit has made."""
    changed = Signal()
    seen: list[bool] = []

    def change() -> None:
        for name in ("A", "B"):
            scene.services.accounts.rename("ann", name)
            scene.store.after_commit(changed.notify)
        scene.store.after_commit(lambda: seen.append(scene.store.in_transaction))
        assert 0 == changed.changes

    await scene.store.unit(change)

    assert (1, [False]) == (changed.changes, seen)


@pytest.mark.parametrize(
    "read",
    [
        lambda scene: partial(scene.services.accounts.identify, scene.key()),
        lambda scene: partial(scene.services.jobs.to_json, scene.ask(3)),
        lambda scene: partial(scene.services.jobs.due.next_due, 0),
        lambda scene: partial(scene.services.ledger.entries, "ann"),
        lambda scene: partial(scene.services.clock.read, "ann"),
        lambda scene: scene.services.faults.to_json,
        lambda scene: partial(scene.services.inboxes.deliveries, "ann"),
        lambda scene: partial(
            scene.services.faults.trigger, FaultPhase.REQUEST, "counts", "ann"
        ),
        lambda scene: scene.worker._line_up,
        lambda scene: scene.store.dump,
    ],
    ids=count(),
)
def test_a_unit_that_only_reads_begins_no_transaction(
    scene: Scene, read: Callable[[Scene], Unit]
) -> None:
    unit = read(scene)
    statements: list[str] = []
    scene.store._db.set_trace_callback(statements.append)

    scene.do(unit)

    assert [] == [
        each for each in statements if not each.startswith(("SELECT", "PRAGMA"))
    ]


@pytest.mark.parametrize(
    "write",
    [
        lambda scene: scene.services.accounts.rename("ann", "Ann"),
        lambda scene: scene.store.one("attempt_start", job=1),
        lambda scene: scene.store.wipe(),
        lambda scene: scene.store.load({}),
        lambda scene: scene.store.after_commit(print),
        lambda scene: scene.store.publish(EventType.RESET, None, {}),
    ],
    ids=count(),
)
def test_a_change_outside_of_a_unit_is_refused(
    scene: Scene, write: Callable[[Scene], object]
) -> None:
    with pytest.raises(RuntimeError, match="outside of a unit of work"):
        write(scene)

    assert not scene.store.in_transaction


def test_a_unit_inside_a_unit_is_refused(scene: Scene) -> None:
    """The outer one can go on, and neither has torn the other."""

    def outer() -> None:
        scene.services.accounts.rename("ann", "Ann")
        with pytest.raises(RuntimeError, match="a unit of work inside another"):
            scene.do(scene.services.accounts.rename, "ann", "Bob")

    scene.do(outer)

    assert "Ann" == scene.do(scene.services.accounts.get, "ann").name
