"""What one of the vendor's operations is, and the request that it is handed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from multidict import MultiMapping

from reachapi_emulator.lab.findings import Kind
from reachapi_emulator.reachapi.account import Caller
from reachapi_emulator.web.envelope import Success
from reachapi_emulator.web.rooms import Rooms

GET = ("GET", "HEAD")
POST = ("POST",)


class Call(Protocol):
    """A request that has passed the checks around it."""

    body: bytes

    @property
    def caller(self) -> Caller:
        """Whose it is; nobody's where the operation needs no key."""
        ...

    def note(self, kind: Kind, names: Iterable[str] = ("",)) -> None:
        """Remember what its client did wrong, and the names that it concerns."""
        ...

    @property
    def query(self) -> MultiMapping[str]:
        """The parameters of its URL."""
        ...


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the vendor's operations: where it is served and what it does.

    Attributes:
        name: what the journal calls it; several may share one.
        needs_key: whether who asks is checked and limited.
        takes_secret: whether a webhook secret that is sent must be right.
    """

    name: str
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    run: Callable[[Rooms, Call], Success]
    needs_key: bool = True
    takes_secret: bool = False
