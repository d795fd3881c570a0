"""What public clients rely on and the page is silent about: polling, the Java SDK."""

import pytest

from support.api import FETCH
from support.contacts import RECORD_KEYS
from support.contract.account import Account
from support.contract.client import Vendor
from support.surface import C_SUITE, promised

SUBMIT = f"{FETCH}/data"
POLL = "/api/v2/records/batch-process"
UNKNOWN = 2**53 - 1
"""The highest number that JSON is sure to keep, and no id of anybody's."""

SDK = (
    *("zip-code", "emp-size", "revenue-amount", "job-title", "job-title-level"),
    *("department-function", "sic", "country", "state", "city", "industry"),
)


def poll(vendor: Vendor, job: int) -> tuple[object, ...]:
    """Ask for the records of a request; return the whole answer."""
    return vendor.get(f"{POLL}?batch_process_id={job}").given


def submitted(account: Account, count: int = 3) -> int:
    """Submit a request to be polled for; return its id."""
    form = {"fetchCount": count, "filter": C_SUITE}
    job: int = account.vendor.post(SUBMIT, form).data["batch_process_id"]
    return job


@pytest.mark.promise("Ruling 32", "observed")
def test_an_incomplete_request_to_be_polled_is_refused(vendor: Vendor) -> None:
    """As one that is delivered."""
    answer = vendor.post(SUBMIT, {})

    assert promised(400, "Required fetchCount and filter") == answer.given


@pytest.mark.promise("Ruling 32", "observed")
def test_an_unknown_id_is_not_found(vendor: Vendor) -> None:
    """404 `Not Found`, as for another account's."""
    assert promised(404, "Not Found") == poll(vendor, UNKNOWN)


@pytest.mark.promise("Ruling 32", "observed")
@pytest.mark.parametrize("query", ["", "?batch_process_id=", "?batch_process_id=abc"])
def test_to_poll_takes_an_id(vendor: Vendor, query: str) -> None:
    """400, if it is missing or no number."""
    answer = vendor.get(POLL + query)

    assert (400, "application/json") == (answer.status, answer.media_type)


@pytest.mark.promise("Ruling 32", "observed")
@pytest.mark.emulator_only
def test_it_needs_no_webhook(account: Account) -> None:
    """It is accepted with both ids all the same."""
    account.turn("PUT", "/webhook", {"url": None})
    form = {"fetchCount": 3, "filter": C_SUITE}
    answer = account.vendor.post(SUBMIT, form)
    job = answer.data["unique_processing_id"]

    ids = {"unique_processing_id": int(job), "batch_process_id": int(job)}
    assert promised(200, "Records processing initiated", ids) == answer.given


@pytest.mark.promise("Ruling 32", "observed")
@pytest.mark.emulator_only
def test_until_it_is_validated_one_has_to_wait(account: Account) -> None:
    """400 `Request is still being processed`."""
    job = submitted(account)

    refusal = promised(400, "Request is still being processed")
    assert refusal == poll(account.vendor, job)


@pytest.mark.promise("Ruling 32", "observed")
@pytest.mark.emulator_only
def test_then_the_records_are_the_answer(account: Account) -> None:
    """With the keys of a delivery; none of them is delivered."""
    job = submitted(account)
    account.finish(job)
    records = account.vendor.get(f"{POLL}?batch_process_id={job}").data

    assert ([RECORD_KEYS] * 3, []) == ([list(row) for row in records], account.inbox())


@pytest.mark.promise("Ruling 32", "observed")
@pytest.mark.emulator_only
def test_what_is_delivered_can_be_polled_for_too(account: Account) -> None:
    """The same records, under the same id."""
    job = account.attempted(3, C_SUITE)["unique_processing_id"]
    delivered = account.inbox()[-1]["body"]["data"]

    assert promised(200, "success", delivered) == poll(account.vendor, job)


@pytest.mark.promise("Ruling 17", "observed")
@pytest.mark.emulator_only
@pytest.mark.parametrize("name", SDK)
def test_the_java_sdk_is_answered_without_a_key(vendor: Vendor, name: str) -> None:
    """Values as text; a live API serves it at another host."""
    answer = vendor.under(None).get(f"/v1/predefined/retrieve-data/get-{name}")

    assert {"str"} == {type(value).__name__ for value in answer.data}
