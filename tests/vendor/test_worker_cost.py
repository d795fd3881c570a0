"""What a submission and a delivery cost does not grow with what waits."""

from collections.abc import Callable, Sequence
from contextlib import closing

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.store import Row
from reachapi_emulator.vendor.worker import MAX_AT_ENDPOINT
from support.in_process import InProcess, steps
from support.scripted import ACKNOWLEDGED, REFUSED, Hanging, Outcome, Post

DEAD = "http://dead.example/"
FEW, MANY = 20, 220
Wait = Callable[[InProcess, int], None]


def in_validation(emulator: InProcess, count: int) -> None:
    """Let requests of the account itself wait for a clock that stands."""
    emulator.do(emulator.services.clock.freeze, "ann")
    emulator.services.jobs._delay = 100 * SECOND  # noqa: SLF001 # for these alone
    for _ in range(count):
        emulator.ask(1, "ann")
    emulator.services.jobs._delay = 0  # noqa: SLF001


def validated_later(emulator: InProcess, count: int) -> None:
    """Let requests of an account each wait until an instant."""
    emulator.services.jobs._delay = 100 * SECOND  # noqa: SLF001 # for these alone
    for number in range(count):
        emulator.open(f"other-{number}")
        emulator.ask(1, f"other-{number}")
    emulator.services.jobs._delay = 0  # noqa: SLF001


def at_a_busy_endpoint(emulator: InProcess, count: int) -> None:
    """Let attempts wait for a lane."""
    emulator.open("dead", url=DEAD)
    for _ in range(count):
        emulator.ask(1, "dead")


def for_a_webhook(emulator: InProcess, count: int) -> None:
    """Let attempts wait until the webhook is active again."""
    emulator.open("off")
    for _ in range(count):
        emulator.ask(1, "off")
    emulator.set_webhook(account="off", active=False)


def for_a_retry(emulator: InProcess, count: int) -> None:
    """Let attempts wait for a retry."""
    emulator.open("refused", url="http://refused.example/")
    for _ in range(count):
        emulator.ask(1, "refused")


async def answer(post: Post) -> Outcome:
    """Hang, refuse or acknowledge, by the endpoint."""
    if post.url == DEAD:
        return await Hanging()(post)
    return REFUSED if "refused" in post.url else ACKNOWLEDGED


async def cost(wait: Wait, count: int) -> int:
    """Return the steps of the database in a delivery from submission to end."""
    emulator, executed = InProcess(receiver=answer, schedule=[SECOND]), [0]
    with closing(emulator.store):
        emulator.open("ann")
        emulator.open("live", url="http://live.example/")
        wait(emulator, count)
        for _ in range(2 + count // MAX_AT_ENDPOINT):
            await emulator.worker.run_due()
            await steps(20)

        def step() -> None:
            executed[0] += 1

        emulator.store._db.set_progress_handler(step, 1)  # noqa: SLF001 # counts
        job = emulator.ask(1, "live")
        emulator.ask(1, "ann")
        for _ in range(3):
            await emulator.worker._turn()  # noqa: SLF001 # as it does when woken
            await steps(20)
        emulator.store._db.set_progress_handler(None, 1)  # noqa: SLF001
        assert "delivered" == emulator.row(job)["state"]
        assert count <= len(emulator.jobs()) - len(emulator.jobs(state="delivered"))
        await emulator.worker.stop(0)
        return executed[0]


@pytest.mark.parametrize(
    "wait",
    [in_validation, validated_later, at_a_busy_endpoint, for_a_webhook, for_a_retry],
)
async def test_a_delivery_costs_the_same_however_much_waits(wait: Wait) -> None:
    """Whatever it waits for; counted in steps of the database's machine."""
    few, many = [await cost(wait, count) for count in (FEW, MANY)]

    assert MAX_AT_ENDPOINT < FEW
    assert many < 1.02 * few


async def test_only_what_falls_due_before_it_wakes_anyway_wakes_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A submission that is due later than another costs it no look."""
    emulator = InProcess(delay=SECOND)
    looks: list[int] = []
    line_up = emulator.services.jobs.due.line_up

    def look(real: int, most: int) -> Sequence[Row]:
        looks.append(real)
        return line_up(real, most)

    monkeypatch.setattr(emulator.services.jobs.due, "line_up", look)
    emulator.open()
    emulator.worker.start()
    await steps(20)
    counted = []
    for wake in (
        lambda: emulator.ask(1),
        lambda: emulator.ask(1),
        lambda: emulator.do(emulator.services.clock.freeze, "bob"),
        lambda: emulator.do(emulator.services.clock.advance, 0),
    ):
        looks.clear()
        wake()
        await steps(20)
        counted.append(len(looks))
    await emulator.worker.stop(0)

    assert [1, 0, 1, 1] == counted
