"""Jobs and requests of one account or of all: as values, and in words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from reachapi_emulator.client.shapes import (
    Attempt,
    Job,
    OperationName,
    Request,
    StateName,
    from_json,
)
from reachapi_emulator.client.transport import Transport

MAX_LINES = 50


def segment(name: str) -> str:
    """Return a name as a segment of a path."""
    return quote(name, safe="")


def query(**wanted: object) -> str:
    """Return a query string of what is not None."""
    given = {key: value for key, value in wanted.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def jobs(
    transport: Transport, account: str | None = None, state: StateName | None = None
) -> list[Job]:
    """Return jobs, oldest first."""
    path = f"/jobs{query(account=account, state=state)}"
    return [Job.of(each) for each in transport.every(path)]


def requests(
    transport: Transport,
    account: str | None = None,
    operation: OperationName | None = None,
    status: int | None = None,
    limit: int | None = None,
) -> list[Request]:
    """Return the requests of the journal, or the newest, newest last."""
    wanted = query(account=account, operation=operation, status=status, limit=limit)
    found: list[Request] = []
    for page in transport.pages(f"/requests{wanted}"):
        found[:0] = [from_json(Request, each) for each in page["requests"]]
        if limit is not None and len(found) >= limit:
            break
    return found if limit is None else found[max(0, len(found) - limit) :]


def description(transport: Transport, account: str) -> list[str]:
    """Return the last 50 lines of what an account asked for and was delivered."""
    asked = requests(transport, account, limit=MAX_LINES)
    lines = [*map(_request, asked), *described_jobs(jobs(transport, account))]
    if len(lines) <= MAX_LINES:
        return lines or ["no request, no job"]
    left_out = len(lines) - MAX_LINES + 1
    return [f"... {left_out} lines before", *lines[left_out:]]


def described_jobs(found: list[Job]) -> list[str]:
    """Return a line for each job and each of its attempts."""
    return [line for job in found for line in _job(job)]


def _request(request: Request) -> str:
    answer = f"{request.status or 'no answer'} {request.message or ''}".rstrip()
    return f"{_time(request.at)}  {request.method} {request.path}  {answer}"


def _job(job: Job) -> Iterator[str]:
    yield (
        f"{_time(job.created_at)}  job {job.unique_processing_id}  {job.state}  "
        f"fetchCount {job.fetch_count}, matched {job.matched}, valid {job.valid}, "
        f"charged {job.charged}, next due {_time(job.due_at)}"
    )
    for attempt in job.attempts:
        yield f"{_time(attempt.started_at)}    attempt {_attempt(attempt)}"


def _attempt(attempt: Attempt) -> str:
    end = "acknowledged" if attempt.acknowledged else attempt.error
    status = "" if attempt.status is None else f"{attempt.status} "
    outcome = f"{status}{end} in {attempt.duration_ms} ms"
    return (
        f"{attempt.number}  {attempt.trigger}  {attempt.url}  "
        f"{outcome if attempt.ended else 'under way'}"
    )


def _time(at: float | None) -> str:
    """Return an instant of the account's clock: the time of day, UTC."""
    if at is None:
        return "-"
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]
