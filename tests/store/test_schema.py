"""What the tables themselves refuse, whatever the code above them does."""

import sqlite3

import pytest

from reachapi_emulator.state.store import Store
from support.house import CREDITS, House


@pytest.fixture
def store() -> Store:
    """Return a store with an account and a job in it."""
    house = House()
    house.open("ann")
    house.ask(1)
    return house.store


def charge(store: Store) -> None:
    """Enter a charge of the job."""
    store.run(
        "ledger_add",
        account="ann",
        at=0,
        delta=-1,
        balance=CREDITS - 1,
        reason="charge",
        job=1300,
    )


def test_a_balance_is_never_negative(store: Store) -> None:
    """Credits cannot be overspent by a mistake."""
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        store.run("account_credit", id="ann", credits=-1)


def test_a_job_is_charged_once(store: Store) -> None:
    """A second charge is refused."""
    charge(store)

    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*ledger\.job"):
        charge(store)


def test_a_job_is_claimed_once(store: Store) -> None:
    """A second one to ask changes nothing."""
    assert [1, 0] == [store.run("job_claim", id=1300) for _ in range(2)]


def test_a_job_is_settled_once(store: Store) -> None:
    """It leaves validation but once."""
    settled = {"id": 1300, "records": b"", "valid": 0, "now": 0}
    store.run("job_claim", id=1300)

    assert [1, 0] == [store.run("job_settle", **settled) for _ in range(2)]


def test_a_key_is_issued_once(store: Store) -> None:
    """It can't belong to two accounts."""
    store.run("key_issue", api_key="the key", account="ann")

    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*api_key"):
        store.run("key_issue", api_key="the key", account="ann")


def test_an_account_takes_all_that_hangs_on_it(store: Store) -> None:
    """Keys, ledger, jobs and attempts."""
    store.one(
        "attempt_start", job=1300, trigger="first", started_at=0, url="", fault=None
    )
    store.run("key_issue", api_key="the key", account="ann")

    store.run("account_delete", id="ann")

    assert [] == store.all("ledger_of", account="ann")
    assert [] == store.all("jobs_find", account="ann", state=None)
    assert [] == store.all("attempts_of", job=1300)
    assert store.one("key_find", api_key="the key") is None


def test_the_global_clock_cannot_be_forgotten(store: Store) -> None:
    """Every account needs one to follow."""
    store.run("clock_forget", account="")

    assert store.one("clock_of", account="") is not None
