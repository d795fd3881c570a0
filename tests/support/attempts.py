"""Attempts to deliver, made in tests."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reachapi_emulator.delivery import names
from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.delivery.sender import BreakOff, Sender
from support.raw_receiver import RawReceiver, Script

BODY = b'{"unique_processing_id":1300,"event":"data_notification","data":[]}'
SECRET = "demo-webhook-secret"
PATIENT = 10.0
SOON = 0.05
_CHUNK = b"x" * 65_536


class Supply:
    """A body of several megabytes that counts what was asked for."""

    size = 128 * len(_CHUNK)

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.taken < self.size:
            self.taken += len(_CHUNK)
            yield _CHUNK


def a_sender(
    *, connect: float = PATIENT, total: float = PATIENT, body: float = PATIENT
) -> Sender:
    """Return one with time-outs that only a test of them runs into."""
    return Sender(connect_timeout=connect, total_timeout=total, body_timeout=body)


async def post(
    url: str, sender: Sender | None = None, break_off: BreakOff | None = None
) -> Outcome:
    """Make one attempt with a small body in two chunks."""
    chunks = [BODY[:7], BODY[7:]]
    return await (sender or a_sender()).post(url, SECRET, chunks, len(BODY), break_off)


async def upload(
    url: str,
    supply: Supply,
    sender: Sender | None = None,
    break_off: BreakOff | None = None,
) -> Outcome:
    """Make one attempt with a body of several megabytes."""
    return await (sender or a_sender()).post(
        url, SECRET, supply, supply.size, break_off
    )


async def attempt(
    script: Script, *, total: float = PATIENT, body: float = PATIENT
) -> Outcome:
    """Make one attempt against a receiver that runs the script."""
    async with RawReceiver(script) as receiver:
        return await post(receiver.url, a_sender(total=total, body=body))


Result = tuple[int | None, str | None]


def came_to(outcome: Outcome) -> Result:
    """Return the outcome's status and error, as one of the following."""
    return outcome.status, outcome.error


ACKNOWLEDGED: Result = (200, None)


def answered(status: int) -> Result:
    """Return the result of an answer with another status than 200."""
    return status, "unexpected_status"


def failed(code: str) -> Result:
    """Return the result of no answer, or of one that does not count."""
    return None, code


def only_these_names(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]]
) -> None:
    """Put a resolver in place that knows these names' addresses and no others."""

    def getaddrinfo(host: str, port: int, *_: object) -> list[object]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_address(address, port) for address in known[host]]

    monkeypatch.setattr(names, "getaddrinfo", getaddrinfo)


def _address(address: str, port: int) -> tuple[object, ...]:
    stream = socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
    if ":" in address:
        return socket.AF_INET6, *stream, (address, port, 0, 0)
    return socket.AF_INET, *stream, (address, port)


def pass_time(seconds: float) -> None:
    """Let the running loop's timers run down as if so much time had passed."""
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign] # a later clock


@contextmanager
def closed_port() -> Iterator[int]:
    """Yield a port that is taken, so that nobody else listens on it either."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
