"""However much is due, no more is under way than is allowed, and nobody starves."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings, strategies as st
from pyroaring import BitMap

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import worker
from reachapi_emulator.vendor.email_check import EmailCheck
from reachapi_emulator.vendor.job import outline
from reachapi_emulator.vendor.worker import (
    MAX_AT_ENDPOINT,
    MAX_AT_HOST,
    MAX_ATTEMPTS_SHARED,
    MAX_VALIDATIONS,
)
from support.failing_store import FailingStore
from support.in_process import InProcess, steps
from support.scripted import (
    ACKNOWLEDGED,
    REFUSED,
    SERVER_ERROR,
    TIMED_OUT,
    Hanging,
    Outcome,
    Post,
    answers,
)

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
        ([4] * 80, MAX_ATTEMPTS_SHARED, 4),
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

    assert (256, 8) == (MAX_ATTEMPTS_SHARED, MAX_AT_ENDPOINT)
    assert (overall, each) == (first.total(), max(first.values()))
    assert overall == emulator.client.most.pop("")
    assert MAX_AT_ENDPOINT >= max(emulator.client.most.values())
    assert jobs == emulator.jobs(state="delivered")


def room(left: Counter[str], most: int, each: int) -> int:
    """Return how many attempts ought to be in flight; each endpoint has a lane."""
    wanted = sum(min(each, count) for count in left.values())
    return max(min(most, wanted), sum(count > 0 for count in left.values()))


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
        patch.setattr(worker, "MAX_ATTEMPTS_SHARED", most)
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

    assert emulator.client.most.pop("", 0) <= max(most, len(load))
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
        patch.setattr(worker, "MAX_ATTEMPTS_SHARED", 20)
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


async def test_dead_urls_of_one_host_keep_nobody_else_waiting() -> None:
    """Each has a lane, and the host no more than its share; live ones go on."""

    async def answer(post: Post) -> Outcome:
        return await Hanging()(post) if "dead" in post.url else ACKNOWLEDGED

    emulator = InProcess(receiver=answer)
    for number in range(MAX_AT_HOST):
        emulator.open(f"dead-{number}", url=f"http://dead.example/{number}")
        for _ in range(3):
            emulator.ask(1, f"dead-{number}")
    live = opened(emulator, [12] * 3)
    emulator.worker.start()
    await emulator.worker.run_due()
    await steps(100)
    await emulator.worker.stop(0)

    dead = [most for url, most in emulator.client.most.items() if "dead" in url]
    assert live == emulator.jobs(state="delivered")
    assert ([1] * MAX_AT_HOST, 128) == (dead, MAX_AT_HOST)
    assert {"lane": 2, None: 1} == Counter(emulator.waits()[:3])


async def test_of_accounts_at_one_endpoint_who_has_least_under_way_is_next() -> None:
    """However much another has asked for before."""
    receiver = Hanging()
    emulator = InProcess(receiver=receiver)
    for account, count in (("ann", 50), ("bob", 1), ("eve", 1)):
        emulator.open(account)
        for _ in range(count):
            emulator.ask(1, account)
        await emulator.worker.run_due()
    emulator.worker.start()
    for _ in range(2):
        receiver.tell(ACKNOWLEDGED)
        await steps(20)
    begun = [emulator.row(job)["account"] for job in emulator.posted()]
    await emulator.worker.stop(0)

    assert ["ann"] * MAX_AT_ENDPOINT + ["bob", "eve"] == begun


async def test_an_endpoint_that_timed_out_has_one_lane_until_it_answers() -> None:
    """Due instants stay those of the schedule; a restart of all closes circuits."""
    receiver = Hanging()
    emulator = InProcess(receiver=receiver, schedule=[SECOND])
    emulator.open(url=SLOW)
    for _ in range(MAX_AT_ENDPOINT + 3):
        emulator.ask(1)
    emulator.worker.start()
    await emulator.worker.run_due()
    seen = []
    for outcome in [TIMED_OUT] * MAX_AT_ENDPOINT + [REFUSED, SERVER_ERROR]:
        receiver.tell(outcome)
        await steps(20)
        seen.append((len(receiver.waiting()), emulator.worker.circuit(SLOW)))
    due = {emulator.row(job)["due_at"] for job in emulator.jobs()[:MAX_AT_ENDPOINT]}
    receiver.tell(TIMED_OUT)
    await steps(20)
    async with emulator.worker.paused():
        pass
    await emulator.worker.stop(0)

    falling = [(left, "half_open") for left in range(MAX_AT_ENDPOINT - 1, 0, -1)]
    assert [*falling, (1, "half_open"), (1, "half_open"), (1, "closed")] == seen
    assert {emulator.now() + SECOND} == due
    assert "closed" == emulator.worker.circuit(SLOW)


async def test_endpoints_that_differ_in_what_is_masked_are_two() -> None:
    emulator = InProcess(receiver=answers([TIMED_OUT, ACKNOWLEDGED]), schedule=[SECOND])
    for account in ("ann", "bob"):
        url = f"http://key:{account}@endpoint.example/?of={account}"
        emulator.open(account, url=url)
        emulator.ask(1, account)
    await emulator.rest()
    shown = [str(outline(emulator.row(job))["endpoint"]) for job in emulator.jobs()]
    circuits = [emulator.worker.circuit(endpoint) for endpoint in shown]
    await emulator.worker.stop(0)

    assert {"http://****@endpoint.example/?of=****"} == {
        endpoint.partition("#")[0] for endpoint in shown
    }
    assert ["open", "closed"] == circuits


async def test_what_a_store_that_fails_did_not_claim_waits_on() -> None:
    """No lane is lost."""
    store = FailingStore()
    emulator = InProcess(store=store)
    jobs = opened(emulator, [3])
    for statement in range(1, 7):  # of a look, and of a claim
        store.fail_after(statement)
        with suppress(sqlite3.OperationalError):
            await emulator.worker.run_due()
        store.fail_after(None)
    await emulator.rest()

    assert jobs == emulator.jobs(state="delivered")


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
