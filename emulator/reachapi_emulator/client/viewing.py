"""What there is to see of an account."""

from typing import Any

from reachapi_emulator.client import reading
from reachapi_emulator.client.describing import description
from reachapi_emulator.client.reports import Report
from reachapi_emulator.client.shapes import Arrival, Job, LedgerEntry, Request, made
from reachapi_emulator.client.transport import Transport


class View:
    """What an account shows, read anew each time.

    Args:
        transport: to the emulator.
        account: its id.

    Attributes:
        id: also the name of its inbox.
        url: base URL for the client under test.
    """

    def __init__(self, transport: Transport, account: str) -> None:
        self.id = account
        self.url = transport.url
        self._transport = transport
        self._path = f"/accounts/{reading.segment(account)}"
        self._inbox = f"/inbox/{reading.segment(account)}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} of {self.url}>"

    @property
    def credits(self) -> int:
        """The balance."""
        balance: int = self._read()["credits"]
        return balance

    @property
    def reserved(self) -> int:
        """Credits that requests in validation have reserved."""
        reserved: int = self._read()["reserved"]
        return reserved

    @property
    def ledger(self) -> list[LedgerEntry]:
        """Every change of the balance, oldest first."""
        entries = self._transport.send("GET", f"{self._path}/ledger")
        return [made(LedgerEntry, each) for each in entries]

    @property
    def jobs(self) -> list[Job]:
        """Its data requests, oldest first."""
        return reading.jobs(self._transport, self.id)

    @property
    def requests(self) -> list[Request]:
        """What the journal holds of it, 1,000 at most, newest last."""
        return reading.requests(self._transport, self.id)

    @property
    def inbox(self) -> list[Arrival]:
        """What its inbox received, oldest first."""
        found = self._transport.send("GET", self._inbox)
        return [made(Arrival, each) for each in found]

    def report(self) -> Report:
        """Return what the client did wrong under this account."""
        return Report.of(self._transport.send("GET", f"/report?account={self.id}"))

    def describe(self) -> str:
        """Return its requests, jobs and attempts in at most 50 lines."""
        return "\n".join(description(self._transport, self.id))

    def _read(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        return self._transport.send("GET", self._path)
