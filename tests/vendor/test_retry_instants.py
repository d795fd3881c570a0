"""Attempts are made at the instants that the schedule says, and no others."""

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given, settings, strategies as st

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.job import FINAL
from support.in_process import InProcess
from support.scripted import ACKNOWLEDGED, REFUSED, SERVER_ERROR, Outcome, answers
from support.warp import microseconds, warp

DAY = 86_400 * SECOND

intervals = st.one_of(
    st.sampled_from([0, 1, SECOND, 300 * SECOND]), st.integers(0, 7 * DAY)
)
schedules = st.lists(intervals, max_size=6)
outcomes = st.lists(
    st.sampled_from([REFUSED, SERVER_ERROR, ACKNOWLEDGED]), max_size=8
).map(lambda drawn: drawn or [REFUSED] * 8)
delays = st.integers(0, DAY)


def expected(
    begin: int, schedule: Sequence[int], came_to: Sequence[Outcome]
) -> tuple[list[int], str]:
    """Return the instants of the attempts and the state they end in."""
    instants = list(accumulate(schedule, initial=begin))
    padded = [*came_to, *[ACKNOWLEDGED] * len(instants)][: len(instants)]
    for number, outcome in enumerate(padded, start=1):
        if outcome.acknowledged:
            return instants[:number], "delivered"
    return instants, "exhausted"


def made(emulator: InProcess, job: int) -> tuple[list[object], str]:
    """Return the instants of the attempts that were made, and the job's state."""
    return emulator.attempts(job, "started_at"), emulator.row(job)["state"]


async def stepped(emulator: InProcess, job: int) -> None:
    """Advance a frozen clock from one due instant to the next."""
    while (due := emulator.row(job)["due_at"]) is not None:
        wait = due - emulator.now()
        before = emulator.attempts(job, "number")
        if wait > 0:
            emulator.advance(wait - 1)
            await emulator.rest()
            assert before == emulator.attempts(job, "number")
            emulator.advance(1)
        await emulator.rest()


@given(schedule=schedules, came_to=outcomes, delay=delays)
@settings(max_examples=40)
async def test_attempts_are_made_when_they_are_due(
    schedule: list[int], came_to: list[Outcome], delay: int
) -> None:
    """Not a microsecond earlier; one more than intervals, then exhausted."""
    emulator = InProcess(receiver=answers(came_to), schedule=schedule, delay=delay)
    emulator.open()
    emulator.do(emulator.services.clock.freeze)
    job = emulator.ask(1)
    begin = emulator.now() + delay

    await stepped(emulator, job)

    assert expected(begin, schedule, came_to) == made(emulator, job)
    emulator.store.close()


async def awaited(emulator: InProcess, asked: Sequence[int]) -> list[int]:
    """Submit requests at instants of a clock that goes by itself; wait for the end."""
    emulator.open()
    emulator.worker.start()
    changed, jobs = emulator.services.clock.changed, []
    for instant in asked:
        while (wait := instant - microseconds()) > 0:
            await changed.wait(wait / SECOND)
        jobs.append(emulator.ask(1))
    while any(emulator.row(job)["state"] not in FINAL for job in jobs):
        await changed.wait()
    await emulator.worker.stop(0)
    return jobs


@given(
    schedule=schedules,
    delay=delays,
    asked=st.lists(st.integers(0, DAY), min_size=1, max_size=4).map(sorted),
)
@settings(max_examples=40)
def test_the_worker_wakes_when_they_are_due(
    schedule: list[int], delay: int, asked: list[int]
) -> None:
    """To the microsecond, on a clock that nobody turns; no job holds up another."""
    failures = [REFUSED] * 100
    emulator = InProcess(
        receiver=answers(failures), schedule=schedule, delay=delay, real=microseconds
    )

    jobs = warp(awaited(emulator, asked))

    assert [expected(begin + delay, schedule, failures) for begin in asked] == [
        made(emulator, job) for job in jobs
    ]
    emulator.store.close()


class Ticking:
    """Real time that goes on while it is looked at.

    Args:
        tick: microseconds that a look takes.
    """

    def __init__(self, tick: int) -> None:
        self._tick = tick
        self._spent = 0

    def __call__(self) -> int:
        """Return the instant."""
        self._spent += self._tick
        return microseconds() + self._spent


@given(
    schedule=st.lists(st.integers(0, 60), max_size=6),
    delay=st.integers(0, 60),
    tick=st.integers(1, 20),
)
@settings(max_examples=60)
def test_what_falls_due_during_a_look_is_not_overlooked(
    schedule: list[int], delay: int, tick: int
) -> None:
    """It is late by what the looks take, and not until something else happens."""
    emulator = InProcess(
        receiver=answers([REFUSED] * 7),
        schedule=schedule,
        delay=delay,
        real=Ticking(tick),
    )

    async def scene() -> int:
        await awaited(emulator, [0])
        return microseconds()

    assert warp(scene()) < SECOND
    emulator.store.close()
