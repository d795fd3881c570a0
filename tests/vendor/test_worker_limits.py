"""However much is due, no more is under way than is allowed, and nobody starves."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st
from pyroaring import BitMap

from reachapi_emulator.vendor import worker
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.worker import (
    MAX_AT_ENDPOINT,
    MAX_ATTEMPTS_UNDER_WAY,
    MAX_VALIDATIONS,
)
from support.in_process import InProcess, steps
from support.scripted import ACKNOWLEDGED, Hanging, Outcome, Post

SLOW = "http://slow.example/"


def url(endpoint: int) -> str:
    """Return the address of an endpoint."""
    return f"http://endpoint-{endpoint}.example/"


def opened(emulator: InProcess, load: Sequence[int]) -> list[int]:
    """Submit as many requests as each endpoint has, one endpoint after the other."""
    jobs = []
    for endpoint, count in enumerate(load):
        account = f"account-{endpoint}"
        emulator.open(account, url=url(endpoint))
        jobs += [emulator.ask(1, account) for _ in range(count)]
    return jobs


@pytest.mark.parametrize(
    ("load", "overall", "each"),
    [
        ([4] * 80, MAX_ATTEMPTS_UNDER_WAY, 4),
        ([20] * 3, 3 * MAX_AT_ENDPOINT, MAX_AT_ENDPOINT),
    ],
)
async def test_the_limits_of_attempts_are_used_and_kept(
    load: list[int], overall: int, each: int
) -> None:
    """256 in flight, 8 at an endpoint; as some end, others begin."""
    receiver = Hanging()
    emulator = InProcess(receiver=receiver)
    jobs = opened(emulator, load)
    emulator.worker.start()
    await emulator.worker.run_due()
    first = Counter(post.url for post in receiver.waiting())

    while receiver.waiting():
        receiver.tell(ACKNOWLEDGED)
        await steps(8)
    await emulator.worker.stop(0)

    assert (256, 8) == (MAX_ATTEMPTS_UNDER_WAY, MAX_AT_ENDPOINT)
    assert (overall, each) == (first.total(), max(first.values()))
    assert overall == emulator.client.most.pop("")
    assert MAX_AT_ENDPOINT >= max(emulator.client.most.values())
    assert jobs == emulator.jobs(state="delivered")


def room(left: Counter[str], most: int, each: int) -> int:
    """Return how many attempts ought to be in flight."""
    return min(most, sum(min(each, count) for count in left.values()))


@given(
    load=st.lists(st.integers(0, 12), max_size=6),
    most=st.integers(1, 20),
    each=st.integers(1, 5),
    order=st.lists(st.integers(0, 99), max_size=60),
)
@settings(max_examples=40)
async def test_room_is_used_as_it_comes_and_no_limit_passed(
    load: list[int], most: int, each: int, order: list[int]
) -> None:
    """Whatever the limits are, and whichever attempt ends first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "MAX_ATTEMPTS_UNDER_WAY", most)
        patch.setattr(worker, "MAX_AT_ENDPOINT", each)
        receiver = Hanging()
        emulator = InProcess(receiver=receiver)
        opened(emulator, load)
        left = Counter({url(number): count for number, count in enumerate(load)})
        emulator.worker.start()
        await emulator.worker.run_due()
        for which in order:
            await steps(12)
            waiting = receiver.waiting()
            assert room(left, most, each) == len(waiting)
            if waiting:
                left[waiting[which % len(waiting)].url] -= 1
                receiver.tell(ACKNOWLEDGED, which % len(waiting))
        await emulator.worker.stop(0)

    assert emulator.client.most.pop("", 0) <= most
    assert max(emulator.client.most.values(), default=0) <= each
    emulator.store.close()


@given(slow=st.integers(1, 60), load=st.lists(st.integers(0, 12), max_size=6))
@settings(max_examples=25)
async def test_a_slow_endpoint_starves_nobody(slow: int, load: list[int]) -> None:
    """However much is due there, even more than may be under way at all."""

    async def answer(post: Post) -> Outcome:
        if post.url == SLOW:
            await asyncio.get_running_loop().create_future()
        return ACKNOWLEDGED

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "MAX_ATTEMPTS_UNDER_WAY", 20)
        emulator = InProcess(receiver=answer)
    emulator.open("slow", url=SLOW)
    for _ in range(slow):
        emulator.ask(1, "slow")
    jobs = opened(emulator, load)
    emulator.worker.start()
    await emulator.worker.run_due()

    await steps(8 * (1 + sum(load)))
    await emulator.worker.stop(0)

    assert jobs == emulator.jobs(state="delivered")
    assert min(slow, MAX_AT_ENDPOINT) == emulator.client.most[SLOW]
    emulator.store.close()


async def test_the_limit_of_validations_is_used_and_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """16 at once; when they have ended, the others follow, and `settle` waits."""
    gate, under_way = asyncio.Event(), [0]

    async def valid(_: EmailCheck, numbers: BitMap) -> BitMap:
        under_way.append(under_way[-1] + 1)
        await gate.wait()
        under_way.append(under_way[-1] - 1)
        return numbers

    monkeypatch.setattr(EmailCheck, "valid", valid)
    emulator = InProcess()
    jobs = opened(emulator, [100])
    emulator.worker.start()
    await steps(10)
    first = len(emulator.jobs(state="validating"))

    gate.set()
    await emulator.worker.run_due()
    unsettled = emulator.jobs(state="submitted") + emulator.jobs(state="validating")
    await emulator.rest()
    await emulator.worker.stop(0)

    assert [] == unsettled
    assert (16, 16, 16) == (MAX_VALIDATIONS, first, max(under_way))
    assert jobs == emulator.jobs(state="delivered")
