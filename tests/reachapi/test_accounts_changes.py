import pytest

from reachapi_emulator.vendor.accounts import AccountError, Accounts, Opening
from reachapi_emulator.vendor.rate_limit import Limiter
from support.house import CREDITS, URL, House, asleep, is_woken


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


def test_an_account_can_be_renamed(accounts: Accounts) -> None:
    """Its id stays."""
    accounts.rename("ann", "Ann Other")

    assert "Ann Other" == accounts.get("ann").name


def test_an_account_can_be_suspended_and_go_on(accounts: Accounts) -> None:
    """As often as one likes."""
    seen = []
    for suspended in (True, False):
        accounts.suspend("ann", suspended=suspended)
        seen.append(accounts.get("ann").suspended)

    assert [True, False] == seen


def test_a_new_key_replaces_the_old_one(accounts: Accounts) -> None:
    """The account shows the one that is good."""
    keys = [accounts.get("ann").api_key]
    for _ in range(2):
        accounts.generate_api_key("ann")
        keys.append(accounts.get("ann").api_key)

    assert 3 == len(set(keys))


@pytest.mark.parametrize("active", [True, False])
def test_a_webhook_can_be_configured(accounts: Accounts, *, active: bool) -> None:
    """Its address and its status; the secret stays."""
    secret = accounts.get("ann").webhook_secret

    accounts.set_webhook("ann", "http://other.example/", active=active)

    account = accounts.get("ann")
    assert ("http://other.example/", active, secret) == (
        account.webhook_url,
        account.webhook_active,
        account.webhook_secret,
    )


def test_a_first_webhook_brings_a_secret(accounts: Accounts) -> None:
    """Ruling 27: every delivery bears one."""
    accounts.open(Opening("bob", 0, webhook_url=None, webhook_secret=None))

    accounts.set_webhook("bob", URL, active=True)

    assert accounts.get("bob").webhook_secret


def test_a_webhook_can_be_taken_away(accounts: Accounts) -> None:
    """Without need of a secret."""
    accounts.open(Opening("bob", 0, webhook_secret=None))

    accounts.set_webhook("bob", None, active=False)

    account = accounts.get("bob")
    assert (None, None) == (account.webhook_url, account.webhook_secret)


def test_a_bad_url_changes_no_webhook(accounts: Accounts) -> None:
    """It stays what it was."""
    with pytest.raises(AccountError, match="a webhook url is"):
        accounts.set_webhook("ann", "nowhere", active=False)

    assert (URL, True) == (
        accounts.get("ann").webhook_url,
        accounts.get("ann").webhook_active,
    )


def test_a_webhook_for_nobody_is_refused(accounts: Accounts) -> None:
    """There is no account to give it to."""
    with pytest.raises(LookupError, match="there is no account bob"):
        accounts.set_webhook("bob", URL, active=True)


async def test_a_changed_webhook_wakes_who_waits(house: House) -> None:
    """Deliveries that waited for it are due."""
    sleeper = await asleep(house.clock.changed)

    house.accounts.set_webhook("ann", URL, active=True)

    assert await is_woken(sleeper)


def test_a_secret_can_be_generated_anew(accounts: Accounts) -> None:
    """The old one is gone."""
    before = accounts.get("ann").webhook_secret

    accounts.generate_secret("ann")

    assert before != accounts.get("ann").webhook_secret


def test_a_forgotten_account_leaves_nothing(house: House) -> None:
    """Not its clock either: the next of its name follows the global one."""
    house.advance(60, "ann")
    house.ask(1)

    house.accounts.forget("ann")
    house.open("ann", 7)

    assert house.clock.read() == house.clock.read("ann")
    assert ([], (7, 0)) == (house.jobs.find("ann"), house.ledger.credit("ann"))


def test_a_reset_account_is_as_it_was_opened(house: House) -> None:
    """Key, secret and address included, whatever became of them."""
    before = house.accounts.get("ann")
    house.accounts.rename("ann", "Ann Other")
    house.accounts.suspend("ann", suspended=True)
    house.accounts.generate_api_key("ann")
    house.accounts.set_webhook("ann", None, active=False)
    house.accounts.generate_secret("ann")
    house.ledger.set("ann", 1)

    assert before == house.accounts.reset("ann")
    assert CREDITS == house.ledger.credit("ann").balance
    assert ["opened"] == [entry["reason"] for entry in house.ledger.entries("ann")]


def test_nobody_can_be_reset(accounts: Accounts) -> None:
    """Where there is nobody."""
    with pytest.raises(LookupError, match="there is no account bob"):
        accounts.reset("bob")


def test_a_reset_account_has_used_nothing_of_its_rate(house: House) -> None:
    """It is as it was opened, so it may ask at once."""
    key = house.accounts.get("ann").api_key
    limiter = Limiter(house.store, 1)
    limiter.admit(key, house.clock.now())

    house.accounts.reset("ann")

    assert 1 == limiter.usage(key, house.clock.now()).remaining


async def test_an_account_that_is_gone_wakes_who_waits(house: House) -> None:
    """For its jobs, say: there are none any more."""
    sleeper = await asleep(house.clock.changed)

    house.accounts.forget("ann")

    assert await is_woken(sleeper)
