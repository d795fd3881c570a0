"""What a report says of requests and attempts."""

from collections.abc import Sequence
from typing import Any

import pytest

from reachapi_emulator.testing.client_report import Bounds, Judged, report
from reachapi_emulator.testing.journal import Entry, FindingKind
from support.entries import entry, numbered, refused

BOUNDS = Bounds(rate_limit=2, webhook_timeout=30)


def reported(*entries: Entry, attempts: Sequence[Judged] = ()) -> Any:  # noqa: ANN401 # as the JSON
    """Return the report of these."""
    return report(numbered(*entries), attempts, BOUNDS)


def remarked(kind: FindingKind, *names: str) -> Entry:
    """Return a request of which something was noticed."""
    return entry(remarks=tuple((kind, name) for name in names or ("",)))


def test_a_good_client_gets_a_clean_report() -> None:
    """With what was looked at."""
    assert {
        "clean": True,
        "requests": 2,
        "busiest_second": {"requests": 1, "limit": 2},
        "findings": [],
    } == reported(entry(), entry(1))


@pytest.mark.parametrize(
    ("entries", "kind", "text"),
    [
        (
            [entry(0), entry(0.1), refused(0.2, opened=0)],
            "rate_limit",
            (
                "3 requests of a key within one second, of which 2 are admitted; "
                "1 got 429 in all: spread them out"
            ),
        ),
        (
            [refused(0, fault=7), entry(0.5)],
            "no_backoff",
            (
                "1 request sent after a 429 before there was room again: "
                "after a 429 wait a second"
            ),
        ),
        (
            [remarked(FindingKind.INSUFFICIENT_CREDIT)],
            "insufficient_credit",
            (
                "1 request for more records than credits were available: "
                "check the credits first, or ask for less"
            ),
        ),
        (
            [remarked(FindingKind.UNKNOWN_FIELD, *names) for names in ("ba", "a")],
            "unknown_field",
            (
                "2 requests with unknown names (b, a): "
                "compare them with the documentation"
            ),
        ),
        (
            [remarked(FindingKind.WRONG_SECRET)],
            "wrong_secret",
            (
                "1 request with a webhook_secret_key that is not the account's: "
                "send the account's secret, or none"
            ),
        ),
        (
            [entry(account=None, status=401), entry(account=None, status=403)],
            "unauthorized",
            (
                "2 requests without a key that is good: "
                "send the account's key as X-API-Key"
            ),
        ),
        (
            [
                entry(account=None, operation=None, status=404),
                entry(account=None, status=405),
            ],
            "unknown_path",
            (
                "2 requests of a path or a method that there is not: "
                "compare them with the documentation"
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_a_mistake_of_requests_is_found(
    entries: list[Entry], kind: str, text: str
) -> None:
    """With a sentence that says what to do."""
    found = reported(*entries)

    assert not found["clean"]
    assert [(kind, text)] == [(f["kind"], f["text"]) for f in found["findings"]]


def test_a_finding_names_the_requests_that_show_it() -> None:
    """And no others."""
    wrong = remarked(FindingKind.WRONG_SECRET)
    (found,) = reported(wrong, entry(1), wrong)["findings"]

    assert (2, [1, 3], []) == (found["count"], found["requests"], found["jobs"])


@pytest.mark.parametrize(
    "ordered",
    [
        refused(fault=7),
        entry(account=None, status=401, fault=7),
        entry(status=405, fault=7),
        entry(status=402, fault=7),
    ],
    ids=["429", "401", "405", "402"],
)
def test_what_a_fault_ordered_is_no_mistake(ordered: Entry) -> None:
    """The tester wanted it."""
    assert reported(ordered)["clean"]


@pytest.mark.parametrize(
    ("attempt", "kind", "text"),
    [
        (
            Judged(1300, 500, "unexpected_status", 9),
            "not_acknowledged",
            "1 attempt not answered by 200 (500: 1): answer every delivery with 200",
        ),
        (
            Judged(1300, None, "refused", 20_000),
            "not_acknowledged",
            (
                "1 attempt not answered by 200 (refused: 1): "
                "answer every delivery with 200"
            ),
        ),
        (
            Judged(1300, 200, None, 10_001),
            "slow_receiver",
            (
                "1 attempt took more than a third of the time-out of 30 s, up to "
                "10.001 s: answer 200 first, work afterwards"
            ),
        ),
    ],
)
def test_a_mistake_of_a_receiver_is_found(
    attempt: Judged, kind: str, text: str
) -> None:
    """With the job that shows it."""
    (found,) = reported(attempts=[attempt])["findings"]

    assert (kind, text) == (found["kind"], found["text"])
    assert (1, [], [1300]) == (found["count"], found["requests"], found["jobs"])


def test_a_receiver_may_take_a_third_of_the_time_out() -> None:
    """Not more."""
    assert reported(attempts=[Judged(1300, 200, None, 10_000)])["clean"]


def test_an_attempt_that_timed_out_is_both() -> None:
    """It was not acknowledged, and it was slow."""
    found = reported(attempts=[Judged(1300, None, "timeout", 30_000)])["findings"]

    assert ["not_acknowledged", "slow_receiver"] == [each["kind"] for each in found]


def test_attempts_are_counted_and_their_jobs_named_once() -> None:
    """The ways in which they failed as well."""
    failed = [
        Judged(job, status, "unexpected_status", 1)
        for job, status in ((1301, 500), (1300, 404), (1301, 500))
    ]
    (found,) = reported(attempts=failed)["findings"]

    assert (3, [1301, 1300]) == (found["count"], found["jobs"])
    assert "(404: 1, 500: 2)" in found["text"]


def test_the_ids_end_at_a_hundred() -> None:
    """The count goes on."""
    wrong = [remarked(FindingKind.WRONG_SECRET)] * 101
    failed = [Judged(job, 500, "unexpected_status", 1) for job in range(101)]
    by_kind = {
        found["kind"]: (found["count"], len(found["requests"]), len(found["jobs"]))
        for found in reported(*wrong, attempts=failed)["findings"]
    }

    assert {"not_acknowledged": (101, 0, 100), "wrong_secret": (101, 100, 0)} == by_kind


def test_the_names_end_at_ten() -> None:
    """Each is there once."""
    names = [f"n{number}" for number in range(11)]
    marked = [
        remarked(FindingKind.UNKNOWN_FIELD, *names),
        remarked(FindingKind.UNKNOWN_FIELD, "n0"),
    ]
    (found,) = reported(*marked)["findings"]

    assert f"({', '.join(names[:10])}, …)" in found["text"]
