"""Several clients, validations and deliveries at once: no credit goes astray."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import given, settings, strategies as st

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.vendor.errors import InsufficientCredit
from support.books import check_balances, check_charges
from support.house import House
from support.people import good_of, mixed
from support.scripted import ACKNOWLEDGED, REFUSED, Post

CONTACTS = 90
OPENED = 300
ACCOUNTS = ("ann", "bob")

Request = tuple[int, int]
"""How long its client waits before it, in steps of the event loop; fetchCount."""

requests = st.tuples(st.integers(0, 6), st.integers(1, OPENED // 2))
clients = st.tuples(st.sampled_from(ACCOUNTS), st.lists(requests, max_size=6))
balances = st.tuples(st.integers(0, 6), st.integers(0, OPENED))


class Scene:
    """An emulator, and what its clients did.

    Attributes:
        valid: how many records of each job have a valid email.
    """

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = iter(outcomes)
        self.house = House(mixed(CONTACTS), receiver=self.answer, schedule=[0, 0])
        self.valid: dict[int, int] = {}
        for account in ACCOUNTS:
            self.house.open(account, OPENED)

    async def answer(self, post: Post) -> Outcome:
        """Answer an attempt some steps later."""
        await steps(len(post.body) % 5)
        return next(self.outcomes, ACKNOWLEDGED)

    async def ask(self, account: str, wanted: Sequence[Request]) -> None:
        """Submit requests, one after the other."""
        for pause, count in wanted:
            await steps(pause)
            try:
                job = self.house.ask(count, account)
            except InsufficientCredit:
                continue
            self.valid[job] = good_of(self.house.dataset, min(count, CONTACTS))

    async def set_balances(self, wanted: Sequence[Request]) -> None:
        """Set a balance now and then, where that is allowed."""
        for pause, balance in wanted:
            await steps(pause)
            if balance >= self.house.ledger.credit("ann").reserved:
                self.house.ledger.set("ann", balance)

    async def audit(self) -> None:
        """Look at the books after every step."""
        while True:
            self.check()
            await asyncio.sleep(0)

    def check(self) -> None:
        """See that every credit is accounted for."""
        check_balances(self.house)
        check_charges(self.house, self.valid)


async def steps(count: int) -> None:
    """Let others take some steps."""
    for _ in range(count):
        await asyncio.sleep(0)


async def play(
    scene: Scene,
    asked: Sequence[tuple[str, Sequence[Request]]],
    wanted: Sequence[Request],
) -> None:
    """Let all of it happen at once, until nothing is left to do."""
    scene.house.dispatcher.start()
    auditor = asyncio.create_task(scene.audit())
    await asyncio.gather(
        scene.set_balances(wanted), *(scene.ask(*client) for client in asked)
    )
    await scene.house.rest()
    await scene.house.dispatcher.stop(0)
    auditor.cancel()
    with suppress(asyncio.CancelledError):
        await auditor


@given(
    asked=st.lists(clients, max_size=5),
    wanted=st.lists(balances, max_size=4),
    outcomes=st.lists(st.sampled_from([ACKNOWLEDGED, REFUSED]), max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_every_credit_is_accounted_for(
    asked: list[tuple[str, list[Request]]],
    wanted: list[Request],
    outcomes: list[Outcome],
) -> None:
    """At every step, and when all has been delivered or given up."""
    scene = Scene(outcomes)

    asyncio.run(play(scene, asked, wanted))

    scene.check()
    states = {scene.house.jobs.row(job)["state"] for job in scene.valid}
    assert states <= {"delivered", "exhausted"}
    scene.house.store.close()
