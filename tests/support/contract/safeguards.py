"""What keeps a run against a live API from spending, and from hurrying."""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from support.client import COUNTS, COUNTS_OF_SAMPLES, CREDITS

FREE = frozenset({CREDITS, COUNTS, COUNTS_OF_SAMPLES})
"""Paths that may be posted to whatever the body: the page has them cost nothing."""

READING = frozenset({"GET", "HEAD"})
PARTS = frozenset({"fetchcount", "filter"})
"""What a data request needs both of, in lower case."""

MOST = 10
WINDOW = 1.05
"""Seconds in which no more than MOST requests begin: the page's limit, with room."""


class WouldSpendError(RuntimeError):
    """A request was held back, since a live API could charge for it."""


def refuse_spending(method: str, path: str, body: bytes | None) -> None:
    """Let a request pass only if no server could take it for a data request.

    Raises:
        WouldSpendError: it is sent to a path that may be that of a data request,
            and its body may have both of the parts.
    """
    if method in READING or path in FREE:
        return
    if not _lacks_a_part(body):
        raise WouldSpendError(
            f"{method} {path} could be accepted and charged: mark the check as one "
            "that is for an emulator only, or leave out fetchCount or filter"
        )


def _lacks_a_part(body: bytes | None) -> bool:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return False
    return isinstance(parsed, dict) and bool(PARTS - {key.lower() for key in parsed})


@dataclass
class Pace:
    """Holds requests back, so that no second sees more than the page allows.

    Attributes:
        clock: seconds on a clock that never goes back.
        sleep: waits for so many seconds.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _begun: deque[float] = field(default_factory=lambda: deque(maxlen=MOST), repr=False)

    def wait(self) -> None:
        """Return when one more request may begin."""
        if len(self._begun) == MOST:
            self.sleep(max(0.0, self._begun[0] + WINDOW - self.clock()))
        self._begun.append(self.clock())
