"""One account: its credentials, and all that a test may turn and see of it."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Self

from reachapi_emulator.client import lists
from reachapi_emulator.client.clock import AccountClock
from reachapi_emulator.client.errors import EmulatorError
from reachapi_emulator.client.faults import Fault, Faults
from reachapi_emulator.client.lists import description
from reachapi_emulator.client.shapes import (
    Arrival,
    Delivery,
    Job,
    Json,
    KindName,
    LedgerEntry,
    OperationName,
    PhaseName,
    Report,
    Request,
    StateName,
    from_json,
)
from reachapi_emulator.client.threads import waited
from reachapi_emulator.client.transport import Transport
from reachapi_emulator.client.waiting import Webhooks, wait_for_job, wait_for_requests


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
        self._path = f"/accounts/{lists.segment(account)}"
        self._inbox = f"/inbox/{lists.segment(account)}"

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
        entries = self._transport.every(f"{self._path}/ledger")
        return [from_json(LedgerEntry, each) for each in entries]

    @property
    def jobs(self) -> list[Job]:
        """Its data requests, oldest first."""
        return lists.jobs(self._transport, self.id)

    @property
    def requests(self) -> list[Request]:
        """What the journal holds of it, newest last."""
        return lists.requests(self._transport, self.id)

    @property
    def inbox(self) -> list[Arrival]:
        """What its inbox received, oldest first."""
        found = self._transport.every(self._inbox)
        return [from_json(Arrival, each) for each in found]

    def report(self) -> Report:
        """Return what the client did wrong under this account."""
        return Report.of(self._transport.send("GET", f"/report?account={self.id}"))

    def describe(self) -> str:
        """Return its requests, jobs and attempts in at most 50 lines."""
        return "\n".join(description(self._transport, self.id))

    def _read(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        return self._transport.send("GET", self._path)


INBOX = "inbox"
"""In place of a webhook's URL: the account's own inbox."""

_GONE = 404


class Account(View):
    """An account, and its part of the emulator; `with` deletes one opened for it.

    Args:
        transport: to the emulator.
        data: the account as the control API shows it.
        opened: it was opened for this object, rather than taken as it was.

    Attributes:
        id: also the name of its inbox.
        url: base URL for the client under test.
        api_key: to send as `X-API-Key`.
        webhook_secret: sent with each delivery; None without a webhook.
        clock: the clock that it follows.
        faults: the fault rules for it.
    """

    def __init__(self, transport: Transport, data: Json, *, opened: bool) -> None:
        super().__init__(transport, data["id"])
        self._opened = opened
        self.clock = AccountClock(transport, f"{self._path}/clock")
        self.faults = Faults(transport, self.id)
        self._webhooks = Webhooks(transport, self.id, self.clock)
        self._take(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened:
            self.close()

    def set_credits(self, balance: int) -> None:
        """Set the balance.

        Raises:
            EmulatorError: 409, requests in validation have reserved more.
        """
        self._transport.send("PATCH", self._path, {"credits": balance})

    def suspend(self, *, suspended: bool = True) -> None:
        """Let its key answer 403, or be good again."""
        self._transport.send("PATCH", self._path, {"suspended": suspended})

    def set_webhook(self, url: str | None, *, active: bool = True) -> None:
        """Add Webhook: where deliveries go from now on.

        Args:
            url: of a receiver; INBOX is its own inbox, None configures none.
            active: the Webhook Status.
        """
        url = f"inbox:{self.id}" if url == INBOX else url
        webhook = {"url": url, "active": active}
        self._take(self._transport.send("PUT", f"{self._path}/webhook", webhook))

    def generate_api_key(self) -> str:
        """Generate API Key: a new one, the old one answers 403 from now on."""
        self._take(self._transport.send("POST", f"{self._path}/api-key"))
        return self.api_key

    def generate_webhook_secret(self) -> str | None:
        """(Re-)generate Webhook Secret."""
        self._take(self._transport.send("POST", f"{self._path}/webhook/secret"))
        return self.webhook_secret

    def script_inbox(self, steps: Iterable[int | Mapping[str, object]]) -> None:
        """Let its inbox answer the next arrivals so, then 200 again.

        Args:
            steps: one an arrival: a status, or `{"status"?, "delay_s"?, "drop"?}`.
        """
        script = [{"status": step} if isinstance(step, int) else step for step in steps]
        self._transport.send("PUT", f"{self._inbox}/script", script)

    @property
    def inbox_script(self) -> list[dict[str, Any]]:
        """What is still to come of the script of its inbox."""
        steps: list[dict[str, Any]] = self._transport.send(
            "GET", f"{self._inbox}/script"
        )
        return steps

    def wait_for_webhook(self, timeout: float = 10) -> Delivery:
        """Return the next delivery that its receiver has acknowledged.

        Each is returned once, the inbox's and those to a receiver of your own
        alike.

        Raises:
            WaitTimeout: there is none within `timeout` real seconds.
        """
        return self._webhooks.next(timeout)

    async def async_wait_for_webhook(self, timeout: float = 10) -> Delivery:  # noqa: ASYNC109 # as its twin's
        """Return the same, while the loop goes on: a receiver on it can answer."""
        return await waited(partial(self.wait_for_webhook, timeout))

    def wait_for_job(
        self,
        job: int,
        *,
        state: StateName | None = None,
        attempts: int | None = None,
        timeout: float = 10,
    ) -> Job:
        """Return a job once it has that state and so many attempts have ended.

        With neither: once it is delivered, exhausted or ready, and nothing is to
        come.

        Raises:
            WaitTimeout: it does not within `timeout` real seconds, 600 at most.
        """
        return wait_for_job(self._transport, job, timeout, state, attempts)

    def wait_for_requests(
        self,
        count: int = 1,
        *,
        operation: OperationName | None = None,
        status: int | None = None,
        timeout: float = 10,
    ) -> list[Request]:
        """Return its requests that fit as soon as there are `count` of them.

        Raises:
            WaitTimeout: there are fewer after `timeout` real seconds, 600 at most.
        """
        wanted = {"account": self.id, "operation": operation, "status": status}
        return wait_for_requests(self._transport, count, timeout, **wanted)

    async def async_wait_for_job(
        self,
        job: int,
        *,
        state: StateName | None = None,
        attempts: int | None = None,
        timeout: float = 10,  # noqa: ASYNC109 # as its twin's
    ) -> Job:
        """Return the same, while the loop goes on."""
        wait = partial(self.wait_for_job, state=state, attempts=attempts)
        return await waited(partial(wait, job, timeout=timeout))

    def freeze(self) -> None:
        """Let its own clock stand still."""
        self.clock.freeze()

    def resume(self) -> None:
        """Let its own clock go on."""
        self.clock.resume()

    def advance(self, seconds: float) -> None:
        """Let its own clock jump; all that fell due has been started on return."""
        self.clock.advance(seconds)

    def fail_next(
        self,
        operation: OperationName | None = None,
        *,
        kind: KindName = "status",
        status: int | None = 500,
        times: int = 1,
        phase: PhaseName = "request",
        seconds: float | None = None,
    ) -> Fault:
        """Let its next request fail, or the next `times` (docs/control-api.md)."""
        return self.faults.add(
            kind,
            operation=operation,
            phase=phase,
            times=times,
            status=status if kind == "status" else None,
            seconds=seconds,
        )

    def clear_requests(self) -> None:
        """Empty its part of the journal."""
        self._transport.send("DELETE", f"/requests?account={self.id}")

    def reset(self) -> None:
        """Bring it back to what it was at the start."""
        self._transport.send("POST", "/reset", {"account": self.id})
        self._webhooks.forget()
        self._take(self._read())

    def close(self) -> None:
        """Delete it with all that it has; no error if it is gone already."""
        try:
            self._transport.send("DELETE", self._path)
        except EmulatorError as error:
            if error.status != _GONE:
                raise

    def _take(self, data: Json) -> None:
        self.api_key: str = data["api_key"]
        self.webhook_secret: str | None = data["webhook"]["secret"]
