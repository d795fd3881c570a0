"""A client of the API under test, which a live run holds back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from support.contract.line import Answer, Line
from support.contract.safeguards import Pace, refuse_spending


@dataclass(frozen=True)
class Vendor:
    """Asks as the page says.

    Attributes:
        line: to the server.
        key: the API key sent with every request; None sends none. Never shown.
        pace: of a live run, in which nothing may be spent; None is an emulator.
    """

    line: Line
    key: str | None = field(repr=False)
    pace: Pace | None = field(default=None, repr=False)

    def under(self, key: str | None) -> "Vendor":
        """Return a client with another key."""
        return replace(self, key=key)

    def get(self, path: str) -> Answer:
        """Ask by GET."""
        return self.send("GET", path)

    def post(
        self, path: str, form: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post a form as JSON; None posts nothing."""
        body = b"" if form is None else json.dumps(form).encode()
        return self.send("POST", path, body, headers)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with the headers of the page.

        Raises:
            WouldSpendError: it is one that a live API could charge for.
        """
        if self.pace is not None:
            refuse_spending(method, path, body)
            self.pace.wait()
        key = {} if self.key is None else {"X-API-Key": self.key}
        kinds = {"Content-Type": "application/json", "Accept": "application/json"}
        return self.line.exchange(
            method, path, {**kinds, **key, **(headers or {})}, body
        )
