"""Stand-ins for what a test must have in hand: real time, and the receivers."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import NamedTuple

from reachapi_emulator.delivery.outcome import (
    ErrorCode,
    Outcome as Outcome,  # noqa: PLC0414 # tests of the flow have it from here
)
from reachapi_emulator.delivery.sender import BreakOff, Sender

ACKNOWLEDGED = Outcome(200, None, "", 1)
REFUSED = Outcome(None, ErrorCode.REFUSED, "", 1)
TIMED_OUT = Outcome(None, ErrorCode.TIMEOUT, "", 1)
BROKEN = Outcome(None, ErrorCode.FAULT, "", 1)
SERVER_ERROR = Outcome(500, ErrorCode.UNEXPECTED_STATUS, "no", 1)


class RealTime:
    """Real time that passes only when told, in microseconds since the epoch."""

    def __init__(self, now: int = 1_700_000_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        """Return the instant."""
        return self.now


class Post(NamedTuple):
    """One attempt as the client was asked to make it."""

    url: str
    secret: str
    body: bytes
    size: int


Receiver = Callable[[Post], Awaitable[Outcome]]


def answers(outcomes: Iterable[Outcome]) -> Receiver:
    """Return receivers that give these outcomes in order, then acknowledge."""
    given: Iterator[Outcome] = iter(outcomes)

    async def answer(post: Post) -> Outcome:
        del post
        return next(given, ACKNOWLEDGED)

    return answer


class Hanging:
    """Receivers that answer only when told, oldest attempt first."""

    def __init__(self) -> None:
        self._open: list[tuple[Post, asyncio.Future[Outcome]]] = []

    async def __call__(self, post: Post) -> Outcome:
        """Wait to be told the outcome."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._open.append((post, answer))
        return await answer

    def waiting(self) -> list[Post]:
        """Return the attempts that wait for an answer, oldest first."""
        self._open = [held for held in self._open if not held[1].done()]
        return [post for post, _ in self._open]

    def tell(self, outcome: Outcome, number: int = 0) -> None:
        """Give one of the waiting attempts its outcome."""
        self.waiting()
        self._open[number][1].set_result(outcome)


class ScriptedClient(Sender):
    """Takes what is posted to receivers in this process; nothing goes out.

    Attributes:
        posts: every attempt so far.
        most: how many were in flight at once, by URL; of all under "".
    """

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(connect_timeout=1, total_timeout=1)
        self.receiver = receiver
        self.posts: list[Post] = []
        self.most: Counter[str] = Counter()
        self._in_flight: Counter[str] = Counter()

    async def post(
        self,
        url: str,
        secret: str,
        chunks: Iterable[bytes],
        size: int,
        break_off: BreakOff | None = None,
    ) -> Outcome:
        """Make one attempt; one that breaks sends nothing that could be read."""
        if break_off is not None:
            return BROKEN
        post = Post(url, secret, b"".join(chunks), size)
        self.posts.append(post)
        self._in_flight.update((url, ""))
        self.most |= self._in_flight
        try:
            return await self.receiver(post)
        finally:
            self._in_flight.subtract((url, ""))
