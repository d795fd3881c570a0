"""What is promised to who polls for records (ruling 32)."""

import pytest

from contract.table import OBSERVED, OURS, Expected, accepted, refused
from support.client import BATCH, FETCH, FETCH_DATA
from support.contacts import contacts, deliverable, record
from support.contract.account import SCHEDULE, VALIDATION, Account, opened
from support.contract.client import Answer, Vendor
from support.contract.target import Target

pytestmark = pytest.mark.emulator_only
promise = pytest.mark.promise

PROCESSING = refused(400, "Request is still being processed")
NOT_FOUND = refused(404, "Not Found")
VALIDATION_DELAY = 0.05
"""Seconds that a validation takes by default."""


def poll(vendor: Vendor, job: object, method: str = "GET") -> Answer:
    """Ask for the records of a request."""
    return vendor.send(method, f"{BATCH}?batch_process_id={job}")


def submitted(account: Account, count: int = 3, wanted: object | None = None) -> int:
    """Submit a request to be polled for; return its id."""
    return account.submit(count, wanted or {}, FETCH_DATA)


def ready(account: Account, count: int = 3, wanted: object | None = None) -> int:
    """Submit a request, and see its validation to its end; return its id."""
    job = submitted(account, count, wanted)
    account.advance(VALIDATION)
    account.wait(job)
    return job


def valid(count: int) -> list[dict[str, object]]:
    """Return the records of the first contacts whose email is good."""
    return [record(each) for each in contacts()[:count] if deliverable(each)]


def records(count: int) -> Expected:
    """Return the answer with the valid records of the first contacts."""
    return accepted("success", valid(count))


@promise("Ruling 32", OBSERVED)
@pytest.mark.parametrize("path", [FETCH, FETCH_DATA])
def test_until_validation_has_ended_it_is_still_being_processed(
    account: Account, path: str
) -> None:
    job = account.submit(3, {}, path)
    answers = [poll(account.vendor, job).given]
    account.advance(VALIDATION_DELAY - 0.000_001)
    answers.append(poll(account.vendor, job).given)
    account.advance(0.000_001)
    account.wait(job, **({} if path == FETCH_DATA else {"attempts": 1}))

    assert [PROCESSING] * 2 == answers
    assert records(3) == poll(account.vendor, job).given


@promise("Ruling 32", OBSERVED)
def test_then_the_valid_records_are_the_answer_and_were_charged(
    account: Account,
) -> None:
    job = submitted(account, 500)
    reserved = account.credit()
    account.advance(VALIDATION)
    account.wait(job)
    charge = len(valid(500))

    assert records(500) == poll(account.vendor, job).given
    assert charge < 500
    assert 9_500 == reserved
    entries = [("opened", 10_000, 10_000), ("charge", -charge, 10_000 - charge)]
    assert entries == account.ledger()


@promise("Ruling 32", OBSERVED)
def test_nothing_is_delivered(account: Account) -> None:
    job = ready(account)
    account.advance(3_600)

    assert ([], []) == (account.inbox(), account.job(job)["attempts"])


@promise("Ruling 32", OURS)
def test_records_are_there_any_number_of_times_for_one_price(account: Account) -> None:
    job = ready(account)
    before = account.credit()
    answers = [poll(account.vendor, job).content for _ in range(3)]

    assert [answers[0]] * 3 == answers
    assert before == account.credit()


@promise("Ruling 32", OURS)
def test_without_a_valid_record_the_data_is_empty(account: Account) -> None:
    job = ready(account, 5, {"job_title": {"0": "nobody has this title"}})

    assert accepted("success", []) == poll(account.vendor, job).given


@promise("Ruling 32", OBSERVED)
def test_a_delivery_can_be_polled_in_every_state(account: Account) -> None:
    account.script(*[500] * 6)
    job = account.attempted(3, {})
    states, answers = [account.stands(job)], [poll(account.vendor, job).given]
    account.retried(job, *SCHEDULE)
    states.append(account.stands(job))
    answers.append(poll(account.vendor, job).given)
    account.redeliver(job, attempts=7)
    states.append(account.stands(job))
    answers.append(poll(account.vendor, job).given)

    assert [("delivering", 1), ("exhausted", 6), ("delivered", 7)] == states
    assert [accepted("success", account.inbox()[-1]["body"]["data"])] * 3 == answers


@promise("Ruling 32", OURS)
def test_it_is_a_delivery_byte_for_byte(account: Account) -> None:
    job = account.attempted(5, {})
    payload = Vendor(account.url, None).get(f"/_emulator/jobs/{job}/payload").content
    polled = poll(account.vendor, job).content

    start, _, rest = polled.partition(b"[")
    assert b'{"status":200,"message":"success","data":' == start
    assert payload.endswith(b"[" + rest)


@promise("Ruling 32", OURS)
def test_a_webhook_that_is_gone_keeps_no_records_back(account: Account) -> None:
    job = account.submit(3, {})
    account.set_webhook(active=False)
    account.advance(VALIDATION)
    account.wait(job, state="delivering")

    assert records(3) == poll(account.vendor, job).given


@promise("Ruling 32", OBSERVED)
def test_an_id_of_another_account_is_not_found(
    account: Account, target: Target
) -> None:
    with opened(target.url) as other:
        job = submitted(account)
        early = poll(other.vendor, job).given
        account.advance(VALIDATION)
        account.wait(job)

        assert [NOT_FOUND] * 2 == [early, poll(other.vendor, job).given]


@promise("Ruling 32", OURS)
def test_an_id_that_a_reset_took_is_not_found(account: Account) -> None:
    job = ready(account)
    account.tell("POST", "/reset", {"account": account.id})

    assert NOT_FOUND == poll(account.vendor, job).given


@promise("Ruling 32", OURS)
def test_leading_zeros_mean_nothing(account: Account) -> None:
    job = ready(account)

    assert 200 == poll(account.vendor, f"{'0' * 40}{job}").status


@promise("Ruling 32", OURS)
def test_head_tells_the_length(account: Account) -> None:
    job = ready(account)
    whole, head = poll(account.vendor, job), poll(account.vendor, job, "HEAD")

    assert (200, b"") == (head.status, head.content)
    assert str(len(whole.content)) == head.headers["Content-Length"]


@promise("Ruling 32", OURS)
def test_the_journal_calls_it_fetch_and_batch(account: Account) -> None:
    job = ready(account)
    poll(account.vendor, job)
    account.submit(3, {})

    noted = account.tell("GET", f"/requests?account={account.id}")["requests"]
    assert [
        ("fetch", FETCH_DATA, "Records processing initiated"),
        ("batch", f"{BATCH}?batch_process_id={job}", "success"),
        ("fetch", FETCH, "Records processing initiated"),
    ] == [(each["operation"], each["path"], each["message"]) for each in noted]
