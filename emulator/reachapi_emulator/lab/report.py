"""What the client under test did wrong, each finding with what shows it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import NamedTuple

from reachapi_emulator.lab.findings import Kind
from reachapi_emulator.lab.pace import Numbered, busiest_second, hasty, is_over

MOST_IDS = 100
MOST_NAMES = 10
SLOW = 3
"""A receiver is slow that takes longer than this part of the time-out."""


class Judged(NamedTuple):
    """An attempt at a receiver of the tester's own; no fault struck it."""

    job: int
    status: int | None
    error: str | None
    duration_ms: int


class Bounds(NamedTuple):
    """What a client is held to: requests a second, 0 for any; seconds of an attempt."""

    rate_limit: int
    webhook_timeout: float

    @property
    def slow_ms(self) -> float:
        """The milliseconds that a receiver should not exceed."""
        return self.webhook_timeout * 1000 / SLOW


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of mistake; of the ids that show it, the first hundred.

    Attributes:
        count: how often it was made.
        requests: numbers in the journal.
        jobs: unique_processing_ids.
    """

    kind: Kind
    text: str
    count: int
    requests: list[int] = field(default_factory=list)
    jobs: list[int] = field(default_factory=list)


def report(
    requests: Sequence[Numbered], attempts: Sequence[Judged], bounds: Bounds
) -> dict[str, object]:
    """Return the part of a report that follows from requests and attempts.

    Args:
        requests: of one account, or all, in the order of their answers.
        attempts: likewise.
        bounds: what they are held to.
    """
    busiest = busiest_second(entry for _, entry in requests)
    found = [
        *_pace(requests, busiest, bounds),
        *_deliveries(attempts, bounds),
        *_remarked(requests),
        *_strays(requests),
    ]
    return {
        "clean": not found,
        "requests": len(requests),
        "busiest_second": {"requests": busiest, "limit": bounds.rate_limit},
        "findings": [asdict(finding) for finding in found],
    }


def _pace(
    requests: Sequence[Numbered], busiest: int, bounds: Bounds
) -> Iterator[Finding]:
    over = [number for number, entry in requests if is_over(entry)]
    yield from _of_requests(
        Kind.RATE_LIMIT,
        over,
        f"{_counted(busiest, 'request')} of a key within one second, of which "
        f"{bounds.rate_limit} are admitted; {len(over)} got 429 in all: "
        "spread them out",
    )
    early = list(hasty(requests))
    yield from _of_requests(
        Kind.NO_BACKOFF,
        early,
        f"{_counted(len(early), 'request')} sent after a 429 before there was room "
        "again: after a 429 wait a second",
    )


def _deliveries(attempts: Sequence[Judged], bounds: Bounds) -> Iterator[Finding]:
    failed = [attempt for attempt in attempts if attempt.error is not None]
    ways = Counter(str(each.status or each.error) for each in failed)
    shown = ", ".join(f"{way}: {ways[way]}" for way in sorted(ways))
    yield from _of_jobs(
        Kind.NOT_ACKNOWLEDGED,
        failed,
        f"{_counted(len(failed), 'attempt')} not answered by 200 ({shown}): "
        "answer every delivery with 200",
    )
    slow = [each for each in attempts if _is_slow(each, bounds)]
    longest = max((each.duration_ms for each in slow), default=0)
    yield from _of_jobs(
        Kind.SLOW_RECEIVER,
        slow,
        f"{_counted(len(slow), 'attempt')} took more than a third of the time-out of "
        f"{bounds.webhook_timeout:g} s, up to {longest / 1000:g} s: answer 200 first, "
        "work afterwards",
    )


def _is_slow(attempt: Judged, bounds: Bounds) -> bool:
    """Tell whether a receiver took long; one that was never reached did not."""
    reached = attempt.status is not None or attempt.error == "timeout"
    return reached and attempt.duration_ms > bounds.slow_ms


_REMARKED: dict[Kind, Callable[[int, str], str]] = {
    Kind.INSUFFICIENT_CREDIT: lambda count, _: (
        f"{_counted(count, 'request')} for more records than credits were available: "
        "check the credits first, or ask for less"
    ),
    Kind.UNKNOWN_FIELD: lambda count, names: (
        f"{_counted(count, 'request')} with unknown names ({names}): "
        "compare them with the documentation"
    ),
    Kind.WRONG_SECRET: lambda count, _: (
        f"{_counted(count, 'request')} with a webhook_secret_key that is not the "
        "account's: send the account's secret, or none"
    ),
}


def _remarked(requests: Sequence[Numbered]) -> Iterator[Finding]:
    """Find what was noticed while requests were answered."""
    for kind, text in _REMARKED.items():
        marked = [
            (number, [name for found, name in entry.remarks if found is kind])
            for number, entry in requests
            if any(found is kind for found, _ in entry.remarks)
        ]
        names = _listed(name for _, names in marked for name in names)
        yield from _of_requests(
            kind, [number for number, _ in marked], text(len(marked), names)
        )


def _strays(requests: Sequence[Numbered]) -> Iterator[Finding]:
    """Find requests that belong to no account, or to no operation."""
    genuine = [each for each in requests if each[1].fault is None]
    keyless = [
        number
        for number, entry in genuine
        if entry.account is None and entry.status in {401, 403}
    ]
    yield from _of_requests(
        Kind.UNAUTHORIZED,
        keyless,
        f"{_counted(len(keyless), 'request')} without a key that is good: "
        "send the account's key as X-API-Key",
    )
    lost = [
        number
        for number, entry in genuine
        if entry.operation is None or entry.status == 405  # noqa: PLR2004 # HTTP's
    ]
    yield from _of_requests(
        Kind.UNKNOWN_PATH,
        lost,
        f"{_counted(len(lost), 'request')} of a path or a method that there is not: "
        "compare them with the documentation",
    )


def _of_requests(kind: Kind, numbers: Sequence[int], text: str) -> Iterator[Finding]:
    if numbers:
        yield Finding(kind, text, len(numbers), requests=list(numbers[:MOST_IDS]))


def _of_jobs(kind: Kind, attempts: Sequence[Judged], text: str) -> Iterator[Finding]:
    if attempts:
        jobs = dict.fromkeys(attempt.job for attempt in attempts)
        yield Finding(kind, text, len(attempts), jobs=list(islice(jobs, MOST_IDS)))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _listed(names: Iterable[str]) -> str:
    """Return names in the order of their first use, the first of them."""
    every = list(dict.fromkeys(names))
    more = ["…"] if len(every) > MOST_NAMES else []
    return ", ".join([*every[:MOST_NAMES], *more])
