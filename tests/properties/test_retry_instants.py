"""Attempts are made at the instants that the schedule says, and no others."""

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given, settings, strategies as st

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.job import FINAL
from support.house import House
from support.scripted import ACKNOWLEDGED, REFUSED, SERVER_ERROR, answers
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


def made(house: House, job: int) -> tuple[list[object], str]:
    """Return the instants of the attempts that were made, and the job's state."""
    rows = house.store.all("attempts_of", job=job)
    return [row["started_at"] for row in rows], house.jobs.row(job)["state"]


async def stepped(house: House, job: int) -> None:
    """Advance a frozen clock from one due instant to the next."""
    while (due := house.jobs.row(job)["due_at"]) is not None:
        wait = due - house.clock.now("ann")
        before = house.jobs.attempts(job)
        if wait > 0:
            house.clock.advance(wait - 1)
            await house.rest()
            assert before == house.jobs.attempts(job)
            house.clock.advance(1)
        await house.rest()


@given(schedule=schedules, came_to=outcomes, delay=delays)
@settings(max_examples=80, deadline=None)
async def test_attempts_are_made_when_they_are_due(
    schedule: list[int], came_to: list[Outcome], delay: int
) -> None:
    """Not a microsecond earlier; one more than intervals, then exhausted."""
    house = House(receiver=answers(came_to), schedule=schedule, delay=delay)
    house.open("ann")
    house.clock.freeze()
    job = house.ask(1)
    begin = house.clock.now("ann") + delay

    await stepped(house, job)

    assert expected(begin, schedule, came_to) == made(house, job)
    house.store.close()


async def awaited(house: House, asked: Sequence[int]) -> list[int]:
    """Submit requests at instants of a clock that goes by itself; wait for the end."""
    house.dispatcher.start()
    jobs = []
    for instant in asked:
        while (wait := instant - microseconds()) > 0:
            await house.clock.changed.wait(wait / SECOND)
        jobs.append(house.ask(1))
    while any(house.jobs.row(job)["state"] not in FINAL for job in jobs):
        await house.clock.changed.wait()
    await house.dispatcher.stop(0)
    return jobs


@given(schedule=schedules, came_to=outcomes, delay=delays)
@settings(max_examples=50, deadline=None)
def test_the_dispatcher_wakes_when_they_are_due(
    schedule: list[int], came_to: list[Outcome], delay: int
) -> None:
    """On a clock that nobody turns, to the microsecond."""
    house = House(
        receiver=answers(came_to), schedule=schedule, delay=delay, real=microseconds
    )

    async def scene() -> list[int]:
        house.open("ann")
        return await awaited(house, [0])

    (job,) = warp(scene())

    assert expected(delay, schedule, came_to) == made(house, job)
    house.store.close()


@given(
    schedule=schedules,
    asked=st.lists(st.integers(0, DAY), min_size=2, max_size=5).map(sorted),
)
@settings(max_examples=30, deadline=None)
def test_jobs_do_not_hold_each_other_up(schedule: list[int], asked: list[int]) -> None:
    """Each has its own instants, though all of them fail."""
    house = House(
        receiver=answers([REFUSED] * 100), schedule=schedule, real=microseconds
    )

    async def scene() -> list[int]:
        house.open("ann")
        return await awaited(house, asked)

    jobs = warp(scene())

    assert [expected(begin, schedule, [REFUSED] * 100) for begin in asked] == [
        made(house, job) for job in jobs
    ]
    house.store.close()


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
@settings(max_examples=100, deadline=None)
def test_what_falls_due_during_a_look_is_not_overlooked(
    schedule: list[int], delay: int, tick: int
) -> None:
    """It is late by what the looks take, and not until something else happens."""
    house = House(
        receiver=answers([REFUSED] * 7),
        schedule=schedule,
        delay=delay,
        real=Ticking(tick),
    )

    async def scene() -> int:
        house.open("ann")
        await awaited(house, [0])
        return microseconds()

    assert warp(scene()) < SECOND
    house.store.close()
