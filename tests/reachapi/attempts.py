"""Attempts made in tests: a client, a body, the names that resolve."""

from __future__ import annotations

import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from raw_receiver import RawReceiver

from reachapi_emulator.delivery.webhooks import WebhookClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import pytest
    from raw_receiver import Script

    from reachapi_emulator.delivery.outcomes import Outcome

BODY = b'{"unique_processing_id":1300,"event":"data_notification","data":[]}'
SECRET = "demo-webhook-secret"
PATIENT = 10.0
SOON = 0.1
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


@asynccontextmanager
async def a_client(
    *, connect: float = PATIENT, total: float = PATIENT, body: float = PATIENT
) -> AsyncIterator[WebhookClient]:
    """A started client, with time-outs that only a test of them runs into."""
    client = WebhookClient(
        connect_timeout=connect, total_timeout=total, body_timeout=body
    )
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def post(client: WebhookClient, url: str) -> Outcome:
    """One attempt with a small body in two chunks."""
    return await client.post(url, SECRET, [BODY[:7], BODY[7:]], len(BODY))


async def upload(client: WebhookClient, url: str, supply: Supply) -> Outcome:
    """One attempt with a body of several megabytes."""
    return await client.post(url, SECRET, supply, supply.size)


async def attempt(
    script: Script, *, total: float = PATIENT, body: float = PATIENT
) -> Outcome:
    """One attempt against a receiver that runs the script."""
    async with RawReceiver(script) as receiver, a_client(total=total, body=body) as it:
        return await post(it, receiver.url)


Result = tuple[int | None, str | None]


def came_to(outcome: Outcome) -> Result:
    """The outcome's status and error, as one of the following."""
    return outcome.status, outcome.error


def acknowledged() -> Result:
    """Answered 200."""
    return 200, None


def answered(status: int) -> Result:
    """Answered with another status."""
    return status, "unexpected_status"


def failed(code: str) -> Result:
    """Not answered, or not so that it counts."""
    return None, code


def only_these_names(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]
) -> None:
    """Put a resolver in place that knows these names' addresses and no others."""

    def getaddrinfo(host: str, port: int, *_: object) -> list[object]:
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_address(address, port) for address in names[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def _address(address: str, port: int) -> tuple[object, ...]:
    stream = socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
    if ":" in address:
        return socket.AF_INET6, *stream, (address, port, 0, 0)
    return socket.AF_INET, *stream, (address, port)


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that is taken, so that nobody else listens on it either."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
