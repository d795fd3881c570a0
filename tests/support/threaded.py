"""An emulator in a thread of its own, for tests that are synchronous."""

import asyncio
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from support.api import FETCH
from support.raw import Address, ask, request

DEMO = {"X-API-Key": "demo-api-key"}
JOB = 1300
"""The job that is there when a test begins; it has been delivered."""


class Startable(Protocol):
    """A server that is started and stopped, as an emulator is."""

    url: str

    async def start(self) -> None:
        """Listen."""
        ...

    async def stop(self) -> None:
        """End."""
        ...


@contextmanager
def threaded(emulator: Startable) -> Iterator[Address]:
    """Start an emulator beside the test and stop it afterwards."""
    with (
        _plain_tracebacks(),
        asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner,
    ):
        loop = runner.get_loop()
        thread = Thread(target=loop.run_forever, name="emulator")
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(emulator.start(), loop).result(10)
            parts = urlsplit(emulator.url)
            yield str(parts.hostname), int(parts.port or 0)
            asyncio.run_coroutine_threadsafe(emulator.stop(), loop).result(10)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


@contextmanager
def _plain_tracebacks() -> Iterator[None]:
    """Log exceptions without the carets that Python draws below their lines.

    It parses the lines for them, and cannot in two threads at once: where pytest
    draws a failure meanwhile, CPython 3.11 ends it with a SystemError.
    """
    make = logging.getLogRecordFactory()

    def plain(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 # as make's
        record = make(*args, **kwargs)
        if record.exc_info:
            _, error, trace = record.exc_info
            frames = traceback.extract_tb(trace)
            record.exc_text = "\n".join([*map(str, frames), repr(error)])
        return record

    logging.setLogRecordFactory(plain)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)


def tell(address: Address, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Send a good control request, expect success, return its JSON."""
    body = b"" if json is None else orjson.dumps(json)
    reply = ask(address, request(method, f"/_emulator{path}", body))
    if reply.status >= 400:
        raise AssertionError(f"{method} {path}: {reply.status} {reply.body!r}")
    return reply.json


def state(address: Address) -> object:
    """Return what bad input must not change: accounts, credits, jobs, clock."""
    clock = tell(address, "GET", "/clock")
    return {
        "accounts": tell(address, "GET", "/accounts"),
        "jobs": [
            {name: job[name] for name in ("unique_processing_id", "state", "charged")}
            for job in tell(address, "GET", "/jobs")
        ],
        "clock": clock if clock["frozen"] else "goes",
    }


def prepare(address: Address) -> None:
    """Make the state in which a test begins: one job, delivered; time frozen."""
    tell(address, "POST", "/reset", {})
    tell(address, "PATCH", "/clock", {"frozen": True})
    wanted = orjson.dumps({"fetchCount": 3, "filter": {}})
    ask(address, request("POST", FETCH, wanted, DEMO))
    tell(address, "POST", "/clock/advance", {"seconds": 1})
    tell(address, "POST", f"/jobs/{JOB}/wait", {"state": "delivered"})
