"""Fault rules: what goes wrong on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from reachapi_emulator.client.errors import EmulatorError
from reachapi_emulator.client.shapes import (
    Json,
    KindName,
    OperationName,
    PhaseName,
    from_json,
)
from reachapi_emulator.client.transport import Transport

_GONE = 404


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule; `struck` is how often it had been triggered when it was read."""

    id: int
    kind: KindName
    phase: PhaseName
    transport: Transport = field(repr=False, compare=False)
    operation: OperationName | None = None
    account: str | None = None
    times: int | None = None
    probability: float | None = None
    seed: int | None = None
    status: int | None = None
    seconds: float | None = None
    struck: int = 0

    def remove(self) -> None:
        """Remove it; no error if it is gone already."""
        try:
            self.transport.send("DELETE", f"/faults/{self.id}")
        except EmulatorError as error:
            if error.status != _GONE:
                raise


class Faults:
    """The rules of an emulator or, with an account, those for it; iterable.

    Args:
        transport: to the emulator.
        account: for which rules are added, unless they say otherwise.
    """

    def __init__(self, transport: Transport, account: str | None = None) -> None:
        self._transport = transport
        self._account = account

    def add(  # noqa: PLR0913 # the keys of a rule
        self,
        kind: KindName,
        *,
        phase: PhaseName = "request",
        operation: OperationName | None = None,
        account: str | None = None,
        times: int | None = None,
        probability: float | None = None,
        seed: int | None = None,
        status: int | None = None,
        seconds: float | None = None,
    ) -> Fault:
        """Add a rule (docs/control-api.md, Faults); what is None is left out.

        Raises:
            EmulatorError: 400, it makes no sense or can never be triggered.
        """
        given = {
            "kind": kind,
            "phase": phase,
            "operation": operation,
            "account": account or self._account,
            "times": times,
            "probability": probability,
            "seed": seed,
            "status": status,
            "seconds": seconds,
        }
        rule = {key: value for key, value in given.items() if value is not None}
        return self._from_json(self._transport.send("POST", "/faults", rule))

    def __iter__(self) -> Iterator[Fault]:
        for rule in self._transport.send("GET", "/faults"):
            if self._account in {None, rule.get("account")}:
                yield self._from_json(rule)

    def clear(self) -> None:
        """Remove them all."""
        query = f"?account={quote(self._account)}" if self._account else ""
        self._transport.send("DELETE", f"/faults{query}")

    def _from_json(self, rule: Json) -> Fault:
        return from_json(Fault, rule, transport=self._transport)
