"""Fault rules: remembered in order, asked at every event, struck by count."""

from dataclasses import asdict, fields

from reachapi_emulator.lab.fault import Fault, Kind, Phase
from reachapi_emulator.state.clock import EVERYONE
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.store import Row, Store

MOST_RULES = 100

_FIELDS = tuple(field.name for field in fields(Fault))


class FaultError(Exception):
    """A rule cannot be added to those there are; the message says what to do."""


class Faults:
    """The rules, oldest first; the oldest that strikes an event is the only one.

    Rules never change: they are kept in memory too, so that where there is none
    an event costs nothing. How often they have struck is in the store alone.

    Attributes:
        rules: those there are; who asks for nothing need not ask.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rules: tuple[Fault, ...] = ()

    def load(self) -> None:
        """Know the rules that the store has."""
        self.rules = tuple(map(_fault, self._store.all("faults_all")))

    def add(self, fault: Fault) -> int:
        """Add a rule and return its id.

        Raises:
            FaultError: there are too many, or an older one strikes all that this
                one could.
        """
        if len(self.rules) >= MOST_RULES:
            raise FaultError(f"there are {MOST_RULES} faults: delete some first")
        for older in self.rules:
            if older.hides(fault):
                raise FaultError(
                    f"fault {older.id} strikes all that this one could: "
                    "delete it first, or give it times"
                )
        values = asdict(fault)
        del values["id"]
        row = self._store.one("fault_add", **values)
        number = int(row["id"]) if row else 0
        self.load()
        self._tell("added", number)
        return number

    def shown(self) -> list[dict[str, object]]:
        """Return every rule as the control API shows it, oldest first."""
        return [
            {name: row[name] for name in (*_FIELDS, "struck")}
            for row in self._store.all("faults_all")
        ]

    def remove(self, fault: int) -> bool:
        """Remove a rule; tell whether it was there."""
        removed = bool(self._store.run("fault_remove", id=fault))
        self.load()
        if removed:
            self._tell("removed", fault)
        return removed

    def clear(self, account: str | None = None) -> None:
        """Remove the rules for an account, or all."""
        self._store.run("faults_clear", account=account)
        self.load()
        self._tell("cleared")

    def strike(self, phase: Phase, operation: str, account: str | None) -> Fault | None:
        """Let an event happen: return what strikes it, counted as having struck."""
        for fault in self.rules:
            if fault.matches(phase, operation, account) and self._strikes(fault):
                self._tell("struck", fault.id)
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        """Count an event; one that an older rule has struck does not get here."""
        with self._store.transaction():
            row = self._store.one("fault_meet", id=fault.id)
            if row is None or not fault.picks(row["met"]):
                return False
            return bool(self._store.run("fault_strike", id=fault.id))

    def _tell(self, change: str, fault: int | None = None) -> None:
        data = {"id": fault, "change": change}
        self._store.feed.publish(EventType.FAULT, EVERYONE, data)


def _fault(row: Row) -> Fault:
    values = {name: row[name] for name in _FIELDS}
    values["phase"], values["kind"] = Phase(row["phase"]), Kind(row["kind"])
    return Fault(**values)
