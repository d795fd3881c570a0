"""When the worker begins, sleeps and ends; what it does about work that fails."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import example, given, settings, strategies as st
from pyroaring import BitMap

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import worker
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.job import Work
from reachapi_emulator.vendor.worker import MAX_AT_ENDPOINT, MAX_SLEEP
from support.failing_store import FailingStore
from support.in_process import URL, InProcess, memory_store, steps
from support.scripted import ACKNOWLEDGED, REFUSED, Hanging, Outcome, Post, answers
from support.warp import microseconds, warp

HOURS = 10


async def test_what_is_due_first_is_done_first() -> None:
    """Whichever was submitted first."""
    emulator = InProcess(
        receiver=answers([REFUSED] * 3), schedule=[SECOND, 10 * SECOND]
    )
    emulator.open()
    late = emulator.ask(1)
    for seconds in (0, 1):
        emulator.advance(seconds * SECOND)
        await emulator.rest()
    early = emulator.ask(1)
    await emulator.rest()

    emulator.advance(20 * SECOND)
    await emulator.rest()

    assert [late, late, early, early, late] == emulator.posted()


async def test_what_somebody_else_has_claimed_is_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the look at what is due and the claim."""
    emulator = InProcess()
    emulator.open()
    emulator.ask(1)
    claim = emulator.services.jobs.due.claim

    def overtaken(account: str, kind: Work) -> int | None:
        claim(account, kind)
        return claim(account, kind)

    monkeypatch.setattr(emulator.services.jobs.due, "claim", overtaken)
    await emulator.worker.run_due()
    await steps(10)

    assert [] == emulator.client.posts


@pytest.mark.parametrize("url", [URL, None])
async def test_a_webhook_that_goes_after_a_claim_takes_no_attempt_along(
    url: str | None,
) -> None:
    """It waits for another, as what is due (ruling 30)."""
    emulator = InProcess()
    emulator.open()
    job = emulator.ask(1)
    jobs, carrier = emulator.services.jobs, emulator.worker._carrier  # noqa: SLF001 # what it hands to `begin`
    assert job == emulator.claim("validation")
    emulator.do(jobs.settle, job, BitMap([0]))
    assert job == emulator.claim()
    emulator.set_webhook(url, active=False)

    begun = emulator.do(jobs.begin, job, carrier.interfere, carrier.address)

    row = emulator.row(job)
    assert (None, "delivering", 0) == (begun, row["state"], row["claimed"])


@pytest.mark.parametrize(
    "prepare",
    [
        lambda _: None,
        lambda emulator: (
            emulator.ask(1),
            emulator.do(emulator.services.clock.freeze),
        ),
        lambda emulator: (emulator.ask(1), emulator.set_webhook(active=False)),
    ],
    ids=["nothing to do", "on a clock that stands", "while the webhook is inactive"],
)
def test_it_looks_every_hour_while_nothing_falls_due(
    prepare: Callable[[InProcess], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock set by somebody else is looked at again by then."""
    emulator = InProcess(delay=SECOND, real=microseconds)
    looks = count()
    next_due = emulator.services.jobs.due.next_due

    def look(real: int) -> int | None:
        next(looks)
        return next_due(real)

    monkeypatch.setattr(emulator.services.jobs.due, "next_due", look)

    async def slept() -> None:
        emulator.open()
        prepare(emulator)
        await steps(1)
        emulator.worker.start()
        await asyncio.sleep(HOURS * MAX_SLEEP - 1)
        await emulator.worker.stop(0)

    warp(slept())

    assert 3_600 == MAX_SLEEP
    assert HOURS <= next(looks) <= 2 * HOURS


class Scene:
    """Attempts of ann and bob that hang.

    Attributes:
        receiver: gives them their answers.
        jobs: the one of ann, and the one of bob.
    """

    def __init__(self) -> None:
        self.receiver = Hanging()
        self.emulator = InProcess(receiver=self.receiver)
        self.jobs: list[int] = []

    async def begin(self) -> None:
        """Bring both attempts under way."""
        self.emulator.worker.start()
        for name in ("ann", "bob"):
            self.emulator.open(name)
            self.jobs.append(self.emulator.ask(1, name))
        await self.emulator.worker.run_due()
        assert 2 == len(self.receiver.waiting())

    async def stopped(self, *answers_after: float) -> int:
        """Stop with a grace of 5 seconds; return how many microseconds it takes."""
        await self.begin()
        loop = asyncio.get_running_loop()
        for seconds in answers_after:
            loop.call_later(seconds, self.receiver.tell, ACKNOWLEDGED)
        before = microseconds()
        await self.emulator.worker.stop(5)
        return microseconds() - before


@pytest.mark.parametrize(
    ("answers_after", "takes", "cut_off"),
    [((1, 2), 2, [None]), ((1,), 5, ["interrupted", None])],
    ids=["all end", "one is cut off"],
)
def test_a_stop_gives_what_is_under_way_its_grace(
    answers_after: tuple[float, ...], takes: int, cut_off: list[object]
) -> None:
    """What has not ended then is cut off, and made again after the next start."""
    scene = Scene()

    assert takes * SECOND == warp(scene.stopped(*answers_after))
    again = InProcess(store=scene.emulator.store)
    asyncio.run(again.rest())

    errors = [again.attempts(job, "error") for job in scene.jobs]
    assert ([[None], cut_off], ["delivered"] * 2) == (errors, again.states())


async def test_nothing_is_started_after_a_stop() -> None:
    """Whatever falls due, and whoever asks."""
    scene = Scene()
    await scene.begin()
    await scene.emulator.worker.stop(0)

    job = scene.emulator.ask(1)
    await scene.emulator.worker.run_due()

    assert "submitted" == scene.emulator.row(job)["state"]


async def test_a_worker_that_was_not_started_can_be_stopped() -> None:
    emulator = InProcess()

    await emulator.worker.stop(5)

    assert [] == emulator.under_way()


@pytest.mark.parametrize(
    ("account", "left"), [("ann", ["bob"]), ("bob", ["ann"]), (None, [])]
)
async def test_a_pause_cuts_off_the_work_of_one_account_or_all(
    account: str | None, left: list[str]
) -> None:
    """Nothing of it begins inside the block; another's goes on."""
    scene = Scene()
    await scene.begin()

    async with scene.emulator.worker.paused(account):
        waiting = [post.secret for post in scene.receiver.waiting()]
        job = scene.emulator.ask(1, "ann")
        await steps(20)
        inside = scene.emulator.row(job)["state"]

    get = scene.emulator.services.accounts.get
    secrets = [scene.emulator.do(get, name).webhook_secret for name in left]
    assert ("submitted", secrets) == (inside, waiting)
    await scene.emulator.worker.stop(0)


async def test_a_pause_cuts_off_what_waited_its_turn_too() -> None:
    """It begins as soon as there is room, which a cut makes bit by bit."""
    pauses = count()

    async def reluctant(post: Post) -> Outcome:
        try:
            return await Hanging()(post)
        finally:
            await steps(4 * next(pauses))

    emulator = InProcess(receiver=reluctant)
    emulator.open()
    for _ in range(3 * MAX_AT_ENDPOINT):
        emulator.ask(1)
    emulator.worker.start()
    await emulator.worker.run_due()

    async with emulator.worker.paused("ann"):
        tasks = asyncio.all_tasks()
    await emulator.worker.stop(0)

    assert [] == [task.get_name() for task in tasks if "job" in task.get_name()]


@pytest.mark.parametrize("account", ["ann", None])
async def test_what_a_pause_in_vain_has_cut_off_is_made_again(
    account: str | None,
) -> None:
    """As when the reset fails that it was for (ruling 31)."""
    scene = Scene()
    await scene.begin()

    with pytest.raises(OSError, match="disk full"):
        async with scene.emulator.worker.paused(account):
            raise OSError("disk full")
    await scene.emulator.worker.run_due()
    for _ in scene.jobs:
        scene.receiver.tell(ACKNOWLEDGED)
    await scene.emulator.rest()

    triggers = [scene.emulator.attempts(job, "trigger") for job in scene.jobs]
    other = ["first"] if account else ["first", "recovery"]
    assert [["first", "recovery"], other] == triggers
    await scene.emulator.worker.stop(0)


@given(fates=st.lists(st.sampled_from(["raise", "answer", "refuse"]), max_size=30))
@example(fates=["raise"] * (MAX_AT_ENDPOINT + 1))
@settings(max_examples=25)
async def test_work_that_raises_ends_nothing(fates: list[str]) -> None:
    """Wherever it stands among the others, and however often it does."""
    given_fates = iter(fates)

    async def answer(post: Post) -> Outcome:
        del post
        fate = next(given_fates)
        await steps(3)
        if fate == "raise":
            raise RuntimeError(fate)
        return ACKNOWLEDGED if fate == "answer" else REFUSED

    emulator = InProcess(receiver=answer)
    emulator.open()
    for _ in fates:
        emulator.ask(1)
    emulator.worker.start()
    await emulator.rest()
    await emulator.worker.stop(0)

    became = Counter(emulator.states())
    named = {"raise": "delivering", "answer": "delivered", "refuse": "exhausted"}
    assert Counter(named[fate] for fate in fates) == became
    emulator.store.close()


async def test_an_attempt_that_raised_failed_and_is_made_again_in_a_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = count()

    async def broken_once(post: Post) -> Outcome:
        del post
        if next(calls) == 0:
            raise RuntimeError("broken")
        return ACKNOWLEDGED

    emulator = InProcess(receiver=broken_once)
    emulator.open()
    job = emulator.ask(1)
    await emulator.rest()
    (record,) = caplog.records
    emulator.advance(SECOND)
    await emulator.rest()

    assert (logging.ERROR, f"job {job} failed") == (record.levelno, record.getMessage())
    assert "RuntimeError: broken" in caplog.text
    assert ["failed", None] == emulator.attempts(job, "error")


async def test_a_validation_that_raised_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its credits do not stay reserved for ever."""

    async def broken(_: EmailCheck, numbers: BitMap) -> BitMap:
        raise RuntimeError(numbers)

    emulator = InProcess()
    emulator.open()
    job = emulator.ask(1)
    with monkeypatch.context() as patch:
        patch.setattr(EmailCheck, "valid", broken)
        await emulator.rest()
    before = emulator.states()
    emulator.advance(SECOND)
    await emulator.rest()

    assert (["submitted"], ["delivered"]) == (before, emulator.states())
    assert 1 == emulator.row(job)["charged"]


async def test_a_turn_that_the_store_fails_is_taken_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that fails once need not fail for ever."""
    monkeypatch.setattr(worker, "PAUSE", 0)
    store = FailingStore()
    emulator = InProcess(store=store)
    emulator.open()
    emulator.ask(1)
    store.fail_after(0)
    emulator.worker.start()
    while not caplog.records:
        await steps(1)
    store.fail_after(None)
    await emulator.rest()
    await emulator.worker.stop(0)

    failed = {each.getMessage() for each in caplog.records if each.exc_info}
    assert {"what is due could not be started: tried again in a second"} == failed
    assert ["delivered"] == emulator.states()


async def test_what_a_crash_has_cut_off_is_due_again() -> None:
    """Ruling 31: an attempt is marked interrupted; a validation is made anew."""
    store = memory_store()
    crashed = InProcess(store=store, receiver=Hanging())
    crashed.open()
    delivering = crashed.ask(1)
    await crashed.worker.run_due()
    validating, polled = crashed.ask(1), crashed.ask(1, polled=True)
    claimed = [crashed.claim("validation") for _ in range(2)]
    assert [validating, polled] == claimed

    again = InProcess(store=store)
    due = [again.row(job)["claimed"] for job in (delivering, validating, polled)]
    await again.rest()
    await crashed.worker.stop(0)

    assert [0, 0, 0] == due
    assert ["delivered", "delivered", "ready"] == again.states()
    assert ["interrupted", None] == again.attempts(delivering, "error")
    assert ["first", "recovery"] == again.attempts(delivering, "trigger")
    assert [1, 1, 1] == [again.row(job)["charged"] for job in again.jobs()]
