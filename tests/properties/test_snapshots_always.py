"""Whatever has happened, who goes on from a snapshot goes on exactly there."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from hypothesis import given, settings, strategies as st

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.errors import InsufficientCredit, WebhookInactive
from reachapi_emulator.vendor.job import JobBusy
from support.house import URL, House
from support.kept import remembered, snapshots_of
from support.scripted import ACKNOWLEDGED, REFUSED, SERVER_ERROR, Post

ACCOUNTS = ("ann", "bob")
OUTCOMES = (ACKNOWLEDGED, REFUSED, SERVER_ERROR)
DAY = 86_400 * SECOND

Act: TypeAlias = tuple[str, str, int]
"""What is done, to whose account or clock, how much."""


async def receive(post: Post) -> Outcome:
    """Answer as the size of the delivery says: the same for the same."""
    return OUTCOMES[post.size % len(OUTCOMES)]


async def house(real: int = 0) -> House:
    """Return a house whose real time is so much later than another's.

    It has judged every email before: two validations that fall due together would
    end in another order if only one of them had to.
    """
    made = House(receiver=receive, schedule=[SECOND, 5 * SECOND], delay=SECOND)
    await made.validator.valid(made.dataset.everything)
    made.real.now += real
    return made


def _redeliver(on: House) -> None:
    for job in on.jobs.find()[:1]:
        on.jobs.redeliver(job)


ACTS: dict[str, Callable[[House, str, int], object]] = {
    "submit": lambda on, whose, n: on.ask(1 + n, whose or "ann", n),
    "advance": lambda on, whose, n: on.advance(n, whose),
    "pass": lambda on, _, n: setattr(on.real, "now", on.real.now + n * SECOND),
    "freeze": lambda on, whose, _: on.clock.freeze(whose),
    "resume": lambda on, whose, _: on.clock.resume(whose),
    "follow": lambda on, whose, _: on.clock.follow(whose or "ann"),
    "redeliver": lambda on, _, __: _redeliver(on),
    "switch": lambda on, whose, n: on.accounts.set_webhook(
        whose or "ann", URL, active=n % 2 == 0
    ),
    "balance": lambda on, whose, n: on.ledger.set(whose or "ann", n),
    "reset": lambda on, whose, _: on.accounts.reset(whose or "ann"),
}
REFUSALS = (InsufficientCredit, WebhookInactive, JobBusy, ValueError)

acts = st.lists(
    st.tuples(
        st.sampled_from(["submit", *ACTS]),
        st.sampled_from([*ACCOUNTS, ""]),
        st.integers(0, 20),
    ),
    max_size=12,
)


async def live(on: House, doings: Sequence[Act]) -> None:
    """Do one thing after the other, and all that follows from it."""
    for what, whose, number in doings:
        with suppress(*REFUSALS):
            ACTS[what](on, whose, number)
        await on.rest()


@given(before=acts, after=acts, real=st.integers(-DAY, DAY))
@settings(max_examples=100, deadline=None)
async def test_what_follows_is_the_same(
    before: list[Act], after: list[Act], real: int
) -> None:
    """At any time of day: the state that is restored, and all that comes of it."""
    first, second = await house(), await house(real)
    for account in ACCOUNTS:
        first.open(account, 50)
    await live(first, before)
    sent = len(first.client.posts)

    await snapshots_of(second).restore(snapshots_of(first).take())
    restored = remembered(second)

    assert remembered(first) == restored
    await live(first, after)
    await live(second, after)
    assert remembered(first) == remembered(second)
    assert first.client.posts[sent:] == second.client.posts
