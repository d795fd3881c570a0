"""What the client under test did wrong, each finding with what shows it."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, islice, pairwise
from typing import NamedTuple, TypeAlias

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.store import Store
from reachapi_emulator.testing.inbox import Inboxes
from reachapi_emulator.testing.journal import Entry, FindingKind, Journal, RequestFilter
from reachapi_emulator.vendor.jobs import Jobs

Numbered: TypeAlias = tuple[int, Entry]
"""A request with its number in the journal."""

MAX_IDS = 100
MAX_NAMES = 10
SLOW = 3
"""A receiver is slow that takes longer than this part of the time-out."""

_REMARKED: dict[FindingKind, Callable[[int, str], str]] = {
    FindingKind.INSUFFICIENT_CREDIT: lambda count, _: (
        f"{_counted(count, 'request')} for more records than credits were available: "
        "check the credits first, or ask for less"
    ),
    FindingKind.UNKNOWN_FIELD: lambda count, names: (
        f"{_counted(count, 'request')} with unknown names ({names}): "
        "compare them with the documentation"
    ),
    FindingKind.WRONG_SECRET: lambda count, _: (
        f"{_counted(count, 'request')} with a webhook_secret_key that is not the "
        "account's: send the account's secret, or none"
    ),
}


def is_limited(entry: Entry) -> bool:
    """Tell whether a request met the rate limit, and was not refused before it."""
    refused = any(kind is FindingKind.WRONG_SECRET for kind, _ in entry.remarks)
    return entry.account is not None and not refused


def is_over(entry: Entry) -> bool:
    """Tell whether the rate limit refused a request; a fault did not."""
    return entry.room_at is not None and entry.fault is None


def busiest_second(entries: Iterable[Entry]) -> int:
    """Return the most requests of one key within one second of its clock."""
    keys: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in filter(is_limited, entries):
        keys[_key(entry)].append(entry)
    runs = chain.from_iterable(map(_runs, keys.values()))
    return max(map(_most, runs), default=0)


def too_early(entries: Iterable[Numbered]) -> Iterator[int]:
    """Yield the requests whose client had been told 429, and did not wait.

    It knew when they went over the connection of the 429, or over one that was
    opened after it. They count before the instant at which there was room again.

    Args:
        entries: in the order of their answers.
    """
    keys: defaultdict[str, _Refusals] = defaultdict(_Refusals)
    for number, entry in entries:
        if not is_limited(entry):
            continue
        refusals = keys[_key(entry)]
        if refusals.forbid(entry):
            yield number
        if entry.room_at is not None:
            refusals.add(entry)


class _Refusals:
    """The 429s of a key, as a client learns of them."""

    def __init__(self) -> None:
        self._answered: list[float] = []
        self._room: list[int] = []
        self._by_connection: dict[float, int] = {}

    def add(self, entry: Entry) -> None:
        room_at = entry.room_at or 0
        self._answered.append(entry.started + entry.duration_ms / 1000)
        self._room.append(room_at)
        self._by_connection[entry.opened] = room_at

    def forbid(self, entry: Entry) -> bool:
        """Tell whether the last 429 that its client knew of was too fresh.

        One that lies further off was told on a clock that was given up since.
        """
        room_at = self._by_connection.get(entry.opened)
        if room_at is None:
            known = bisect_right(self._answered, entry.opened)
            room_at = self._room[known - 1] if known else 0
        return 0 < room_at - entry.at <= SECOND


def _key(entry: Entry) -> str:
    return entry.headers.get("X-API-Key", "")


def _runs(entries: list[Entry]) -> Iterator[list[int]]:
    """Yield the instants of requests, parted where their clock was given up."""
    ordered = sorted(entries, key=lambda entry: entry.started)
    run = [entry.at for entry in ordered[:1]]
    for before, after in pairwise(ordered):
        if after.at < before.at:
            yield run
            run = []
        run.append(after.at)
    yield run


def _most(instants: list[int]) -> int:
    """Return the most of the ascending instants within a second."""
    return max(
        last - bisect_right(instants, instant - SECOND)
        for last, instant in enumerate(instants, start=1)
    )


class Judged(NamedTuple):
    """An attempt at a receiver of the tester's own; no fault changed it."""

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
class ReportFinding:
    """One kind of mistake; of the ids that show it, the first hundred.

    Attributes:
        count: how often it was made.
        requests: numbers in the journal.
        jobs: unique_processing_ids.
    """

    kind: FindingKind
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
) -> Iterator[ReportFinding]:
    over = [number for number, entry in requests if is_over(entry)]
    yield from _of_requests(
        FindingKind.RATE_LIMIT,
        over,
        f"{_counted(busiest, 'request')} of a key within one second, of which "
        f"{bounds.rate_limit} are admitted; {len(over)} got 429 in all: "
        "spread them out",
    )
    early = list(too_early(requests))
    yield from _of_requests(
        FindingKind.NO_BACKOFF,
        early,
        f"{_counted(len(early), 'request')} sent after a 429 before there was room "
        "again: after a 429 wait a second",
    )


def _deliveries(attempts: Sequence[Judged], bounds: Bounds) -> Iterator[ReportFinding]:
    failed = [attempt for attempt in attempts if attempt.error is not None]
    ways = Counter(str(each.status or each.error) for each in failed)
    shown = ", ".join(f"{way}: {ways[way]}" for way in sorted(ways))
    yield from _of_jobs(
        FindingKind.NOT_ACKNOWLEDGED,
        failed,
        f"{_counted(len(failed), 'attempt')} not answered by 200 ({shown}): "
        "answer every delivery with 200",
    )
    slow = [each for each in attempts if _is_slow(each, bounds)]
    longest = max((each.duration_ms for each in slow), default=0)
    yield from _of_jobs(
        FindingKind.SLOW_RECEIVER,
        slow,
        f"{_counted(len(slow), 'attempt')} took more than a third of the time-out of "
        f"{bounds.webhook_timeout:g} s, up to {longest / 1000:g} s: answer 200 first, "
        "work afterwards",
    )


def _is_slow(attempt: Judged, bounds: Bounds) -> bool:
    """Tell whether a receiver took long; one that was never reached did not."""
    reached = attempt.status is not None or attempt.error == "timeout"
    return reached and attempt.duration_ms > bounds.slow_ms


def _remarked(requests: Sequence[Numbered]) -> Iterator[ReportFinding]:
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


def _strays(requests: Sequence[Numbered]) -> Iterator[ReportFinding]:
    """Find requests that belong to no account, or to no operation."""
    genuine = [each for each in requests if each[1].fault is None]
    keyless = [
        number
        for number, entry in genuine
        if entry.account is None and entry.status in {401, 403}
    ]
    yield from _of_requests(
        FindingKind.UNAUTHORIZED,
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
        FindingKind.UNKNOWN_PATH,
        lost,
        f"{_counted(len(lost), 'request')} of a path or a method that there is not: "
        "compare them with the documentation",
    )


def _of_requests(
    kind: FindingKind, numbers: Sequence[int], text: str
) -> Iterator[ReportFinding]:
    if numbers:
        yield ReportFinding(kind, text, len(numbers), requests=list(numbers[:MAX_IDS]))


def _of_jobs(
    kind: FindingKind, attempts: Sequence[Judged], text: str
) -> Iterator[ReportFinding]:
    if attempts:
        jobs = dict.fromkeys(attempt.job for attempt in attempts)
        yield ReportFinding(kind, text, len(attempts), jobs=list(islice(jobs, MAX_IDS)))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _listed(names: Iterable[str]) -> str:
    """Return names in the order of their first use, the first of them."""
    every = list(dict.fromkeys(names))
    more = ["…"] if len(every) > MAX_NAMES else []
    return ", ".join([*every[:MAX_NAMES], *more])


class ClientReport:
    """Reports what a client did wrong: of the journal, and of attempts at receivers.

    Args:
        store: runs the unit in which the attempts are read.
        journal: keeps the requests.
        jobs: keep the attempts.
        inboxes: answer as the tester has scripted them, so they do no wrong.
        bounds: what a client is held to.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        jobs: Jobs,
        inboxes: Inboxes,
        bounds: Bounds,
    ) -> None:
        self._store = store
        self._journal = journal
        self._jobs = jobs
        self._inboxes = inboxes
        self._bounds = bounds

    async def of(self, account: str | None = None) -> dict[str, object]:
        """Return the report of an account, or of all and who belongs to none."""
        attempts = await self._store.unit(self._attempts, account)
        requests = self._journal.entries(RequestFilter(account))
        found = report(requests, attempts, self._bounds)
        evicted = self._journal.evicted()
        return {"account": account, "evicted": evicted, **found}

    def _attempts(self, account: str | None) -> list[Judged]:
        rows = self._jobs.judged_attempts(account, self._bounds.slow_ms)
        return [
            Judged(row["job"], row["status"], row["error"], row["duration_ms"])
            for row in rows
            if not self._inboxes.has(row["url"])
        ]
