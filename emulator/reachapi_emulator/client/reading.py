"""What there is to read: jobs and the journal, of one account or of all."""

from urllib.parse import quote, urlencode

from reachapi_emulator.client.shapes import Job, Request, made
from reachapi_emulator.client.transport import Transport


def segment(name: str) -> str:
    """Return a name as a segment of a path."""
    return quote(name, safe="")


def query(**wanted: object) -> str:
    """Return a query string of what is not None."""
    given = {key: value for key, value in wanted.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def jobs(
    transport: Transport, account: str | None = None, state: str | None = None
) -> list[Job]:
    """Return jobs, oldest first."""
    path = f"/jobs{query(account=account, state=state)}"
    return [Job.of(each) for each in transport.send("GET", path)]


def requests(
    transport: Transport,
    account: str | None = None,
    operation: str | None = None,
    status: int | None = None,
    limit: int | None = None,
) -> list[Request]:
    """Return the newest requests of the journal, 1,000 at most, newest last."""
    wanted = query(account=account, operation=operation, status=status, limit=limit)
    found = transport.send("GET", f"/requests{wanted}")["requests"]
    return [made(Request, each) for each in found]
