"""Whatever has happened, who goes on from a snapshot goes on exactly there."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from inspect import isawaitable
from typing import Any, TypeAlias

import orjson
import pytest
from hypothesis import given, settings, strategies as st

from reachapi_emulator.contacts.editions import Editions
from reachapi_emulator.errors import SnapshotForeign, StoreError
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.errors import InsufficientCredit, WebhookInactive
from reachapi_emulator.vendor.job import JobBusy
from support.in_process import InProcess
from support.people import people
from support.scripted import (
    ACKNOWLEDGED,
    REFUSED,
    SERVER_ERROR,
    Hanging,
    Outcome,
    Post,
)

ACCOUNTS = ("ann", "bob")
OUTCOMES = (ACKNOWLEDGED, REFUSED, SERVER_ERROR)
DAY = 86_400 * SECOND

Act: TypeAlias = tuple[str, str, int]
"""What is done, to whose account or clock, how much."""


async def receive(post: Post) -> Outcome:
    """Answer as the size of the delivery says: the same for the same."""
    return OUTCOMES[post.size % len(OUTCOMES)]


async def emulated(real: int = 0) -> InProcess:
    """Return an emulator whose real time is so much later than another's.

    It has judged every email before: two validations that fall due together would
    end in another order if only one of them had to.
    """
    made = InProcess(receiver=receive, schedule=[SECOND, 5 * SECOND], delay=SECOND)
    await made.worker._email_check.valid(made.dataset.everything)  # noqa: SLF001 # so
    made.real.now += real
    return made


async def remembered(emulator: InProcess) -> dict[str, Any]:
    """Return all that an emulator remembers, its clocks by what they show.

    Facts are not among it: they are of the emulator, not of what happened there.
    """
    document = orjson.loads(await emulator.services.snapshots.take())
    tables = document["tables"]
    del tables["facts"]
    accounts = [row[0] for row in tables.pop("clocks")["rows"]]
    read = emulator.services.clock.read
    clocks = {account: emulator.do(read, account) for account in accounts}
    return {**tables, "clocks": clocks, "windows": document["windows"]}


ACTS: dict[str, Callable[[InProcess, str, int], object]] = {
    "submit": lambda on, whose, n: on.ask(1 + n, whose, n, polled=n % 5 == 0),
    "advance": lambda on, whose, n: on.advance(n * SECOND, whose),
    "advance all": lambda on, _, n: on.advance(n * SECOND),
    "pass": lambda on, _, n: setattr(on.real, "now", on.real.now + n * SECOND),
    "freeze": lambda on, whose, _: on.do(on.services.clock.freeze, whose),
    "freeze all": lambda on, *_: on.do(on.services.clock.freeze),
    "resume": lambda on, whose, _: on.do(on.services.clock.resume, whose),
    "resume all": lambda on, *_: on.do(on.services.clock.resume),
    "follow": lambda on, whose, _: on.do(on.services.clock.follow, whose),
    "redeliver": lambda on, *_: [on.redeliver(job) for job in on.jobs()[:1]],
    "switch": lambda on, whose, n: on.set_webhook(account=whose, active=n % 2 == 0),
    "balance": lambda on, whose, n: on.do(on.services.ledger.set, whose, n),
    "reset": lambda on, whose, _: on.services.reset(whose),
}
REFUSALS = (InsufficientCredit, WebhookInactive, JobBusy, ValueError)

acts = st.lists(
    st.tuples(
        st.sampled_from(["submit", *ACTS]),
        st.sampled_from(ACCOUNTS),
        st.integers(0, 20),
    ),
    max_size=12,
)


async def live(on: InProcess, doings: Sequence[Act]) -> None:
    """Do one thing after the other, and all that follows from it."""
    for what, whose, number in doings:
        with suppress(*REFUSALS):
            done = ACTS[what](on, whose, number)
            if isawaitable(done):
                await done
        await on.rest()


@given(before=acts, after=acts, real=st.integers(-DAY, DAY))
@settings(max_examples=60)
async def test_what_follows_is_the_same(
    before: list[Act], after: list[Act], real: int
) -> None:
    """At any time of day: the state that is restored, and all that comes of it."""
    first, second = await emulated(), await emulated(real)
    for account in ACCOUNTS:
        first.open(account, 50)
    await live(first, before)
    sent = len(first.client.posts)

    await second.services.snapshots.restore(await first.services.snapshots.take())
    await second.rest()  # it looks again at what is due, and waits

    assert await remembered(first) == await remembered(second)
    await live(first, after)
    await live(second, after)
    assert await remembered(first) == await remembered(second)
    assert first.client.posts[sent:] == second.client.posts
    for each in (first, second):
        each.store.close()


def failing(emulator: InProcess, patch: pytest.MonkeyPatch) -> None:
    """Let the store fail at what replaces its tables."""

    def fail(tables: object) -> None:
        raise StoreError(tables)

    patch.setattr(emulator.store, "load", fail)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (failing, StoreError),
        (
            lambda emulator, patch: patch.setattr(
                emulator.services.snapshots,
                "_editions",
                Editions(people("ada@analytical.example")),
            ),
            SnapshotForeign,
        ),
    ],
    ids=["the store fails", "of another data set"],
)
async def test_a_snapshot_that_is_not_restored_strands_nothing(
    change: Callable[[InProcess, pytest.MonkeyPatch], None],
    error: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was cut off for it is made again; for one that is refused nothing is."""
    receiver = Hanging()
    emulator = InProcess(receiver=receiver)
    emulator.open()
    emulator.ask(3)
    await emulator.worker.run_due()
    document = await emulator.services.snapshots.take()
    change(emulator, monkeypatch)

    with pytest.raises(error):
        await emulator.services.snapshots.restore(document)
    await emulator.worker.run_due()
    receiver.tell(ACKNOWLEDGED)
    await emulator.rest()

    assert ["delivered"] == emulator.states()
