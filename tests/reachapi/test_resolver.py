"""Names to addresses."""

import asyncio
import socket
import threading

import pytest

from reachapi_emulator.delivery.resolver import Resolver

SLOW_ONES = 20


async def test_a_name_is_looked_up() -> None:
    """As the system does it."""
    resolver = Resolver()

    found = await resolver.resolve("localhost", 80)
    await resolver.close()

    assert ("localhost", "127.0.0.1", 80) == (
        found[0]["hostname"],
        found[0]["host"],
        found[0]["port"],
    )


async def test_slow_look_ups_hold_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than the event loop has threads of its own."""
    answered = threading.Event()
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))

    def look_up(host: str, *_: object) -> list[object]:
        if host == "slow.example":
            answered.wait(10)
        return [address]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = Resolver()
    slow = [
        asyncio.create_task(resolver.resolve("slow.example")) for _ in range(SLOW_ONES)
    ]

    (found,) = await asyncio.wait_for(resolver.resolve("quick.example", 80), 5)

    assert "127.0.0.1" == found["host"]
    assert not any(task.done() for task in slow)
    answered.set()
    await asyncio.gather(*slow)
    await resolver.close()
