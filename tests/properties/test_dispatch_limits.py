"""However much is due, no more is under way than is allowed, and nobody starves."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings, strategies as st
from pyroaring import BitMap

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.vendor import worker as dispatch
from reachapi_emulator.vendor.email_check import Validator
from reachapi_emulator.vendor.worker import (
    MAX_AT_ENDPOINT,
    MAX_ATTEMPTS,
    MAX_VALIDATIONS,
)
from support.house import House
from support.people import mixed
from support.scripted import ACKNOWLEDGED, REFUSED, Hanging, Post

SLOW = "http://slow.example/"

Limits = tuple[int, int, list[int]]
"""How many attempts at once, and at one endpoint; in which order they end."""


def url(endpoint: int) -> str:
    """Return the address of an endpoint."""
    return f"http://endpoint-{endpoint}.example/"


def opened(house: House, load: Sequence[int]) -> list[int]:
    """Submit as many requests as each endpoint has, one endpoint after the other."""
    jobs = []
    for endpoint, count in enumerate(load):
        account = house.open(f"account-{endpoint}", url=url(endpoint))
        jobs += [house.ask(1, account.id) for _ in range(count)]
    return jobs


async def steps(count: int) -> None:
    """Let others take some steps."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("load", "overall", "each"),
    [([4] * 80, MAX_ATTEMPTS, 4), ([20] * 3, 3 * MAX_AT_ENDPOINT, MAX_AT_ENDPOINT)],
)
async def test_the_limits_of_attempts_are_used_and_kept(
    load: list[int], overall: int, each: int
) -> None:
    """256 in flight, 8 at an endpoint; as some end, others begin."""
    receiver = Hanging()
    house = House(receiver=receiver)
    jobs = opened(house, load)
    house.dispatcher.start()
    await house.dispatcher.settle()
    await steps(10)
    first = Counter(post.url for post in receiver.waiting())

    while receiver.waiting():
        receiver.tell(ACKNOWLEDGED)
        await steps(5)
    await house.dispatcher.stop(0)

    assert (overall, each) == (first.total(), max(first.values()))
    assert overall == house.client.most[""]
    assert MAX_AT_ENDPOINT >= max(n for at, n in house.client.most.items() if at)
    assert jobs == house.jobs.find(state="delivered")


def room(left: Counter[str], most: int, each: int) -> int:
    """Return how many attempts ought to be in flight."""
    return min(most, sum(min(each, count) for count in left.values()))


async def play(
    house: House, receiver: Hanging, load: list[int], limits: Limits
) -> None:
    """Let attempts end in some order; see that room is used as it comes."""
    most, each, order = limits
    left = Counter({url(number): count for number, count in enumerate(load)})
    house.dispatcher.start()
    await house.dispatcher.settle()
    for which in order:
        await steps(8)
        waiting = receiver.waiting()
        assert room(left, most, each) == len(waiting)
        if waiting:
            left[waiting[which % len(waiting)].url] -= 1
            receiver.tell(ACKNOWLEDGED, which % len(waiting))
    await house.dispatcher.stop(0)


@given(
    load=st.lists(st.integers(0, 12), max_size=6),
    most=st.integers(1, 20),
    each=st.integers(1, 5),
    order=st.lists(st.integers(0, 99), max_size=80),
)
@settings(max_examples=60, deadline=None)
async def test_no_limit_is_ever_passed(
    load: list[int], most: int, each: int, order: list[int]
) -> None:
    """Whatever they are, and whichever attempt ends first; no room is left unused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "MAX_ATTEMPTS", most)
        patch.setattr(dispatch, "MAX_AT_ENDPOINT", each)
        receiver = Hanging()
        house = House(receiver=receiver)
        opened(house, load)

        await play(house, receiver, load, (most, each, order))

    in_flight = house.client.most
    assert in_flight.pop("", 0) <= most
    assert max(in_flight.values(), default=0) <= each
    house.store.close()


@given(slow=st.integers(1, 60), load=st.lists(st.integers(0, 12), max_size=6))
@settings(max_examples=40, deadline=None)
async def test_a_slow_endpoint_starves_nobody(slow: int, load: list[int]) -> None:
    """However much is due there, even more than may be under way at all."""

    async def answer(post: Post) -> Outcome:
        if post.url == SLOW:
            await asyncio.get_running_loop().create_future()
        return ACKNOWLEDGED

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "MAX_ATTEMPTS", 20)
        house = House(receiver=answer)
    house.open("slow", url=SLOW)
    for _ in range(slow):
        house.ask(1, "slow")
    jobs = opened(house, load)
    house.dispatcher.start()
    await house.dispatcher.settle()

    await steps(5 * (1 + sum(load)))
    await house.dispatcher.stop(0)

    assert jobs == house.jobs.find(state="delivered")
    assert min(slow, MAX_AT_ENDPOINT) == house.client.most[SLOW]
    house.store.close()


@given(
    fates=st.lists(st.sampled_from(["raise", "answer", "refuse"]), max_size=30),
)
@example(fates=["raise"] * (MAX_AT_ENDPOINT + 1))
@settings(max_examples=40, deadline=None)
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

    house = House(receiver=answer)
    opened(house, [len(fates)])
    house.dispatcher.start()
    await house.dispatcher.settle()
    await steps(10 * (1 + len(fates)))
    await house.dispatcher.stop(0)

    states = Counter(house.jobs.row(job)["state"] for job in house.jobs.find())
    assert len(fates) == len(house.client.posts)
    assert (fates.count("answer"), fates.count("refuse")) == (
        states["delivered"],
        states["exhausted"],
    )
    house.store.close()


class Gate(Validator):
    """Judges when it is opened.

    Attributes:
        most: how many validations were under way at once.
    """

    def __init__(self) -> None:
        super().__init__(mixed(1))
        self.opened = asyncio.Event()
        self.most = 0
        self._under_way = 0

    async def valid(self, numbers: BitMap) -> BitMap:
        """Wait at the gate, then call all of them valid."""
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        await self.opened.wait()
        self._under_way -= 1
        return numbers


@pytest.mark.parametrize(
    ("due", "most"),
    [(1, 1), (MAX_VALIDATIONS, MAX_VALIDATIONS), (100, MAX_VALIDATIONS)],
)
async def test_the_limit_of_validations_is_used_and_kept(due: int, most: int) -> None:
    """16 at once; when they have ended, the others follow."""
    gate = Gate()
    house = House(validator=gate)
    jobs = opened(house, [due])
    house.dispatcher.start()
    await steps(5)
    first = len(house.jobs.find(state="validating"))

    gate.opened.set()
    await house.rest()
    await house.dispatcher.stop(0)

    assert (most, most) == (first, gate.most)
    assert jobs == house.jobs.find(state="delivered")
