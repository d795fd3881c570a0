"""What the webhook promises, seen in the inbox of an emulator."""

from typing import Any

import pytest

from support.api import CREDITS
from support.contacts import RECORD_KEYS
from support.contract.account import Account
from support.surface import C_SUITE

pytestmark = pytest.mark.emulator_only

SCHEDULE = (1, 5, 15, 60, 300)


def delivery(account: Account, count: int = 3) -> dict[str, Any]:
    """Submit, and return what the inbox got."""
    account.attempted(count, C_SUITE)
    received: dict[str, Any] = account.inbox()[-1]
    return received


@pytest.mark.promise("Webhook Payload")
def test_a_delivery_tells_its_id_and_its_event(account: Account) -> None:
    """The id that the request was answered with."""
    job = account.attempted(3, C_SUITE)["unique_processing_id"]
    body = account.inbox()[-1]["body"]

    assert {
        "unique_processing_id": job,
        "event": "data_notification",
        "data": body["data"],
    } == body


@pytest.mark.promise("Webhook: records")
def test_a_delivered_record_has_the_28_keys(account: Account) -> None:
    """In the order of the page's sample."""
    records = delivery(account)["body"]["data"]

    assert [RECORD_KEYS] * 3 == [list(record) for record in records]


@pytest.mark.promise("Ruling 27")
def test_a_delivery_is_json_and_carries_the_secret(account: Account) -> None:
    """In the header `webhook_secret_key`."""
    headers = delivery(account)["headers"]

    assert ("application/json", account.shown()["webhook"]["secret"]) == (
        headers["Content-Type"],
        headers["webhook_secret_key"],
    )


@pytest.mark.promise("Data Fetch API: Credits Deduction")
def test_every_delivered_record_costs_a_credit(account: Account) -> None:
    """Only valid ones are delivered."""
    before = account.vendor.post(CREDITS).data["available_credit"]
    records = delivery(account, 100)["body"]["data"]
    after = account.vendor.post(CREDITS).data["available_credit"]

    assert len(records) == before - after


@pytest.mark.promise("Data Fetch API: Acknowledge Receipt")
@pytest.mark.parametrize("status", [201, 302, 500])
def test_any_answer_but_200_is_retried(account: Account, status: int) -> None:
    """The same body comes again."""
    account.script(status)
    job = account.attempted(3, C_SUITE)["unique_processing_id"]
    account.advance(SCHEDULE[0])
    account.wait(job, 2)
    first, second = (arrival["body"] for arrival in account.inbox())

    assert first == second


@pytest.mark.promise("Testing Webhooks")
def test_200_acknowledges(account: Account) -> None:
    """It is delivered once, however much time goes by."""
    job = account.attempted(3, C_SUITE)
    account.advance(sum(SCHEDULE))

    assert ("delivered", 1) == (job["state"], len(account.inbox()))


@pytest.mark.promise("Ruling 29", "ours")
def test_after_six_attempts_a_delivery_is_exhausted(account: Account) -> None:
    """The last retry comes 300 seconds after the one before it."""
    account.script(*[500] * 6)
    job = account.attempted(3, C_SUITE)
    for number, seconds in enumerate(SCHEDULE, start=2):
        account.advance(seconds)
        job = account.wait(job["unique_processing_id"], number)

    assert ("exhausted", 6) == (job["state"], len(account.inbox()))
