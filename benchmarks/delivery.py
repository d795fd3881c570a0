"""From submission to the last byte at the receiver, beside a bare client's post."""

import asyncio
from contextlib import ExitStack, closing
from statistics import median
from time import monotonic

import aiohttp
import uvloop

from benchmarks.client import FETCH, Client
from benchmarks.measuring import interleaved, ratio
from benchmarks.processes import Server, running
from benchmarks.table import Row

TARGET = 4.0

_EMULATOR = (
    *("reachapi_emulator", "--port", "0", "--log-level", "error", "--rate-limit", "0"),
    *("--validation-delay", "0", "--credits", "1000000000"),
)


def rows(rounds: int = 25, count: int = 5_000) -> list[Row]:
    """Deliver and post the same records, in turns, to one receiver."""
    with ExitStack() as exits:
        receiver = exits.enter_context(running("benchmarks.receiver"))
        delivery = _Delivery(exits, receiver, count)
        first = delivery.measure()
        post = _Post(exits, receiver, delivery.payload())
        interleaved([delivery.measure, post.measure], 2)
        delivered, posted = interleaved([delivery.measure, post.measure], rounds)
    what = f"fetchCount {count:,} to its last byte: times a bare post"
    return [
        Row(
            what=what,
            figure=ratio(delivered, posted),
            target=TARGET,
            beside=f"{median(delivered):.1f} ms to {median(posted):.1f} ms",
        ),
        Row(
            what="  the same for the first time, emails not yet judged",
            figure=first / median(posted),
            beside=f"{first:.0f} ms, once",
        ),
    ]


class _Delivery:
    """An emulator whose demo account has the receiver for its webhook."""

    def __init__(self, exits: ExitStack, receiver: Server, count: int) -> None:
        url = exits.enter_context(running(*_EMULATOR)).url
        self._client = exits.enter_context(closing(Client(url)))
        self._receiver = receiver
        self._request = {"fetchCount": count, "filter": {}}
        webhook = {"url": receiver.url, "active": True}
        self._client.send("PUT", "/_emulator/accounts/demo/webhook", webhook)

    def measure(self) -> float:
        """Return the milliseconds from submission to the last byte."""
        began = monotonic()
        answer = self._client.json("POST", FETCH, self._request)
        ended = self._receiver.figure()
        self._job = answer["data"]["unique_processing_id"]
        self._client.send("POST", f"/_emulator/jobs/{self._job}/wait")
        return (ended - began) * 1000

    def payload(self) -> bytes:
        """Return what was delivered last."""
        return self._client.send("GET", f"/_emulator/jobs/{self._job}/payload")


class _Post:
    """A bare aiohttp client that posts a body."""

    def __init__(self, exits: ExitStack, receiver: Server, body: bytes) -> None:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._run = exits.enter_context(runner).run
        self._session = self._run(_session())
        exits.callback(lambda: self._run(self._session.close()))
        self._receiver = receiver
        self._body = body

    def measure(self) -> float:
        """Return the milliseconds from the call to the last byte."""
        began = monotonic()
        self._run(self._post())
        return (self._receiver.figure() - began) * 1000

    async def _post(self) -> None:
        headers = {"Content-Type": "application/json"}
        url = self._receiver.url
        async with self._session.post(url, data=self._body, headers=headers) as answer:
            await answer.read()


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()
