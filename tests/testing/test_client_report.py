"""What a report says of made-up requests and attempts."""

from collections.abc import Sequence
from typing import Any

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.testing.client_report import Bounds, Judged, report
from reachapi_emulator.testing.journal import Entry, FindingKind
from support.entries import entry, numbered, refused

BOUNDS = Bounds(rate_limit=2, webhook_timeout=30)
NAMES = tuple((FindingKind.UNKNOWN_FIELD, f"n{number}") for number in range(11))
WRONG_SECRET = entry(remarks=((FindingKind.WRONG_SECRET, ""),))


def reported(*entries: Entry, attempts: Sequence[Judged] = ()) -> Any:  # noqa: ANN401 # as the JSON
    """Return the report of these."""
    return report(numbered(*entries), attempts, BOUNDS)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(0), entry(0.999999)], 2),
        ([entry(0), entry(1)], 1),
        ([entry(second) for second in (0, 0.5, 1, 1.2, 5)], 3),
        ([entry(second) for second in (0.9, 0, 0.5)], 3),
        ([entry(key=key) for key in ("a", "b", "b", "c")], 2),
        ([entry(), refused()], 2),
        ([entry(account=None), entry(), entry(account=None)], 1),
        ([WRONG_SECRET, entry(), WRONG_SECRET], 1),
        ([entry(5, at=entry(9).at), entry(8, at=entry(0).at), entry(9)], 1),
        ([*(entry(n, at=entry(9).at) for n in (5, 6)), entry(8, at=entry(0).at)], 2),
    ],
    ids=[
        *("just within", "a second later"),
        *("any second", "in any order", "of one key", "refused ones count"),
        *("nobody's do not", "refused for their secret, neither"),
        *("a clock given up begins a new count", "and its old one is remembered"),
    ],
)
def test_the_busiest_second(entries: list[Entry], expected: int) -> None:
    assert expected == reported(*entries)["busiest_second"]["requests"]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([refused(), entry(0.5)], [2]),
        ([refused(), entry(0.5, opened=0)], [2]),
        ([refused(opened=-9), entry(0.5, opened=-9)], [2]),
        ([refused(), entry(0.999999)], [2]),
        ([refused(), entry(1)], []),
        ([refused(), entry(1, opened=0)], []),
        ([refused(), entry(0.5, opened=-1)], []),
        ([refused(0, duration_ms=300), entry(0.3)], [2]),
        ([refused(0, duration_ms=300), entry(0.2)], []),
        ([refused(), entry(0.5, key="other")], []),
        ([refused(), entry(0.5, account=None)], []),
        ([refused(), entry(0.5, at=refused().at - 1)], []),
        ([refused(0, 1), refused(1, 2), entry(1.5), entry(2)], [3]),
        ([refused(0), refused(0.1), refused(0.2)], [2, 3]),
        (
            [
                refused(),
                *(entry(n, at=refused().at) for n in (1, 2)),
                entry(3, at=refused().at + SECOND),
            ],
            [2, 3],
        ),
    ],
    ids=[
        *("over a new connection", "over the same one", "over an old one"),
        *("at the last instant", "when there is room", "there, the same connection"),
        *("over a connection that was open", "opened after the answer"),
        *("opened before the answer", "under another key", "under no account"),
        *("on a clock that was given up", "the last 429 counts"),
        *("refused for it again", "on a frozen clock until it is advanced"),
    ],
)
def test_who_was_told_429_is_to_wait(entries: list[Entry], expected: list[int]) -> None:
    found = {f["kind"]: f["requests"] for f in reported(*entries)["findings"]}

    assert expected == found.get("no_backoff", [])


@pytest.mark.parametrize(
    ("entries", "what", "advice"),
    [
        (
            [entry(0), entry(0.1), refused(0.2, opened=0)],
            "3 requests of a key within one second, of which 2 are admitted; 1 got 429",
            "spread them out",
        ),
        (
            [refused(0, fault=7), entry(0.5)],
            "1 request sent after a 429 before there was room again",
            "after a 429 wait a second",
        ),
        (
            [entry(remarks=((FindingKind.INSUFFICIENT_CREDIT, ""),))],
            "1 request for more records than credits were available",
            "check the credits first, or ask for less",
        ),
        (
            [entry(remarks=NAMES), entry(remarks=NAMES[:1])],
            "2 requests with unknown names (n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, …)",
            "compare them with the documentation",
        ),
        (
            [WRONG_SECRET],
            "1 request with a webhook_secret_key that is not the account's",
            "send the account's secret, or none",
        ),
        (
            [entry(account=None, status=401), entry(account=None, status=403)],
            "2 requests without a key that is good",
            "send the account's key as X-API-Key",
        ),
        (
            [entry(operation=None, status=404), entry(status=405)],
            "2 requests of a path or a method that there is not",
            "compare them with the documentation",
        ),
    ],
)
def test_a_mistake_of_requests(entries: list[Entry], what: str, advice: str) -> None:
    """A sentence says what to do; of names, there are ten at most."""
    (found,) = reported(*entries)["findings"]

    assert f"{what}: {advice}" == found["text"].replace(" in all:", ":")


def test_the_ids_that_show_a_finding_end_at_a_hundred() -> None:
    attempts = [Judged(job, 500, "unexpected_status", 1) for job in range(101)]
    found = reported(entry(), *[WRONG_SECRET] * 101, attempts=attempts)["findings"]

    assert {
        "not_acknowledged": (101, [], [*range(100)]),
        "wrong_secret": (101, [*range(2, 102)], []),
    } == {
        each["kind"]: (each["count"], each["requests"], each["jobs"]) for each in found
    }
