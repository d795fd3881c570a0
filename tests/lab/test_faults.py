from contextlib import suppress

import pytest

from reachapi_emulator.state.sqlite import MEMORY
from reachapi_emulator.state.store import Store, open_store
from reachapi_emulator.testing.faults import (
    MAX_RULES,
    FaultError,
    FaultKind,
    FaultPhase,
    FaultRule,
    FaultRules,
)


@pytest.fixture
def store() -> Store:
    """Return a store of one's own."""
    return open_store(MEMORY, journal_size=1)


@pytest.fixture
def faults(store: Store) -> FaultRules:
    """Return the rules of a store that has none yet."""
    return FaultRules(store)


def add(faults: FaultRules, **values: object) -> int:
    """Add a rule for requests."""
    every = {"phase": FaultPhase.REQUEST, "kind": FaultKind.EMPTY, **values}
    return faults.add(FaultRule(**every))  # type: ignore[arg-type] # one of each field


def strikes(faults: FaultRules, events: int, account: str = "ann") -> list[int | None]:
    """Let events happen; return the rules that strike them."""
    struck = [
        faults.strike(FaultPhase.REQUEST, "credits", account) for _ in range(events)
    ]
    return [None if fault is None else fault.id for fault in struck]


def counted(faults: FaultRules) -> dict[object, object]:
    """Return how often each rule has struck."""
    return {rule["id"]: rule["struck"] for rule in faults.shown()}


def test_without_a_rule_nothing_strikes(faults: FaultRules) -> None:
    """And who looks first need not ask."""
    assert not faults.rules
    assert [None] == strikes(faults, 1)


def test_without_a_rule_the_store_is_not_asked(
    store: Store, faults: FaultRules
) -> None:
    """It could not even answer."""
    store.close()

    assert [None] == strikes(faults, 1)


def test_a_rule_for_another_account_does_not_ask_the_store(
    store: Store, faults: FaultRules
) -> None:
    """Whom it is meant for is known in memory."""
    add(faults, account="bob")
    store.close()

    assert [None] == strikes(faults, 1)


def test_a_rule_without_a_bound_strikes_always(faults: FaultRules) -> None:
    """And counts."""
    number = add(faults)

    assert [number] * 5 == strikes(faults, 5)
    assert {number: 5} == counted(faults)


def test_times_strikes_the_first(faults: FaultRules) -> None:
    """Then the rule is listed and strikes no more."""
    number = add(faults, times=2)

    assert [number, number, None, None] == strikes(faults, 4)
    assert {number: 2} == counted(faults)


def test_the_oldest_rule_that_strikes_is_the_only_one(faults: FaultRules) -> None:
    """Two rules of two times make a sequence of four."""
    one, other = add(faults, times=2), add(faults, times=2)

    assert [one, one, other, other, None] == strikes(faults, 5)


def test_a_rule_that_is_not_meant_lets_the_next_strike(faults: FaultRules) -> None:
    """Each account has its own."""
    anns, bobs = add(faults, account="ann"), add(faults, account="bob")

    assert [anns] == strikes(faults, 1, "ann")
    assert [bobs] == strikes(faults, 1, "bob")


def test_events_for_others_do_not_count(faults: FaultRules) -> None:
    """The fate of the n-th event is that of the n-th that matches."""
    add(faults, account="ann", probability=0.5, seed=4)
    fates = []
    for _ in range(10):
        fates += strikes(faults, 1, "ann")
        strikes(faults, 3, "bob")

    assert [None, None, 1, None, 1, None, 1, 1, 1, None] == fates


def test_times_bounds_what_probability_picks(faults: FaultRules) -> None:
    """The first that are picked."""
    add(faults, probability=0.5, seed=4, times=2)

    assert [None, None, 1, None, 1, None, None, None] == strikes(faults, 8)


def test_what_is_remembered_goes_on(store: Store, faults: FaultRules) -> None:
    """As after a restart: rules, counts and draws."""
    add(faults, probability=0.5, seed=4)
    first = strikes(faults, 4)
    again = FaultRules(store)
    again.load()

    assert [None, None, 1, None] == first
    assert [1, None, 1, 1, 1, None] == strikes(again, 6)
    assert {1: 5} == counted(again)


def test_a_rule_is_shown_as_it_was_made(faults: FaultRules) -> None:
    """With its count."""
    add(faults, kind=FaultKind.STATUS, status=503, operation="fetch", times=3)

    assert [
        {
            "id": 1,
            "phase": "request",
            "operation": "fetch",
            "account": None,
            "kind": "status",
            "status": 503,
            "seconds": None,
            "times": 3,
            "probability": None,
            "seed": None,
            "struck": 0,
        }
    ] == faults.shown()


def test_a_removed_rule_strikes_no_more(faults: FaultRules) -> None:
    """And can be removed but once; its id is not given again."""
    number = add(faults)

    assert [True, False] == [faults.remove(number) for _ in range(2)]
    assert [None] == strikes(faults, 1)
    assert number < add(faults)


@pytest.mark.parametrize(("account", "left"), [("ann", [2, 3]), (None, [])])
def test_rules_are_cleared(
    faults: FaultRules, account: str | None, left: list[int]
) -> None:
    """Those for an account, or all."""
    for whose in ("ann", "bob", None):
        add(faults, account=whose, times=1)

    faults.clear(account)

    assert left == list(counted(faults))
    assert left == [fault.id for fault in faults.rules]


def test_a_rule_that_can_never_strike_is_refused(faults: FaultRules) -> None:
    """An older one leaves it nothing; it is named."""
    older = add(faults)

    with pytest.raises(FaultError, match=f"fault {older} strikes all"):
        add(faults, account="ann")
    assert [older] == list(counted(faults))


def test_there_are_a_hundred_rules_at_most(faults: FaultRules) -> None:
    """One more is refused, and none is lost."""
    for _ in range(MAX_RULES):
        add(faults, times=1)

    with pytest.raises(FaultError, match="there are 100"):
        add(faults, times=1)
    assert MAX_RULES == len(faults.shown())


def test_a_strike_that_cannot_be_counted_is_none(
    store: Store, faults: FaultRules
) -> None:
    """Decision and count are made together or not at all."""
    add(faults, times=2)
    with suppress(LookupError), store.transaction():
        strikes(faults, 1)
        raise LookupError

    assert {1: 0} == counted(faults)
    assert [1, 1, None] == strikes(faults, 3)
