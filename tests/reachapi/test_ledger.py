import sqlite3

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.credits import Credit, Ledger
from support.house import House

OPENED = 10


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann of 10 credits."""
    house = House(delay=SECOND)
    house.open("ann", OPENED)
    return house


@pytest.fixture
def ledger(house: House) -> Ledger:
    """Return the ledger of the house."""
    return house.ledger


def changes(ledger: Ledger) -> list[tuple[object, ...]]:
    """Return reason, delta and balance of every entry of ann's."""
    return [
        (entry["reason"], entry["delta"], entry["balance"])
        for entry in ledger.entries("ann")
    ]


def test_available_is_what_is_not_reserved() -> None:
    """Ruling 23."""
    assert 7 == Credit(balance=10, reserved=3).available


def test_an_account_begins_with_its_opening_balance(ledger: Ledger) -> None:
    """Which is the first entry."""
    assert [("opened", OPENED, OPENED)] == changes(ledger)
    assert Credit(OPENED, 0) == ledger.credit("ann")


def test_an_account_without_credits_has_no_entry(house: House) -> None:
    """Nothing has changed."""
    house.open("bob", 0)

    assert [] == house.ledger.entries("bob")


def test_requests_in_validation_reserve_what_they_ask_for(house: House) -> None:
    """Ruling 23: the balance is what it was."""
    house.ask(3)
    house.ask(2, matches=0)

    assert Credit(OPENED, 5) == house.ledger.credit("ann")


def test_reservations_are_of_one_account(house: House) -> None:
    """Nobody else's credits are."""
    house.open("bob", OPENED)

    house.ask(3)

    assert Credit(OPENED, 0) == house.ledger.credit("bob")


@pytest.mark.parametrize(("balance", "delta"), [(0, -10), (9, -1), (50, 40)])
def test_a_balance_can_be_set(ledger: Ledger, balance: int, delta: int) -> None:
    """The entry tells by how much it changed."""
    ledger.set("ann", balance)

    assert ("set", delta, balance) == changes(ledger)[-1]
    assert balance == ledger.credit("ann").balance


def test_a_balance_that_does_not_change_is_no_entry(ledger: Ledger) -> None:
    """An entry is a change."""
    ledger.set("ann", OPENED)

    assert 1 == len(ledger.entries("ann"))


def test_a_balance_covers_what_is_reserved(house: House) -> None:
    """It can be set to just that, and no lower."""
    house.ask(3)

    with pytest.raises(ValueError, match="3 credits are reserved by requests"):
        house.ledger.set("ann", 2)
    house.ledger.set("ann", 3)

    assert 0 == house.ledger.credit("ann").available


def test_a_charge_is_taken_from_the_balance(ledger: Ledger) -> None:
    """The entry names the job."""
    ledger.charge("ann", 4, 1300)

    entry = ledger.entries("ann")[-1]
    assert ("charge", -4, 6) == changes(ledger)[-1]
    assert 1300 == entry["unique_processing_id"]
    assert 6 == ledger.credit("ann").balance


def test_a_charge_of_nothing_is_no_entry(ledger: Ledger) -> None:
    """Ruling 25: none valid, no charge."""
    ledger.charge("ann", 0, 1300)

    assert 1 == len(ledger.entries("ann"))


def test_a_job_is_charged_once(ledger: Ledger) -> None:
    """A second charge is refused, and takes nothing."""
    ledger.charge("ann", 4, 1300)

    with pytest.raises(sqlite3.IntegrityError):
        ledger.charge("ann", 4, 1300)

    assert 6 == ledger.credit("ann").balance


def test_a_charge_over_the_balance_is_refused(ledger: Ledger) -> None:
    """As a whole: it leaves no entry."""
    with pytest.raises(sqlite3.IntegrityError):
        ledger.charge("ann", OPENED + 1, 1300)

    assert [("opened", OPENED, OPENED)] == changes(ledger)
    assert OPENED == ledger.credit("ann").balance


def test_entries_are_dated_on_the_accounts_clock(house: House) -> None:
    """In seconds, oldest first."""
    house.advance(60, "ann")

    house.ledger.set("ann", 1)

    opened = house.real.now / SECOND
    entries = house.ledger.entries("ann")
    assert [opened, opened + 60] == [entry["at"] for entry in entries]


def test_entries_are_of_one_account(house: House) -> None:
    """Nobody sees another's."""
    house.open("bob", 5)

    assert [("opened", OPENED, OPENED)] == changes(house.ledger)


def test_nobody_has_no_credit(ledger: Ledger) -> None:
    """Rather than none."""
    with pytest.raises(LookupError, match="bob"):
        ledger.credit("bob")
