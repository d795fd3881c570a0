"""The clocks: the global one, and an account's own."""

from dataclasses import dataclass

from reachapi_emulator.client.shapes import from_json
from reachapi_emulator.client.transport import Transport


@dataclass(frozen=True, slots=True)
class ClockTime:
    """What a clock shows."""

    now: float
    frozen: bool


class Clock:
    """The global clock, which every account without its own follows.

    Args:
        transport: to the emulator.
        path: of the clock in the control API.
    """

    def __init__(self, transport: Transport, path: str = "/clock") -> None:
        self._transport = transport
        self._path = path

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.read().now

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self.read().frozen

    def read(self) -> ClockTime:
        """Return both, of one instant."""
        return from_json(ClockTime, self._transport.send("GET", self._path))

    def freeze(self) -> None:
        """Let it stand still."""
        self._transport.send("PATCH", self._path, {"frozen": True})

    def resume(self) -> None:
        """Let it go on from where it stands."""
        self._transport.send("PATCH", self._path, {"frozen": False})

    def advance(self, seconds: float) -> None:
        """Let it jump; all that fell due by it has been started on return.

        Raises:
            EmulatorError: 400, time never goes backwards.
        """
        self._transport.send("POST", f"{self._path}/advance", {"seconds": seconds})


class AccountClock(Clock):
    """The clock that an account follows: its own from the first turn of it on."""

    def follow(self) -> None:
        """Give the own clock up and follow the global one again."""
        self._transport.send("DELETE", self._path)
