"""What a report is made of."""

from collections.abc import Iterable

import pytest

from reachapi_emulator.delivery.outcome import ErrorCode, Outcome
from reachapi_emulator.testing.client_report import Bounds, Judge
from reachapi_emulator.testing.faults import FaultKind, FaultPhase, FaultRule
from reachapi_emulator.testing.journal import Journal
from support.house import House
from support.scripted import ACKNOWLEDGED, BROKEN, SERVER_ERROR, answers

SLOW = Outcome(200, None, "", 1_001)
AT_THE_BOUND = Outcome(200, None, "", 1_000)


def judge(house: House) -> Judge:
    """Return the judge of a house whose receivers have 3 seconds."""
    return Judge(house.store, Journal(house.store), house.inboxes, Bounds(10, 3))


async def delivered(
    outcomes: Iterable[Outcome], url: str = "http://receiver.example/hook"
) -> House:
    """Return a house whose first job's attempt came to these outcomes."""
    house = House(receiver=answers(outcomes))
    house.inboxes.base_url = "http://127.0.0.1:9010/_emulator/inbox"
    house.open(url=url)
    house.ask(1)
    await house.rest()
    return house


def kinds(house: House, account: str | None = None) -> list[str]:
    """Return the kinds of what was found."""
    found = judge(house).report(account)["findings"]
    assert isinstance(found, list)  # tells the type checker
    return [str(each["kind"]) for each in found]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (ACKNOWLEDGED, []),
        (SERVER_ERROR, ["not_acknowledged"]),
        (AT_THE_BOUND, []),
        (SLOW, ["slow_receiver"]),
        (BROKEN, []),
    ],
)
async def test_a_receiver_is_judged_by_its_attempts(
    outcome: Outcome, expected: list[str]
) -> None:
    """What was broken on purpose is not held against it."""
    assert expected == kinds(await delivered([outcome]))


@pytest.mark.parametrize("error", [ErrorCode.INTERRUPTED, ErrorCode.FAILED])
async def test_our_own_failures_are_not_held_against_it(error: ErrorCode) -> None:
    """An attempt may be cut off, or fail inside."""
    assert [] == kinds(await delivered([Outcome(None, error, "", 1)]))


async def test_what_a_fault_has_struck_is_not_judged() -> None:
    """Whatever it came to."""
    house = House(receiver=answers([SERVER_ERROR]))
    house.faults.add(FaultRule(phase=FaultPhase.WEBHOOK, kind=FaultKind.DUPLICATE))
    house.open()
    house.ask(1)
    await house.rest()

    assert [] == kinds(house)


@pytest.mark.parametrize(
    "url", ["inbox:ann", "http://elsewhere.example:1/_emulator/inbox/ann"]
)
async def test_an_inbox_is_not_judged(url: str) -> None:
    """Of this start or of one before, at another address."""
    assert [] == kinds(await delivered([SERVER_ERROR], url))


async def test_an_account_is_judged_by_its_own() -> None:
    """The report of all has everybody's."""
    house = await delivered([SERVER_ERROR])
    house.open("bob")

    assert ["not_acknowledged"] == kinds(house, "ann")
    assert [] == kinds(house, "bob")
    assert ["not_acknowledged"] == kinds(house)
