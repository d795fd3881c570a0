import pytest

from reachapi_emulator.vendor import accounts as module
from reachapi_emulator.vendor.accounts import (
    AccountError,
    AccountExists,
    AccountRecord,
    Accounts,
    Opening,
)
from support.house import URL, House


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann."""
    house = House()
    house.open("ann")
    return house


@pytest.fixture
def accounts(house: House) -> Accounts:
    """Return the accounts of the house."""
    return house.accounts


def test_an_account_is_as_it_was_opened(accounts: Accounts) -> None:
    """Every part of it."""
    opening = Opening(
        id="bob",
        credits=5,
        name="Bob",
        api_key="the key",
        webhook_url=URL,
        webhook_active=False,
        webhook_secret="the secret",
    )
    expected = AccountRecord("bob", "Bob", "the key", False, URL, False, "the secret")  # noqa: FBT003 # in the order of the fields

    assert expected == accounts.open(opening)
    assert expected == accounts.get("bob")


def test_an_account_has_its_own_inbox(accounts: Accounts) -> None:
    """Unless its opening says otherwise."""
    assert "inbox:bob" == accounts.open(Opening("bob", 0)).webhook_url


def test_an_account_may_have_no_webhook(accounts: Accounts) -> None:
    """As one that a user has yet to set up."""
    opening = Opening("bob", 0, webhook_url=None, webhook_secret=None)

    account = accounts.open(opening)

    assert (None, None) == (account.webhook_url, account.webhook_secret)


@pytest.mark.parametrize("credits_", [0, 5])
def test_an_account_has_the_credits_that_it_was_opened_with(
    house: House, credits_: int
) -> None:
    """None is enough to begin with."""
    house.open("bob", credits_)

    assert (credits_, 0) == house.ledger.credit("bob")


@pytest.mark.parametrize("name", ["a", "7", "A.b_c-9", "x" * 100])
def test_an_id_is_a_slug(accounts: Accounts, name: str) -> None:
    """Letters, digits and a few signs."""
    assert name == accounts.open(Opening(name, 0)).id


@pytest.mark.parametrize(
    "name", ["", ".a", "-a", "_a", "a b", "a/b", "ä", "a\n", "a\x00", "x" * 101]
)
def test_another_id_is_refused(accounts: Accounts, name: str) -> None:
    """The message says what one is."""
    with pytest.raises(AccountError, match="an account id is 1 to 100 letters"):
        accounts.open(Opening(name, 0))


def test_an_id_is_taken_once(accounts: Accounts) -> None:
    """The message says which it was."""
    with pytest.raises(AccountExists, match="account ann exists: choose another id"):
        accounts.open(Opening("ann", 0))


def test_a_url_that_cannot_be_posted_to_opens_no_account(accounts: Accounts) -> None:
    """Nothing of it is there."""
    with pytest.raises(AccountError, match="a webhook url is"):
        accounts.open(Opening("bob", 0, webhook_url="ftp://receiver.example"))

    assert accounts.find("bob") is None


def test_there_are_only_so_many_accounts(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to do."""
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 2)
    accounts.open(Opening("bob", 0))

    with pytest.raises(AccountError, match="there are 2 accounts: reset first"):
        accounts.open(Opening("cat", 0))


def test_accounts_are_listed_in_the_order_opened(house: House) -> None:
    """Not in that of their ids."""
    for name in ("zoe", "bob"):
        house.open(name)

    assert ["ann", "zoe", "bob"] == house.accounts.ids()


def test_nobody_is_found_where_there_is_nobody(accounts: Accounts) -> None:
    """And asking for them by right is refused."""
    assert accounts.find("bob") is None
    with pytest.raises(LookupError, match="there is no account bob"):
        accounts.get("bob")
