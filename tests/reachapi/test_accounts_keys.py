import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import accounts as module
from reachapi_emulator.vendor.accounts import Accounts, Opening
from reachapi_emulator.vendor.errors import Forbidden, Unauthorized
from support.house import CREDITS, House

KEY = "the key"


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann whose key is KEY."""
    house = House()
    house.accounts.open(Opening("ann", 5, api_key=KEY))
    return house


def test_a_key_tells_who_calls(house: House) -> None:
    """When on their clock, and with what credit."""
    house.advance(60, "ann")
    house.ask(3)

    assert ("ann", house.real.now + 60 * SECOND, (5, 3)) == (
        house.accounts.identify(KEY)
    )


def test_a_caller_lives_in_the_present(house: House) -> None:
    """Though nothing but time has changed since the last call."""
    house.accounts.identify(KEY)

    house.real.now += 1

    assert house.real.now == house.accounts.identify(KEY).now


@pytest.mark.parametrize(
    "key", [None, "", "another", KEY.upper(), f" {KEY}", "ä", "\ud800", "k" * 10_000]
)
def test_a_key_that_was_never_issued_is_refused(house: House, key: str | None) -> None:
    """Ruling 6: 401."""
    with pytest.raises(Unauthorized):
        house.accounts.identify(key)


def test_a_key_that_was_replaced_is_forbidden(house: House) -> None:
    """Ruling 6: 403; the new one is good."""
    house.accounts.generate_api_key("ann")

    with pytest.raises(Forbidden):
        house.accounts.identify(KEY)
    assert "ann" == house.accounts.identify(house.accounts.get("ann").api_key).account


def test_the_key_of_a_suspended_account_is_forbidden(house: House) -> None:
    """Ruling 6: 403, until the account goes on."""
    house.accounts.suspend("ann", suspended=True)
    with pytest.raises(Forbidden):
        house.accounts.identify(KEY)

    house.accounts.suspend("ann", suspended=False)

    assert "ann" == house.accounts.identify(KEY).account


def test_the_key_of_a_forgotten_account_was_never_issued(house: House) -> None:
    """Ruling 6: 401."""
    house.accounts.forget("ann")

    with pytest.raises(Unauthorized):
        house.accounts.identify(KEY)


def test_a_test_key_opens_an_account(house: House) -> None:
    """Ruling 7: called like it, default credits, its own inbox, active."""
    caller = house.accounts.identify("test-1")

    account = house.accounts.get(caller.account)
    assert ("test-1", (CREDITS, 0)) == (caller.account, caller.credit)
    assert ("test-1", "inbox:test-1", True) == (
        account.api_key,
        account.webhook_url,
        account.webhook_active,
    )


def test_a_test_key_opens_one_account(house: House) -> None:
    """The next call finds it, as it has become."""
    house.accounts.identify("test-1")
    house.ledger.set("test-1", 7)

    assert 7 == house.accounts.identify("test-1").credit.balance
    assert ["ann", "test-1"] == house.accounts.ids()


def test_each_test_key_opens_its_own_account(house: House) -> None:
    """So that parallel tests are no trouble to each other."""
    callers = [house.accounts.identify(f"test-{n}").account for n in (1, 2)]

    assert ["test-1", "test-2"] == callers


def test_a_test_key_that_was_replaced_opens_no_other_account(house: House) -> None:
    """It was issued and is no longer good."""
    house.accounts.identify("test-1")
    house.accounts.generate_api_key("test-1")

    with pytest.raises(Forbidden):
        house.accounts.identify("test-1")


def test_a_test_key_takes_no_account_of_its_name(house: House) -> None:
    """Somebody else opened it, under another key."""
    house.open("test-1")

    with pytest.raises(Unauthorized):
        house.accounts.identify("test-1")


def test_test_keys_can_be_switched_off(house: House) -> None:
    """Ruling 7: then they were never issued."""
    accounts = Accounts(
        house.store, house.clock, house.ledger, opening_credits=1, auto_accounts=False
    )

    with pytest.raises(Unauthorized):
        accounts.identify("test-1")


def test_test_keys_open_only_so_many_accounts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that makes up keys fills no memory."""
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 2)
    house.accounts.identify("test-1")

    with pytest.raises(Unauthorized):
        house.accounts.identify("test-2")
