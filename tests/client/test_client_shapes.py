"""What the control API shows, as values and in words."""

from collections.abc import Iterator
from typing import Any

import pytest

from reachapi_emulator.client import (
    Account,
    Driver,
    EmulatorError,
    Job,
    lists as describing,
)
from support.stub import Stub

ATTEMPT = {"number": 1, "trigger": "first", "started_at": 0.5, "url": "http://x"}
JOB: dict[str, Any] = {
    "unique_processing_id": 1300,
    "account": "ann",
    "state": "delivering",
    "fetch_count": 3,
    "filter": {},
    "matched": 9,
    "created_at": 0.25,
    "attempts": [],
}
REQUEST = {
    "id": 1,
    "at": 0.0,
    "account": "ann",
    "operation": "credits",
    "method": "POST",
    "path": "/credits",
    "headers": {},
    "body": "",
    "status": 200,
    "message": "success",
    "duration_ms": 1,
}
RULE = {"id": 7, "phase": "request", "kind": "status", "status": 500, "struck": 2}
REPORT = {
    "account": "ann",
    "clean": False,
    "requests": 12,
    "evicted": 0,
    "busiest_second": {"requests": 12, "limit": 10},
}


@pytest.fixture
def account(stub: Stub) -> Iterator[Account]:
    with Driver.connect(stub.url) as driver:
        yield driver.account("ann")


def job(*attempts: dict[str, object], **other: object) -> Job:
    whole = [{**ATTEMPT, **attempt} for attempt in attempts]
    return Job.of({**JOB, "attempts": whole, **other})


def test_what_a_newer_emulator_adds_does_no_harm() -> None:
    found = job({"novelty": 1}, novelty=2)

    assert (1300, 1) == (found.unique_processing_id, found.attempts[0].number)


@pytest.mark.parametrize(
    ("attempt", "ended", "acknowledged"),
    [
        ({}, False, False),
        ({"status": 200}, True, True),
        ({"status": 201, "error": "unexpected_status"}, True, False),
        ({"error": "refused"}, True, False),
    ],
)
def test_an_attempt_ends_and_is_acknowledged_or_not(
    attempt: dict[str, object], *, ended: bool, acknowledged: bool
) -> None:
    (found,) = job(attempt).attempts

    assert (ended, acknowledged) == (found.ended, found.acknowledged)


@pytest.mark.parametrize(
    ("found", "moving"),
    [
        (job(), True),
        (job(state="delivered"), False),
        (job(state="delivered", due_at=3), True),
        (job({}, state="delivered"), True),
        (job({"error": "refused"}, state="exhausted"), False),
        (job(polled=True), False),
    ],
)
def test_a_job_moves_until_nothing_is_to_come(found: Job, *, moving: bool) -> None:
    assert moving == found.moving


def test_a_description_tells_requests_jobs_and_attempts(
    stub: Stub, account: Account
) -> None:
    refused = {**ATTEMPT, "status": 500, "error": "unexpected_status", "duration_ms": 2}
    broken = {**REQUEST, "status": None, "message": None}
    shown = {**JOB, "attempts": [refused, {**ATTEMPT, "number": 2}], "due_at": 1.5}
    stub.answers["GET /jobs?account=ann"] = 200, [shown]
    stub.answers["GET /requests?account=ann&limit=50"] = (
        200,
        {"evicted": 0, "requests": [REQUEST, broken]},
    )

    assert [
        "00:00:00.000  POST /credits  200 success",
        "00:00:00.000  POST /credits  no answer",
        (
            "00:00:00.250  job 1300  delivering  fetchCount 3, matched 9, "
            "valid None, charged None, next due 00:00:01.500"
        ),
        "00:00:00.500    attempt 1  first  http://x  500 unexpected_status in 2 ms",
        "00:00:00.500    attempt 2  first  http://x  under way",
    ] == account.describe().splitlines()


def test_a_long_description_shows_its_end(
    stub: Stub, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "MAX_LINES", 3)
    stub.answers["GET /jobs?account=ann"] = 200, [JOB] * 3
    stub.answers["GET /requests?account=ann&limit=3"] = (
        200,
        {"evicted": 0, "requests": [REQUEST]},
    )
    first, *rest = account.describe().splitlines()

    assert "... 2 lines before" == first
    assert 2 == len(rest)


def test_a_report_lists_what_was_done_wrong(stub: Stub, account: Account) -> None:
    slow = {"kind": "slow", "text": "Answered late.", "count": 1, "jobs": [1300]}
    fast = {"kind": "rate_limit", "text": "12 a second.", "count": 2}
    findings = [{**fast, "requests": [4, 5], "jobs": []}, slow]
    report = {**REPORT, "findings": [*findings, {"kind": "x", "text": "So."}]}
    stub.answers["GET /report?account=ann"] = 200, report

    with pytest.raises(AssertionError) as failure:
        account.report().assert_clean()

    assert [
        "what was done wrong in account ann:",
        "  - rate_limit: 12 a second. (requests 4, 5)",
        "  - slow: Answered late. (jobs 1300)",
        "  - x: So.",
    ] == str(failure.value).splitlines()
    assert (12, 10) == (
        account.report().busiest_second.requests,
        account.report().busiest_second.limit,
    )


def test_a_refusal_to_forget_is_raised(stub: Stub, account: Account) -> None:
    stub.answers["POST /faults"] = 201, RULE
    stub.answers["DELETE /faults/7"] = 500, {"error": "told"}
    stub.answers["DELETE /accounts/ann"] = 500, {"error": "told"}
    fault = account.faults.add("status", status=500)

    for refused in (fault.remove, account.close):
        with pytest.raises(EmulatorError, match="told"):
            refused()
