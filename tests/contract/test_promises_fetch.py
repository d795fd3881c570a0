"""What the Data Fetch API promises: first what it refuses, then what it does."""

import pytest

from support.api import CREDITS, FETCH
from support.contract.account import Account
from support.contract.client import Vendor
from support.surface import C_SUITE, promised

NOBODY = {"job_title": {"0": "reachapi contract suite: no such value"}}
INCOMPLETE = promised(400, "Required fetchCount and filter")


@pytest.mark.promise("Data Fetch API: 400")
@pytest.mark.parametrize(
    "form",
    [{}, {"fetchCount": 1}, {"filter": NOBODY}],
    ids=["neither", "no filter", "no fetchCount"],
)
def test_an_incomplete_request_is_refused(
    vendor: Vendor, form: dict[str, object]
) -> None:
    """400 `Required fetchCount and filter`."""
    assert INCOMPLETE == vendor.post(FETCH, form).given


@pytest.mark.promise("Ruling 21", "ours")
def test_another_secret_is_unauthorized(vendor: Vendor) -> None:
    """The header may be left out; sent, it must be the account's."""
    headers = {"webhook_secret_key": "reachapi-contract-suite-no-such-secret"}

    assert promised(401, "Unauthorized") == vendor.post(FETCH, {}, headers).given


@pytest.mark.promise("Data Fetch API: API Endpoint")
@pytest.mark.emulator_only
def test_a_request_is_accepted_with_an_id(vendor: Vendor) -> None:
    """200 `Records processing initiated`, and the number of what is to come."""
    answer = vendor.post(FETCH, {"fetchCount": 2, "filter": C_SUITE})
    job = answer.data["unique_processing_id"]

    data = {"unique_processing_id": int(job)}
    assert promised(200, "Records processing initiated", data) == answer.given


@pytest.mark.promise("Ruling 20")
@pytest.mark.emulator_only
@pytest.mark.parametrize("count", [0, -1, 1.5, "1", True, None])
def test_a_fetch_count_that_is_no_number_from_1_is_missing(
    vendor: Vendor, count: object
) -> None:
    """A JSON integer alone will do."""
    form = {"fetchCount": count, "filter": NOBODY}

    assert INCOMPLETE == vendor.post(FETCH, form).given


@pytest.mark.promise("Data Fetch API: 402")
@pytest.mark.emulator_only
def test_over_the_credit_it_is_refused(account: Account) -> None:
    """402 with both figures."""
    account.turn("PATCH", form={"credits": 720})
    answer = account.vendor.post(FETCH, {"fetchCount": 2000, "filter": C_SUITE})

    figures = {"available_credit": 720, "requested_fetch_count": 2000}
    assert promised(402, "Insufficient credit balance", figures) == answer.given


@pytest.mark.promise("Ruling 23", "ours")
@pytest.mark.emulator_only
def test_what_is_reserved_is_not_available(account: Account) -> None:
    """From acceptance until validation ends."""
    account.turn("PATCH", form={"credits": 10})
    account.submit(7, C_SUITE)

    assert {"available_credit": 3} == account.vendor.post(CREDITS).data


@pytest.mark.promise("Ruling 22")
@pytest.mark.emulator_only
@pytest.mark.parametrize("webhook", ["inactive", "none"])
def test_without_an_active_webhook_it_is_refused(
    account: Account, webhook: str
) -> None:
    """400 `Webhook feature is inactive`."""
    url = None if webhook == "none" else f"inbox:{account.id}"
    account.turn("PUT", "/webhook", {"url": url, "active": False})
    answer = account.vendor.post(FETCH, {"fetchCount": 1, "filter": C_SUITE})

    assert promised(400, "Webhook feature is inactive") == answer.given


@pytest.mark.promise("Rate Limitations")
@pytest.mark.emulator_only
def test_the_eleventh_request_of_a_second_is_refused(account: Account) -> None:
    """429 after ten, and a second later the next is admitted."""
    statuses = [account.vendor.post(CREDITS).status for _ in range(11)]
    account.advance(1)
    statuses.append(account.vendor.post(CREDITS).status)

    assert [200] * 10 + [429, 200] == statuses


@pytest.mark.promise("Ruling 3")
@pytest.mark.emulator_only
def test_the_refusal_of_the_limit_is_an_envelope(account: Account) -> None:
    """`Too many requests`, as the page heads it."""
    answers = [account.vendor.post(CREDITS) for _ in range(11)]

    assert promised(429, "Too many requests") == answers[-1].given


@pytest.mark.promise("Ruling 6")
@pytest.mark.emulator_only
def test_a_key_that_was_replaced_is_forbidden(account: Account) -> None:
    """403: it was issued once."""
    account.turn("POST", "/api-key")

    assert promised(403, "Forbidden") == account.vendor.post(CREDITS).given
