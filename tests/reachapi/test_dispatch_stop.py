"""How the dispatcher ends: with grace, cut off, or for one account alone."""

import asyncio
from itertools import count

import pytest

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.store import Store
from reachapi_emulator.vendor.worker import MAX_AT_ENDPOINT
from support.house import House, memory_store
from support.scripted import ACKNOWLEDGED, Hanging, Post
from support.warp import microseconds, warp


class Scene:
    """Attempts of ann and bob that hang.

    Attributes:
        receiver: gives them their answers.
        jobs: the one of ann, and the one of bob.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.receiver = Hanging()
        self.house = House(receiver=self.receiver, store=store)
        self.jobs: list[int] = []

    async def begin(self) -> None:
        """Bring both attempts under way."""
        self.house.dispatcher.start()
        for name in ("ann", "bob"):
            self.house.open(name)
            self.jobs.append(self.house.ask(1, name))
        await self.house.dispatcher.settle()
        assert 2 == len(self.receiver.waiting())

    def finished(self) -> list[int]:
        """Return how many attempts of each job have ended."""
        return [self.house.jobs.attempts(job)[1] for job in self.jobs]


def test_what_is_under_way_may_end() -> None:
    """Within the grace period; then there is nothing to wait for."""
    scene = Scene()

    async def stop() -> int:
        await scene.begin()
        loop = asyncio.get_running_loop()
        for seconds in (1, 2):
            loop.call_later(seconds, scene.receiver.tell, ACKNOWLEDGED)
        before = microseconds()
        await scene.house.dispatcher.stop(5)
        return microseconds() - before

    assert 2_000_000 == warp(stop())
    assert [1, 1] == scene.finished()


def test_what_does_not_end_is_cut_off() -> None:
    """When the grace period is over."""
    scene = Scene()

    async def stop() -> int:
        await scene.begin()
        asyncio.get_running_loop().call_later(1, scene.receiver.tell, ACKNOWLEDGED)
        before = microseconds()
        await scene.house.dispatcher.stop(5)
        return microseconds() - before

    assert 5_000_000 == warp(stop())
    assert [1, 0] == scene.finished()
    assert [] == scene.receiver.waiting()


async def test_what_was_cut_off_is_made_again() -> None:
    """Ruling 31: by the next dispatcher of this store."""
    store = memory_store()
    scene = Scene(store)
    await scene.begin()
    await scene.house.dispatcher.stop(0)

    house = House(store=store)
    await house.rest()

    triggers = [made["trigger"] for made in house.attempts(scene.jobs[0])]
    assert ["first", "recovery"] == triggers
    assert "delivered" == house.jobs.row(scene.jobs[0])["state"]


async def test_nothing_new_is_started_after_the_end() -> None:
    """Whatever falls due."""
    scene = Scene()
    await scene.begin()
    await scene.house.dispatcher.stop(0)

    job = scene.house.ask(1)
    for _ in range(10):
        await asyncio.sleep(0)

    assert "submitted" == scene.house.jobs.row(job)["state"]


async def test_a_dispatcher_that_was_not_started_can_be_stopped() -> None:
    """There is nothing to end."""
    house = House()
    house.open("ann")
    job = house.ask(1)

    await house.dispatcher.stop(5)

    assert "submitted" == house.jobs.row(job)["state"]


@pytest.mark.parametrize(
    ("account", "left"), [("ann", ["bob"]), ("bob", ["ann"]), (None, [])]
)
async def test_work_can_be_dropped(account: str | None, left: list[str]) -> None:
    """That of one account, or all; another's goes on."""
    scene = Scene()
    await scene.begin()

    await scene.house.dispatcher.drop(account)

    secrets = [post.secret for post in scene.receiver.waiting()]
    await scene.house.dispatcher.stop(0)
    accounts = scene.house.accounts
    assert [accounts.get(name).webhook_secret for name in left] == secrets


async def test_what_waited_its_turn_is_dropped_too() -> None:
    """It begins as soon as there is room, which dropping makes bit by bit."""
    pauses = count()

    async def reluctant(post: Post) -> Outcome:
        try:
            return await Hanging()(post)
        finally:
            for _ in range(4 * next(pauses)):
                await asyncio.sleep(0)

    house = House(receiver=reluctant)
    house.open("ann")
    for _ in range(3 * MAX_AT_ENDPOINT):
        house.ask(1)
    house.dispatcher.start()
    await house.dispatcher.settle()

    await house.dispatcher.drop("ann")

    names = {task.get_name() for task in asyncio.all_tasks()}
    await house.dispatcher.stop(0)
    assert [] == [name for name in names if "job" in name]


async def test_dropping_nothing_is_fine() -> None:
    """As when nothing is under way."""
    house = House()

    await house.dispatcher.drop()

    assert [] == house.under_way()
