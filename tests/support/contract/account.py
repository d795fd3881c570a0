"""An account of a check's own on an emulator, and what a tester turns of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from support.api import FETCH
from support.contract.client import Vendor
from support.contract.line import Line

VALIDATION = 60
"""Seconds to advance by until emails are validated, with room for the setting."""


@dataclass(frozen=True)
class Account:
    """Opened for one check, its clock standing still.

    Attributes:
        id: the account's, its key and its inbox's name.
    """

    line: Line
    id: str

    @property
    def vendor(self) -> Vendor:
        """A client under its key."""
        return Vendor(self.line, self.id)

    def tell(self, method: str, path: str, form: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Send a control request, expect success, return its JSON."""
        body = None if form is None else json.dumps(form).encode()
        answer = self.line.exchange(method, f"/_emulator{path}", {}, body)
        if answer.status not in {200, 201}:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer.body

    def turn(self, method: str, path: str = "", form: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Send a control request about the account."""
        return self.tell(method, f"/accounts/{self.id}{path}", form)

    def shown(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Return the account as the control API shows it."""
        return self.turn("GET")

    def advance(self, seconds: float) -> None:
        """Let the account's clock jump."""
        self.turn("POST", "/clock/advance", {"seconds": seconds})

    def submit(self, count: int, wanted: object) -> int:
        """Submit a data request, expected to be accepted; return its id."""
        form = {"fetchCount": count, "filter": wanted}
        job: int = self.vendor.post(FETCH, form).data["unique_processing_id"]
        return job

    def attempted(self, count: int, wanted: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Submit, see the first attempt to its end, return the job."""
        job = self.submit(count, wanted)
        self.advance(VALIDATION)
        return self.wait(job, 1)

    def wait(self, job: int, attempts: int) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Return a job once so many attempts have ended."""
        form = {"attempts": attempts, "timeout": 5}
        return self.tell("POST", f"/jobs/{job}/wait", form)

    def finish(self, job: int) -> None:
        """Let time pass, and return once nothing of a job is left to do."""
        self.advance(VALIDATION)
        self.tell("POST", f"/jobs/{job}/wait", {"timeout": 5})

    def script(self, *statuses: int) -> None:
        """Let the inbox answer with these statuses, then 200."""
        steps = [{"status": status} for status in statuses]
        self.tell("PUT", f"/inbox/{self.id}/script", steps)

    def inbox(self) -> list[Any]:
        """Return what has been delivered, oldest first."""
        received: list[Any] = self.tell("GET", f"/inbox/{self.id}")
        return received


@contextmanager
def opened(url: str) -> Iterator[Account]:
    """Open an account on the emulator at a URL; it is gone after the block."""
    account = Account(Line(url), f"test-contract-{uuid4().hex}")
    account.tell("POST", "/accounts", {"id": account.id})
    try:
        account.turn("PATCH", "/clock", {"frozen": True})
        yield account
    finally:
        account.turn("DELETE")
