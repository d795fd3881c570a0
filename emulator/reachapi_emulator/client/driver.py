"""Drives an emulator that is running somewhere."""

import os
from os import PathLike
from typing import Any, Self

from reachapi_emulator.client import lists
from reachapi_emulator.client.account import INBOX, Account
from reachapi_emulator.client.clock import Clock
from reachapi_emulator.client.errors import EmulatorError, NotAnEmulator
from reachapi_emulator.client.faults import Faults
from reachapi_emulator.client.shapes import (
    Job,
    OperationName,
    Report,
    Request,
    StateName,
)
from reachapi_emulator.client.transport import Transport
from reachapi_emulator.client.waiting import wait_for_job, wait_for_requests

_GONE = 404


class Driver:
    """An emulator as a test sees it; `with` closes the connections to it.

    Attributes:
        version: of the emulator.
        contacts: how many it serves.
    """

    version: str
    contacts: int
    _transport: Transport | None = None

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        token: str | None = None,
        ca: str | PathLike[str] | None = None,
    ) -> Self:
        """Return a driver of the emulator at a URL.

        Args:
            url: such as http://127.0.0.1:9010.
            token: of an emulator that asks for one (`--control-token`).
            ca: a file with the certificates to trust, for https.

        Raises:
            ConnectionLost: nobody answers there.
            NotAnEmulator: something else does.
            EmulatorError: that is no URL, or the token is refused.
        """
        driver = cls()
        transport = Transport(url, token=token, ca=ca)
        try:
            driver._attach(transport)
            _ = driver.clock.now  # refused where the token is
        except BaseException:
            transport.close()
            raise
        return driver

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where it listens: the base URL for clients."""
        return self._reached.url

    @property
    def clock(self) -> Clock:
        """The global clock."""
        return Clock(self._reached)

    @property
    def faults(self) -> Faults:
        """Every fault rule."""
        return Faults(self._reached)

    @property
    def accounts(self) -> list[Account]:
        """Every account."""
        found = self._reached.every("/accounts")
        return [Account(self._reached, each, opened=False) for each in found]

    def idle_accounts(
        self, seconds: int, *, prefix: str | None = None
    ) -> list[Account]:
        """Return the accounts that nobody has used for so many real seconds.

        Args:
            seconds: how long, at least.
            prefix: what their ids begin with.
        """
        path = f"/accounts{lists.query(prefix=prefix, idle=seconds)}"
        found = self._reached.every(path)
        return [Account(self._reached, each, opened=False) for each in found]

    def delete_accounts(
        self, *, prefix: str | None = None, idle: int | None = None
    ) -> list[str]:
        """Delete all accounts that are meant, but for `demo`; return their ids.

        Args:
            prefix: what their ids begin with.
            idle: real seconds for which nobody has used them, at least.

        Raises:
            EmulatorError: 400, neither is given.
        """
        path = f"/accounts{lists.query(prefix=prefix, idle=idle)}"
        deleted: list[str] = []
        more = True
        while more:
            answer = self._reached.send("DELETE", path)
            deleted += answer["deleted"]
            more = answer["more"] and answer["deleted"]
        return deleted

    def account(
        self,
        id: str | None = None,  # noqa: A002 # the API's own word
        *,
        credits: int | None = None,  # noqa: A002 # likewise
        name: str | None = None,
        webhook: str | None = INBOX,
    ) -> Account:
        """Open an account, or take one as it is.

        Args:
            id: of an account that there is, such as `demo`, or of one to open;
                left out, a new one of a unique `test-` id is opened.
            credits: to open it with; left out, the emulator's setting.
            name: shown with it.
            webhook: a receiver's URL; INBOX is its own inbox, None configures none.

        Raises:
            EmulatorError: 409, it is there already and cannot be opened with these.
        """
        given: dict[str, object] = {"credits": credits, "name": name}
        opening = {key: value for key, value in given.items() if value is not None}
        if webhook != INBOX:
            opening["webhook"] = None if webhook is None else {"url": webhook}
        if id is not None and not opening and (found := self._find(id)):
            return found
        opening["id"] = f"test-{os.urandom(8).hex()}" if id is None else id
        data = self._reached.send("POST", "/accounts", opening)
        return Account(self._reached, data, opened=True)

    def _find(self, account: str) -> Account | None:
        answer = self._reached.ask("GET", f"/accounts/{lists.segment(account)}")
        if answer.status == _GONE:
            return None
        return Account(self._reached, answer.json, opened=False)

    def jobs(
        self, *, account: str | None = None, state: StateName | None = None
    ) -> list[Job]:
        """Return data requests, oldest first."""
        return lists.jobs(self._reached, account, state)

    def requests(
        self,
        *,
        account: str | None = None,
        operation: OperationName | None = None,
        status: int | None = None,
        limit: int | None = None,
    ) -> list[Request]:
        """Return what the journal holds, or the newest of it, newest last."""
        return lists.requests(self._reached, account, operation, status, limit)

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
        return wait_for_job(self._reached, job, timeout, state, attempts)

    def wait_for_requests(
        self,
        count: int = 1,
        *,
        account: str | None = None,
        operation: OperationName | None = None,
        status: int | None = None,
        timeout: float = 10,
    ) -> list[Request]:
        """Return the requests that fit as soon as there are `count` of them.

        Raises:
            WaitTimeout: there are fewer after `timeout` real seconds, 600 at most.
        """
        wanted = {"account": account, "operation": operation, "status": status}
        return wait_for_requests(self._reached, count, timeout, **wanted)

    def report(self) -> Report:
        """Return what was done wrong under all accounts."""
        return Report.of(self._reached.send("GET", "/report"))

    def reset(self) -> None:
        """Bring everything back to what it was at the start."""
        self._reached.send("POST", "/reset", {})

    def close(self) -> None:
        """Close the connections; the emulator goes on."""
        if self._transport is not None:
            self._transport.close()

    @property
    def _reached(self) -> Transport:
        if self._transport is None:
            raise EmulatorError("it is not running: use it in a `with`, or start() it")
        return self._transport

    def _attach(self, transport: Transport) -> None:
        health = _health(transport)
        self.version, self.contacts = health["version"], health["contacts"]
        self._transport = transport


def _health(transport: Transport) -> Any:  # noqa: ANN401 # whatever the JSON holds
    answer = transport.ask("GET", "/health")
    try:
        health = answer.json
        if {"status", "version", "contacts"} <= health.keys():
            return health  # whose store may be full just now
    except (ValueError, AttributeError):
        pass
    raise NotAnEmulator(
        f"{transport.url} is no emulator: GET /_emulator/health there answers "
        f"{answer.status} {answer.body[:80].decode(errors='replace')!r}",
        answer.status,
    )
