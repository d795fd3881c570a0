"""An account of a check's own on an emulator, and what a tester turns of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from support.client import CREDITS, FETCH
from support.contract.client import Vendor, exchange

VALIDATION = 60
"""Seconds to advance by until emails are validated, with room for the setting."""

SCHEDULE = (1, 5, 15, 60, 300)
"""Seconds between the attempts of a delivery (ruling 29)."""

Json = Any


@dataclass(frozen=True)
class Account:
    """Opened for one check, its clock standing still.

    Attributes:
        url: of the emulator.
        id: the account's, its key and its inbox's name.
    """

    url: str
    id: str

    @property
    def vendor(self) -> Vendor:
        """A client under its key."""
        return Vendor(self.url, self.id)

    def tell(self, method: str, path: str, form: object = None) -> Json:
        """Send a control request, expect success, return its JSON."""
        body = None if form is None else json.dumps(form).encode()
        answer = exchange(self.url, method, f"/_emulator{path}", {}, body)
        if answer.status not in {200, 201}:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer.body

    def turn(self, method: str, path: str = "", form: object = None) -> Json:
        """Send a control request about the account."""
        return self.tell(method, f"/accounts/{self.id}{path}", form)

    def shown(self) -> Json:
        """Return the account as the control API shows it."""
        return self.turn("GET")

    def secret(self) -> str:
        """Return its webhook secret."""
        secret: str = self.shown()["webhook"]["secret"]
        return secret

    def set_webhook(self, url: str | None = None, *, active: bool = True) -> None:
        """Configure its webhook; without a URL its own inbox."""
        form = {"url": url or f"inbox:{self.id}", "active": active}
        self.turn("PUT", "/webhook", form)

    def ledger(self) -> list[tuple[str, int, int]]:
        """Return the entries of its ledger: reason, delta, balance."""
        entries = self.turn("GET", "/ledger")
        return [(each["reason"], each["delta"], each["balance"]) for each in entries]

    def credit(self) -> int:
        """Return what the credit check tells of."""
        credit: int = self.vendor.post(CREDITS).data["available_credit"]
        return credit

    def advance(self, seconds: float) -> None:
        """Let the account's clock jump."""
        self.turn("POST", "/clock/advance", {"seconds": seconds})

    def submit(self, count: int, wanted: object, path: str = FETCH) -> int:
        """Submit a data request, expected to be accepted; return its id."""
        form = {"fetchCount": count, "filter": wanted}
        job: int = self.vendor.post(path, form).data["unique_processing_id"]
        return job

    def attempted(self, count: int, wanted: object) -> int:
        """Submit, see the first attempt to its end, return the job's id."""
        job = self.submit(count, wanted)
        self.advance(VALIDATION)
        self.wait(job, attempts=1)
        return job

    def retried(self, job: int, *waits: float) -> None:
        """Advance to each of the retries after the first attempt, and see its end."""
        for number, seconds in enumerate(waits, start=2):
            self.advance(seconds)
            self.wait(job, attempts=number)

    def redeliver(self, job: int, attempts: int) -> None:
        """Ask for one more attempt, and see it to its end."""
        self.tell("POST", f"/jobs/{job}/redeliver")
        self.wait(job, attempts=attempts)

    def wait(self, job: int, **what: object) -> Json:
        """Return a job once it is final, or as `state` and `attempts` say."""
        return self.tell("POST", f"/jobs/{job}/wait", {"timeout": 5, **what})

    def job(self, job: int) -> Json:
        """Return a job as it stands."""
        return self.tell("GET", f"/jobs/{job}")

    def stands(self, job: int) -> tuple[str, int]:
        """Return the state of a job and how many attempts were made."""
        shown = self.job(job)
        return shown["state"], len(shown["attempts"])

    def script(self, *steps: int | dict[str, object]) -> None:
        """Let the inbox answer so, then with 200; a number is a status."""
        form = [{"status": step} if isinstance(step, int) else step for step in steps]
        self.tell("PUT", f"/inbox/{self.id}/script", form)

    def inbox(self) -> list[Json]:
        """Return what has been delivered, oldest first."""
        received: list[Json] = self.tell("GET", f"/inbox/{self.id}")
        return received


@contextmanager
def opened(url: str) -> Iterator[Account]:
    """Open an account on the emulator at a URL; it is gone after the block."""
    account = Account(url, f"test-contract-{uuid4().hex}")
    account.tell("POST", "/accounts", {"id": account.id})
    try:
        account.turn("PATCH", "/clock", {"frozen": True})
        yield account
    finally:
        account.turn("DELETE")
