"""Fault rules: what each triggers on and how often; asked in order at every event.

What a triggered rule does is in `request_faults` and `delivery_faults`.
"""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import partial
from random import Random

from reachapi_emulator.state.clock import EVERYONE
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.store import Row, Store

DELIVERED = "fetch"
"""The operation whose deliveries there are."""


class FaultPhase(StrEnum):
    """What triggers a rule: a request to the emulator, or a delivery of it."""

    REQUEST = "request"
    WEBHOOK = "webhook"


class FaultKind(StrEnum):
    """What a fault does; those in capitals are named as in WireMock or after it."""

    STATUS = "status"
    DELAY = "delay"
    RESET = "CONNECTION_RESET_BY_PEER"
    EMPTY = "EMPTY_RESPONSE"
    MALFORMED = "MALFORMED_RESPONSE_CHUNK"
    RANDOM = "RANDOM_DATA_THEN_CLOSE"
    DUPLICATE = "DUPLICATE"
    REORDER = "REORDER"


BREAKS = (FaultKind.RESET, FaultKind.EMPTY, FaultKind.MALFORMED, FaultKind.RANDOM)
"""Those that leave a connection broken."""

KINDS = {
    FaultPhase.REQUEST: (FaultKind.STATUS, FaultKind.DELAY, *BREAKS),
    FaultPhase.WEBHOOK: (
        FaultKind.DELAY,
        FaultKind.DUPLICATE,
        FaultKind.REORDER,
        *BREAKS,
    ),
}
"""What each phase can suffer."""

STATUSES = range(400, 600)
"""What can be answered, of the kind `status`."""

MAX_DELAY = 600
"""Seconds, of the kind `delay`."""

MAX_RULES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """A rule without its history; None stands for any, or for no bound.

    Attributes:
        status: what is answered, of the kind `status`.
        seconds: how long it takes, of the kind `delay`.
        times: how often it triggers at most.
        probability: how likely an event that it matches triggers it.
        seed: decides which those are.
    """

    id: int = 0
    phase: FaultPhase
    operation: str | None = None
    account: str | None = None
    kind: FaultKind
    status: int | None = None
    seconds: float | None = None
    times: int | None = None
    probability: float | None = None
    seed: int | None = None

    def matches(self, phase: FaultPhase, operation: str, account: str | None) -> bool:
        """Tell whether it is meant for an event."""
        return (
            phase == self.phase
            and self.operation in {None, operation}
            and self.account in {None, account}
        )

    def picks(self, number: int) -> bool:
        """Tell the fate of the event that it matches as number 1, 2, 3 and so on.

        The fate depends on seed, probability and number alone, in every process.
        """
        if self.probability is None:
            return True
        draw = Random(f"{self.seed}/{number}").random()  # noqa: S311 # to be repeated
        return draw < self.probability

    def covers(self, other: "FaultRule") -> bool:
        """Tell whether it matches everything that a younger one could trigger on."""
        return (
            self.times is None
            and self.probability in {None, 1}
            and self.phase == other.phase
            and self.operation in {None, other.operation}
            and self.account in {None, other.account}
        )


_FIELDS = tuple(field.name for field in fields(FaultRule))


class FaultError(Exception):
    """A rule cannot be added to those there are; the message says what to do."""


class FaultRules:
    """The rules, oldest first; the oldest that triggers on an event is the only one.

    Rules never change: they are kept in memory too, so that where there is none
    an event costs nothing. How often they have triggered is in the store alone.
    Its methods are called inside a unit of work.

    Attributes:
        rules: those there are; who asks for nothing need not ask.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rules: tuple[FaultRule, ...] = ()

    def load(self) -> None:
        """Know the rules that the store has, once the unit is committed."""
        self._store.after_commit(partial(self._know, self._stored()))

    def _stored(self) -> tuple[FaultRule, ...]:
        return tuple(map(_rule, self._store.all("faults_all")))

    def _know(self, rules: tuple[FaultRule, ...]) -> None:
        self.rules = rules

    def add(self, rule: FaultRule) -> int:
        """Add a rule and return its id.

        Raises:
            FaultError: there are too many, or an older one matches all that this
                one could.
        """
        known = self._stored()
        if len(known) >= MAX_RULES:
            raise FaultError(f"there are {MAX_RULES} rules: delete some first")
        for older in known:
            if older.covers(rule):
                raise FaultError(
                    f"rule {older.id} already matches everything that this rule "
                    "matches: delete it first, or give it times"
                )
        values = asdict(rule)
        del values["id"]
        row = self._store.one("fault_add", **values)
        number = int(row["id"]) if row else 0
        self._changed("added", number)
        return number

    def to_json(self) -> list[dict[str, object]]:
        """Return every rule as the control API shows it, oldest first."""
        return [
            {name: row[name] for name in (*_FIELDS, "struck")}
            for row in self._store.all("faults_all")
        ]

    def remove(self, rule: int) -> bool:
        """Remove a rule; tell whether it was there."""
        removed = bool(self._store.run("fault_remove", id=rule))
        if removed:
            self._changed("removed", rule)
        return removed

    def clear(self, account: str | None = None) -> None:
        """Remove the rules for an account, or all."""
        self._store.run("faults_clear", account=account)
        self._changed("cleared")

    def forget(self, account: str) -> None:
        """Remove the rules for an account."""
        self.clear(account)

    def reset(self) -> None:
        """Know that there are none: the store has been wiped."""
        self.load()

    def trigger(
        self, phase: FaultPhase, operation: str, account: str | None
    ) -> FaultRule | None:
        """Let an event happen: return the rule that it triggers, counted as such."""
        for rule in self.rules:
            if rule.matches(phase, operation, account) and self._triggers(rule):
                self._publish("struck", rule.id)
                return rule
        return None

    def _triggers(self, rule: FaultRule) -> bool:
        """Count an event; one that an older rule has taken does not get here."""
        row = self._store.one("fault_match", id=rule.id)
        if row is None or not rule.picks(row["met"]):
            return False
        return bool(self._store.run("fault_trigger", id=rule.id))

    def _changed(self, change: str, rule: int | None = None) -> None:
        self.load()
        self._publish(change, rule)

    def _publish(self, change: str, rule: int | None = None) -> None:
        data = {"id": rule, "change": change}
        self._store.publish(EventType.FAULT, EVERYONE, data)


def _rule(row: Row) -> FaultRule:
    values = {name: row[name] for name in _FIELDS}
    values["phase"], values["kind"] = FaultPhase(row["phase"]), FaultKind(row["kind"])
    return FaultRule(**values)
