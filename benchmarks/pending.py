"""What waits, beside what does not: pending jobs, and receivers that hang."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from pyroaring import BitMap

from benchmarks.client import FETCH, Client
from benchmarks.measuring import interleaved, ratio
from benchmarks.processes import running
from benchmarks.table import Row
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import default_path
from reachapi_emulator.services import DEMO, Services
from reachapi_emulator.settings import Settings
from reachapi_emulator.vendor.accounts import Opening
from reachapi_emulator.vendor.job import DataRequest

MAX_FETCH = 1.2
MAX_LIVE = 1.3
HOUR = 3_600
DEAD_URLS = 32
CREDITS = 1_000_000_000

_REQUEST = DataRequest(1, {}, BitMap([0]))
_BODY = {"fetchCount": 1, "filter": {}}
Fill = Callable[[Services], Awaitable[None]]


def rows(
    rounds: int = 40,
    batch: int = 25,
    pending: int = 50_000,
    dead: int = 5_000,
    live: int = 500,
) -> list[Row]:
    """Measure submissions and deliveries where nothing waits and where much does."""
    with ExitStack() as exits:
        return [
            _submissions(exits, rounds, batch, pending),
            _deliveries(exits, live, dead),
        ]


def _submissions(exits: ExitStack, rounds: int, batch: int, pending: int) -> Row:
    async def fill(services: Services) -> None:
        await _submit(services, [DEMO] * pending)

    subjects = [_Emulator(exits, HOUR, each) for each in (None, fill)]
    interleaved([each.submit for each in subjects], batch)
    calls = [lambda each=each: each.submissions(batch) for each in subjects]
    alone, beside = interleaved(calls, rounds)
    return Row(
        what=f"Fetch with {pending:,} pending: times with none",
        figure=ratio(beside, alone),
        target=MAX_FETCH,
        beside=f"{median(beside):.2f} ms to {median(alone):.2f} ms",
    )


def _deliveries(exits: ExitStack, live: int, dead: int) -> Row:
    hanging = exits.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
    address = "http://{}:{}".format(*hanging.getsockname())

    async def fill(services: Services) -> None:
        names = [f"dead-{number}" for number in range(DEAD_URLS)]
        for name in names:
            opening = Opening(name, CREDITS, webhook_url=f"{address}/{name}")
            await services.store.unit(services.accounts.open, opening)
        every = (names * (dead // len(names) + 1))[:dead]
        await _submit(services, every)
        await services.worker.run_due()  # validated, and as many as may are under way

    subjects = [_Emulator(exits, 0, each) for each in (None, fill)]
    for each in subjects:
        each.point()
    calls = [each.deliver for each in subjects]
    interleaved(calls, live // 50)
    alone, beside = interleaved(calls, live)
    return Row(
        what=f"Delivery beside {dead:,} to {DEAD_URLS} dead URLs: times alone",
        figure=ratio(beside, alone),
        target=MAX_LIVE,
        beside=f"{median(beside):.2f} ms to {median(alone):.2f} ms",
    )


async def _submit(services: Services, accounts: list[str]) -> None:
    """Submit a request for each of these accounts."""

    def every() -> None:
        for account in accounts:
            services.jobs.submit(account, _REQUEST)

    await services.store.unit(every)


async def _filled(settings: Settings, fill: Fill) -> None:
    """Leave a state file behind."""
    services = Services.build(settings, Dataset.load(default_path()))
    with closing(services.store):
        await services.start()
        await fill(services)
        await services.stop(0)


class _Emulator:
    """An emulator that goes on from a state file, with a receiver of its own.

    Args:
        exits: end it.
        delay: seconds until a request is validated.
        fill: puts into its state what waits; None: nothing does.
    """

    def __init__(self, exits: ExitStack, delay: int, fill: Fill | None) -> None:
        state = Path(exits.enter_context(TemporaryDirectory())) / "state"
        if fill is not None:
            settings = Settings(state=state, validation_delay=delay, credits=CREDITS)
            asyncio.run(_filled(settings, fill))
        options = {
            "--port": 0,
            "--rate-limit": 0,
            "--log-level": "error",
            "--state": state,
            "--validation-delay": delay,
            "--credits": CREDITS,
        }
        words = [str(word) for option in options.items() for word in option]
        url = exits.enter_context(running("reachapi_emulator", *words)).url
        self._client = exits.enter_context(closing(Client(url)))
        self._receiver = exits.enter_context(running("benchmarks.receiver"))

    def point(self) -> None:
        """Let deliveries go to its receiver."""
        webhook = {"url": self._receiver.url, "active": True}
        self._client.send("PUT", "/_emulator/accounts/demo/webhook", webhook)

    def submit(self) -> float:
        """Return the milliseconds of a submission."""
        began = monotonic()
        self._client.send("POST", FETCH, _BODY)
        return (monotonic() - began) * 1000

    def submissions(self, batch: int) -> float:
        """Return the median of several."""
        return median(self.submit() for _ in range(batch))

    def deliver(self) -> float:
        """Return the milliseconds from a submission to its last byte."""
        began = monotonic()
        self._client.send("POST", FETCH, _BODY)
        return (self._receiver.figure() - began) * 1000
