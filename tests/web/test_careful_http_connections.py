"""HTTP as a careful server takes it: how long a connection lives, and for whom."""

import socket
import struct

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.api import COUNTS, CREDITS, PRESETS
from support.raw import Address, Reply, connected, head, request
from support.threaded import DEMO, tell, threaded

pytest_plugins = ["support.sturdy"]

GOOD = request("POST", CREDITS, headers=DEMO)
AT_ONCE = struct.pack("ii", 1, 0)
"""Lets a close reset the connection."""
LOST = request("POST", "/nowhere", headers=DEMO)


def http_1_0(data: bytes) -> bytes:
    """Return a request in the version before."""
    return data.replace(b"HTTP/1.1", b"HTTP/1.0", 1)


def statuses(replies: list[Reply]) -> list[int]:
    """Return the status of each answer."""
    return [reply.status for reply in replies]


@pytest.mark.parametrize(
    "data",
    [http_1_0(GOOD), request("POST", CREDITS, headers={**DEMO, "Connection": "close"})],
    ids=["HTTP/1.0", "close"],
)
def test_connections_that_end_with_the_answer(unharmed: Address, data: bytes) -> None:
    """The older version's way, and who asks for it."""
    with connected(unharmed) as wire:
        wire.send(data)

        assert [200] == statuses(wire.rest())


def test_http_1_0_can_keep_a_connection(unharmed: Address) -> None:
    """Where it asks to, it is told so and answered again."""
    wish = {**DEMO, "Connection": "keep-alive"}
    with connected(unharmed) as wire:
        wire.send(http_1_0(request("POST", CREDITS, headers=wish)))
        kept = wire.reply()
        wire.send(GOOD)

        assert "keep-alive" == kept.headers["connection"]
        assert 200 == wire.reply().status


def test_answers_come_in_the_order_of_requests(unharmed: Address) -> None:
    """Those that were sent without waiting are told apart by nothing else."""
    several = [
        LOST,
        GOOD,
        request("POST", COUNTS, b"{}", DEMO),
        request("GET", PRESETS),
        request("POST", COUNTS, b'{"filter":{}}', DEMO),
    ]
    with connected(unharmed) as wire:
        wire.send(b"".join(several))

        assert [404, 200, 400, 401, 200] == [wire.reply().status for _ in several]


def test_a_hundred_requests_at_once(unharmed: Address) -> None:
    """More than are held ready, and none of them is lost."""
    with connected(unharmed) as wire:
        wire.send(GOOD * 100)

        assert [200] * 100 == [wire.reply().status for _ in range(100)]


def test_each_of_several_requests_counts(dataset: Dataset) -> None:
    """The rate limit is one of requests, not of connections (ruling 9)."""
    with threaded(Server(Settings(port=0), dataset)) as address:
        tell(address, "PATCH", "/clock", {"frozen": True})
        with connected(address) as wire:
            wire.send(GOOD * 12)
            answers = [wire.reply().status for _ in range(12)]

    assert [200] * 10 + [429] * 2 == answers


def test_a_connection_reset_within_a_body_is_remembered(unharmed: Address) -> None:
    """As a bad request, with what became of it."""
    waiting = {**DEMO, "Expect": "100-continue", "Content-Length": "9"}
    with connected(unharmed) as wire:
        wire.send(head("POST", COUNTS, waiting))
        wire.interim()
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    wanted = {"operation": "counts", "status": 400, "timeout": 3}

    assert 1 == len(tell(unharmed, "POST", "/requests/wait", wanted)["requests"])
