"""What the webhook promises, seen in the inbox of an emulator."""

from itertools import pairwise
from typing import Any

import pytest

from contract.table import DOCUMENTED, OBSERVED, OURS
from support.contacts import RECORD_KEYS, contacts, deliverable, record
from support.contract.account import SCHEDULE, VALIDATION, Account
from support.surface import C_SUITE

pytestmark = pytest.mark.emulator_only
promise = pytest.mark.promise

DATACAPTIVE = {"company_name": {"0": "DataCaptive"}}
OPENED = ("opened", 10_000, 10_000)
ONCE = [OPENED, ("charge", -9, 9_991)]
LONG = 1_000_000
NOT_ACKNOWLEDGED = (
    *(201, 202, 203, 204, 205, 206, 207, 208, 226, 299),
    *(300, 301, 302, 303, 304, 305, 307, 308),
    *(400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 418),
    *(421, 422, 425, 426, 428, 429, 431, 451),
    *(500, 501, 502, 503, 504, 505, 507, 508, 511, 599),
)


def notification(job: int, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body that the page promises."""
    return {"unique_processing_id": job, "event": "data_notification", "data": records}


@promise("Webhook Payload", DOCUMENTED)
def test_a_delivery_has_its_id_its_event_and_the_records(account: Account) -> None:
    matches = [
        each for each in contacts() if each["company_company_name"] == "DataCaptive"
    ]
    job = account.attempted(9, DATACAPTIVE)
    (arrival,) = account.inbox()

    expected = notification(job, [record(each) for each in matches])
    assert expected == arrival["body"]
    assert list(expected) == list(arrival["body"])


@promise("Webhook: records", DOCUMENTED)
def test_a_record_has_the_28_keys_in_the_order_of_the_page(account: Account) -> None:
    account.attempted(20, {})

    records = account.inbox()[0]["body"]["data"]
    assert [RECORD_KEYS] * len(records) == [list(each) for each in records]


@promise("Webhook: `company_industry_categories_list`", OBSERVED)
def test_the_fields_that_hold_several_values_are_one_text(account: Account) -> None:
    account.attempted(1, DATACAPTIVE)
    row = account.inbox()[0]["body"]["data"][0]

    assert (
        "Information Technology, Data Services",
        "Artificial Intelligence, Cloud Computing",
    ) == (row["company_industry_categories_list"], row["company_tech_keywords_list"])


@promise("Ruling 27", DOCUMENTED)
def test_type_and_the_accounts_own_secret_stand_in_the_headers(
    account: Account,
) -> None:
    account.attempted(1, {})
    headers = account.inbox()[0]["headers"]

    assert ("application/json", account.secret()) == (
        headers["Content-Type"],
        headers["webhook_secret_key"],
    )


@promise("Data Fetch API: `fetchCount`", DOCUMENTED)
def test_of_many_matches_the_first_are_delivered_if_valid(account: Account) -> None:
    account.attempted(200, {})

    expected = [each["id"] for each in contacts()[:200] if deliverable(each)]
    assert expected == [row["id"] for row in account.inbox()[0]["body"]["data"]]
    assert len(expected) < 200


@promise("Data Fetch API: `fetchCount`", DOCUMENTED)
def test_of_fewer_matches_than_asked_for_all_are_delivered(account: Account) -> None:
    account.attempted(5000, C_SUITE)

    chiefs = [
        record(each)
        for each in contacts()
        if each["contact_job_title_level_1"] == "C-Suite" and deliverable(each)
    ]
    assert chiefs == account.inbox()[0]["body"]["data"]
    assert 10_000 - len(chiefs) == account.credit()


@promise("Ruling 25", OURS)
def test_without_a_match_an_empty_list_is_delivered_for_nothing(
    account: Account,
) -> None:
    job = account.attempted(5, {"job_title": {"0": "nobody has this title"}})

    assert [notification(job, [])] == [each["body"] for each in account.inbox()]
    assert [OPENED] == account.ledger()


@promise("Data Fetch API: Submit Data Request", DOCUMENTED)
def test_a_delivered_job_tells_what_it_came_to(account: Account) -> None:
    job = account.job(account.attempted(20, DATACAPTIVE))

    figures = [job[key] for key in ("fetch_count", "matched", "valid", "charged")]
    assert [20, 9, 9, 9] == figures
    assert [200] == [attempt["status"] for attempt in job["attempts"]]


@promise("Data Fetch API: Email Validation", DOCUMENTED)
def test_nothing_is_delivered_before_validation_is_due(account: Account) -> None:
    job = account.submit(1, {})

    assert ("submitted", 0) == account.stands(job)
    assert [] == account.inbox()


@promise("Testing Webhooks", DOCUMENTED)
def test_200_acknowledges(account: Account) -> None:
    job = account.attempted(3, {})
    account.advance(LONG)

    assert ("delivered", 1) == account.stands(job)


@promise("Data Fetch API: Acknowledge Receipt", DOCUMENTED)
@pytest.mark.parametrize("status", NOT_ACKNOWLEDGED)
def test_no_other_status_acknowledges(account: Account, status: int) -> None:
    account.script(status)
    job = account.attempted(3, {})

    (attempt,) = account.job(job)["attempts"]
    assert (status, "unexpected_status") == (attempt["status"], attempt["error"])
    assert ("delivering", 1) == account.stands(job)


@promise("Ruling 28", OURS)
def test_a_connection_that_breaks_off_is_a_failed_attempt(account: Account) -> None:
    account.script({"drop": True})
    job = account.attempted(3, {})

    (attempt,) = account.job(job)["attempts"]
    assert (None, "disconnected") == (attempt["status"], attempt["error"])


@promise("Data Fetch API: Acknowledge Receipt", DOCUMENTED)
@pytest.mark.parametrize("failures", [1, 3, 5])
def test_it_is_retried_until_it_is_acknowledged(
    account: Account, failures: int
) -> None:
    account.script(*[500] * failures)
    job = account.attempted(3, {})
    account.retried(job, *SCHEDULE[:failures])

    assert ("delivered", failures + 1) == account.stands(job)


@promise("Ruling 29", OURS)
def test_after_six_attempts_at_the_intervals_a_delivery_is_exhausted(
    account: Account,
) -> None:
    account.script(*[500] * 6)
    job = account.attempted(3, {})
    account.retried(job, *SCHEDULE)
    account.advance(LONG)

    starts = [each["started_at"] for each in account.job(job)["attempts"]]
    assert ("exhausted", 6) == account.stands(job)
    assert list(SCHEDULE) == [round(b - a, 3) for a, b in pairwise(starts)]


@promise("Ruling 29", OURS)
@pytest.mark.parametrize("retry", range(5))
def test_no_retry_is_made_before_its_interval_is_over(
    account: Account, retry: int
) -> None:
    account.script(*[500] * 6)
    job = account.attempted(3, {})
    account.retried(job, *SCHEDULE[:retry])
    account.advance(SCHEDULE[retry] - 0.001)

    assert ("delivering", retry + 1) == account.stands(job)


@promise("Ruling 29", OURS)
def test_a_jump_over_several_intervals_makes_one_attempt(account: Account) -> None:
    account.script(*[500] * 6)
    job = account.attempted(3, {})
    account.retried(job, 1000)

    assert ("delivering", 2) == account.stands(job)
    assert 2 == len(account.inbox())


@promise("Ruling 29", OURS)
def test_one_delivery_in_trouble_holds_up_no_other(account: Account) -> None:
    account.script(500)
    first = account.attempted(3, {})
    second = account.submit(3, {})
    account.advance(0.5)  # the retry of the first is due after a second
    account.wait(second, state="delivered")

    assert ("delivering", 1) == account.stands(first)


@promise("Ruling 30", OURS)
def test_a_mended_url_heals(account: Account) -> None:
    closed = "http://127.0.0.1:1/"
    account.set_webhook(closed)
    job = account.attempted(3, {})
    account.set_webhook()
    account.retried(job, 1)

    first, second = account.job(job)["attempts"]
    assert (closed, "refused") == (first["url"], first["error"])
    assert (account.shown()["webhook"]["url"], None) == (second["url"], second["error"])


@promise("Ruling 30", OURS)
def test_a_secret_generated_anew_is_sent_with_the_next_attempt(
    account: Account,
) -> None:
    account.script(500)
    secrets = [account.secret()]
    job = account.attempted(3, {})
    account.turn("POST", "/webhook/secret")
    account.retried(job, 1)

    secrets.append(account.secret())
    assert secrets == [
        each["headers"]["webhook_secret_key"] for each in account.inbox()
    ]


@promise("Ruling 30", OURS)
@pytest.mark.parametrize("form", [{"url": None}, {"active": False}], ids=str)
def test_while_the_webhook_is_off_due_attempts_wait(
    account: Account, form: dict[str, object]
) -> None:
    account.script(500)
    job = account.attempted(3, {})
    account.turn("PUT", "/webhook", {"url": f"inbox:{account.id}", **form})
    account.advance(LONG)
    waiting = account.stands(job)
    account.set_webhook()
    account.wait(job, state="delivered")

    assert ("delivering", 1) == waiting
    assert ("delivered", 2) == account.stands(job)


@promise("Ruling 30", OURS)
def test_every_attempt_and_redelivery_brings_the_same_body(account: Account) -> None:
    account.script(500, 503)
    job = account.attempted(9, DATACAPTIVE)
    account.retried(job, 1, 5)
    account.redeliver(job, attempts=4)

    bodies = [each["body"] for each in account.inbox()]
    assert [bodies[0]] * 4 == bodies


@promise("Ruling 29", OURS)
def test_an_exhausted_delivery_stays_listed_and_can_be_redelivered(
    account: Account,
) -> None:
    account.script(*[500] * 6)
    job = account.attempted(9, DATACAPTIVE)
    account.retried(job, *SCHEDULE)
    listed = account.tell("GET", f"/jobs?state=exhausted&account={account.id}")
    account.redeliver(job, attempts=7)

    assert [(job, 9, 9)] == [
        (each["unique_processing_id"], each["valid"], each["charged"])
        for each in listed
    ]
    assert ("delivered", 7) == account.stands(job)


@promise("Ruling 30", OURS)
def test_a_redelivery_that_fails_leaves_it_delivered(account: Account) -> None:
    job = account.attempted(3, {})
    account.script(500)
    account.redeliver(job, attempts=2)
    account.advance(LONG)

    assert ("delivered", 2) == account.stands(job)


@promise("Ruling 30", OURS)
def test_a_redelivery_replaces_the_scheduled_retry(account: Account) -> None:
    account.script(500)
    job = account.attempted(3, {})
    account.redeliver(job, attempts=2)
    account.advance(LONG)

    triggers = [each["trigger"] for each in account.job(job)["attempts"]]
    assert ["first", "redelivery"] == triggers


@promise("Ruling 31", OURS)
def test_credits_are_taken_once_whatever_becomes_of_a_delivery(
    account: Account,
) -> None:
    account.script(500)
    job = account.attempted(9, DATACAPTIVE)
    account.set_webhook(active=False)
    account.set_webhook(active=True)
    account.retried(job, 1)
    account.redeliver(job, attempts=3)

    assert ONCE == account.ledger()


@promise("Setting Up Webhook: Webhook Status", DOCUMENTED)
def test_requests_under_way_together_are_delivered_each(account: Account) -> None:
    jobs = [account.submit(count, DATACAPTIVE) for count in range(1, 6)]
    account.advance(VALIDATION)
    for job in jobs:
        account.wait(job, state="delivered")

    bodies = [each["body"] for each in account.inbox()]
    sizes = {body["unique_processing_id"]: len(body["data"]) for body in bodies}
    assert dict(zip(jobs, range(1, 6), strict=True)) == sizes
