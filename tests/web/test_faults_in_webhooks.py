"""Faults of the phase webhook, as a receiver of another library sees them."""

from collections.abc import Iterator

import pytest

from reachapi_emulator.embedded import Emulator
from support.contract.account import VALIDATION, Account, opened
from support.receiver import PlainReceiver, plainly_receiving

ONCE = ("charge", -3, 9_997)
VALIDATION_DELAY = 0.05
BROKEN = {
    "CONNECTION_RESET_BY_PEER": "ConnectionResetError",
    "EMPTY_RESPONSE": "nothing",
    "MALFORMED_RESPONSE_CHUNK": "ValueError",
    "RANDOM_DATA_THEN_CLOSE": "error 400",
}
"""What http.server makes of each."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where an emulator listens."""
    with Emulator() as emulator:
        yield emulator.url


@pytest.fixture
def account(url: str) -> Iterator[Account]:
    """An account of the test's own, its clock standing still."""
    with opened(url) as account:
        yield account


@pytest.fixture
def receiver(account: Account) -> Iterator[PlainReceiver]:
    """Run a receiver, the webhook of the account."""
    with plainly_receiving() as receiver:
        account.set_webhook(receiver.url)
        yield receiver


def strike(account: Account, kind: str, **values: object) -> int:
    """Add a rule for deliveries of an account; return its id."""
    form = {"phase": "webhook", "account": account.id, "kind": kind, **values}
    number: int = account.tell("POST", "/faults", form)["id"]
    return number


def went(account: Account, job: int) -> list[tuple[object, ...]]:
    """Return status, error and fault of each attempt."""
    attempts = account.job(job)["attempts"]
    return [(each["status"], each["error"], each["fault"]) for each in attempts]


@pytest.mark.parametrize(("kind", "seen"), BROKEN.items())
def test_a_broken_delivery_is_made_again_for_one_price(
    account: Account, receiver: PlainReceiver, kind: str, seen: str
) -> None:
    number = strike(account, kind, times=1)
    job = account.attempted(3, {})
    first = receiver.next()
    account.retried(job, 1)

    assert (seen, job) == (first, receiver.next_job())
    assert [(None, "fault", number), (200, None, None)] == went(account, job)
    assert ONCE == account.ledger()[-1]


@pytest.mark.parametrize("kind", BROKEN)
def test_an_inbox_keeps_nothing_of_a_broken_delivery_and_nothing_grave_is_logged(
    account: Account, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    strike(account, kind, times=1)
    job = account.attempted(3, {})
    empty = account.inbox()
    account.retried(job, 1)

    assert ([], 1) == (empty, len(account.inbox()))
    assert [] == [each for each in caplog.records if each.levelname == "ERROR"]


def test_a_duplicate_arrives_twice_as_one_attempt_and_for_one_price(
    account: Account, receiver: PlainReceiver
) -> None:
    number = strike(account, "DUPLICATE")
    job = account.attempted(3, {})

    assert receiver.next() == receiver.next()
    assert [(200, None, number)] == went(account, job)
    assert ONCE == account.ledger()[-1]


def test_a_reordered_delivery_arrives_after_the_next_and_neither_is_retried(
    account: Account, receiver: PlainReceiver
) -> None:
    strike(account, "REORDER", times=1)
    first = account.submit(3, {})
    account.advance(VALIDATION_DELAY)
    second = account.submit(3, {})
    account.advance(VALIDATION_DELAY)
    for job in (first, second):
        account.wait(job, state="delivered")

    assert [second, first] == [receiver.next_job(), receiver.next_job()]
    assert [1, 1] == [len(went(account, job)) for job in (first, second)]


def test_a_delayed_delivery_arrives_when_its_time_has_come_on_the_accounts_clock(
    account: Account, receiver: PlainReceiver
) -> None:
    number = strike(account, "delay", seconds=120)
    job = account.submit(3, {})
    account.advance(VALIDATION_DELAY)  # its delivery is held
    account.advance(119)
    before = went(account, job)
    account.advance(1)
    account.wait(job, state="delivered")

    assert ([], job) == (before, receiver.next_job())
    assert [(200, None, number)] == went(account, job)


def test_a_reset_forgets_what_is_held_back(account: Account) -> None:
    strike(account, "delay", seconds=10)
    account.submit(3, {})
    account.advance(VALIDATION)
    account.tell("POST", "/reset", {"account": account.id})

    assert [] == account.tell("GET", f"/jobs?account={account.id}")
    rules = account.tell("GET", "/faults")
    assert [] == [each for each in rules if each["account"] == account.id]


def test_requests_are_not_struck(account: Account) -> None:
    number = strike(account, "EMPTY_RESPONSE")
    account.submit(1, {})

    rules = account.tell("GET", "/faults")
    assert [0] == [each["struck"] for each in rules if each["id"] == number]
