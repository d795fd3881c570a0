from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from reachapi_emulator.delivery import names
from reachapi_emulator.delivery.outcome import hint
from support.attempts import (
    ACKNOWLEDGED,
    PATIENT,
    SOON,
    a_sender,
    came_to,
    failed,
    only_these_names,
    post,
)
from support.measuring import ran
from support.raw_receiver import (
    OK,
    Connection,
    RawReceiver,
    Script,
    answering,
    drain,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


async def test_a_name_is_looked_up_for_every_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {"receiver.example": ["127.0.0.1"]}
    only_these_names(monkeypatch, known)
    sender = a_sender()
    async with RawReceiver(answering(OK)) as receiver:
        url = f"http://receiver.example:{receiver.port}/hook"
        outcomes = [await post(url, sender)]
        del known["receiver.example"]
        outcomes.append(await post(url, sender))

    assert [ACKNOWLEDGED, failed("dns")] == [came_to(each) for each in outcomes]


async def test_another_address_is_tried_where_one_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only_these_names(monkeypatch, {"receiver.example": ["127.0.0.2", "127.0.0.1"]})
    async with RawReceiver(answering(OK)) as receiver:
        outcome = await post(f"http://receiver.example:{receiver.port}/")

    assert ACKNOWLEDGED == came_to(outcome)


@pytest.mark.parametrize(
    ("over_ipv4", "expected"),
    [(errno.ECONNREFUSED, "refused"), (errno.EHOSTUNREACH, "unreachable")],
)
async def test_one_address_that_refuses_says_more_than_another_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, over_ipv4: int, expected: str
) -> None:
    errors = {"::1": errno.EADDRNOTAVAIL, "127.0.0.1": over_ipv4}
    only_these_names(monkeypatch, {"receiver.example": list(errors)})

    async def sock_connect(_: object, address: tuple[str, int]) -> None:
        raise OSError(errors[address[0]], f"Connect call failed {address}")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)

    assert failed(expected) == came_to(await post("http://receiver.example/"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://receiver.invalid/", "dns"),
        ("http://\u2460/", "invalid_url"),
        ("http://\u246027.0.0.1/", "invalid_url"),
        ("http://127.1/", "invalid_url"),
        ("ftp://127.0.0.1/", "invalid_url"),
        ("http://[fe80::1%25nowhere]/", "blocked"),
        ("http://[::1]/", "unreachable"),  # where the system knows no IPv6
    ],
)
async def test_a_url_that_leads_nowhere_is_a_failed_attempt_like_another(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: str
) -> None:
    only_these_names(monkeypatch, {})

    async def sock_connect(*_: object) -> None:
        raise AssertionError("went out")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)

    assert failed(expected) == came_to(await post(url))


@pytest.mark.parametrize(
    ("host", "addresses", "tried"),
    [
        ("receiver.example", ["169.254.169.254", "fe80::1"], []),
        ("receiver.example", ["::ffff:169.254.169.254", "127.0.0.3"], ["127.0.0.3"]),
        ("receiver.example", ["169.254.1.2"], []),
        ("host.containers.internal", ["169.254.1.2"], ["169.254.1.2"]),  # Podman's
        ("host.containers.internal", ["169.254.169.254"], []),
    ],
)
async def test_nothing_is_sent_where_a_name_leads_to_link_local_addresses(
    monkeypatch: pytest.MonkeyPatch, host: str, addresses: list[str], tried: list[str]
) -> None:
    only_these_names(monkeypatch, {host: addresses})
    asked = []

    async def sock_connect(_: object, address: tuple[str, int]) -> None:
        asked.append(address[0])
        raise OSError(errno.ECONNREFUSED, "Connect call failed")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    outcome = await post(f"http://{host}/latest")

    assert tried == asked
    assert ("refused" if tried else "blocked") == outcome.error


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    answered = threading.Event()

    def look_up(host: str, port: int, *_: object) -> list[object]:
        if host == "slow.example":
            answered.wait(PATIENT)
        address = ("127.0.0.1", port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr(names, "getaddrinfo", look_up)
    yield answered
    answered.set()


async def test_slow_look_ups_hold_up_no_other(look_ups: threading.Event) -> None:
    sender = a_sender()
    slow = [asyncio.create_task(post("http://slow.example:1/", sender))] * 20
    async with RawReceiver(answering(OK)) as receiver:
        outcome = await post(f"http://quick.example:{receiver.port}/", sender)

    assert ACKNOWLEDGED == came_to(outcome)
    assert not any(task.done() for task in slow)
    look_ups.set()
    await asyncio.gather(*slow)


async def test_look_ups_are_bounded(look_ups: threading.Event) -> None:
    few = names.Resolver(limit=1)
    first = asyncio.create_task(few.look_up("slow.example", 1))
    await asyncio.sleep(0)
    second = asyncio.create_task(few.look_up("quick.example", 1))
    first.cancel()
    await asyncio.wait([first])

    assert not second.done()
    look_ups.set()
    assert ("127.0.0.1", 1) == (await second)[0][4]


async def test_a_look_up_without_a_thread_leaves_its_place_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exhausted(**_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(names, "Thread", exhausted)
    few = names.Resolver(limit=1)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="new thread"):
            await asyncio.wait_for(few.look_up("receiver.example", 1), PATIENT)


async def test_a_look_up_that_hangs_runs_into_the_connect_time_out(
    look_ups: threading.Event,
) -> None:
    outcome = await post("http://slow.example/", a_sender(connect=SOON))

    assert failed("connect_timeout") == came_to(outcome)
    assert not look_ups.is_set()


def test_a_look_up_that_hangs_does_not_hold_up_the_exit() -> None:
    program = """
import asyncio, threading
from reachapi_emulator.delivery import names, sender
names.getaddrinfo = lambda *_: threading.Event().wait()
one = sender.Sender(connect_timeout=0.005, total_timeout=1)
print(asyncio.run(one.post("http://slow.example/", "", [], 0)).error)
"""
    ended = ran(sys.executable, "-c", program)

    assert ("connect_timeout\n", "") == (ended.stdout, ended.stderr)


@pytest.mark.skipif(sys.platform != "linux", reason="others queue without limit")
async def test_a_full_queue_runs_into_the_connect_time_out() -> None:
    with ExitStack() as stack, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 - the socket's own signature
            waiting.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        outcome = await post(url, a_sender(connect=SOON))

    assert failed("connect_timeout") == came_to(outcome)


async def closing(connection: Connection) -> None:
    """Close at the first byte."""
    await connection.reader.read(1)


async def refusing(connection: Connection) -> None:
    """Answer the first byte in HTTP."""
    await connection.reader.read(1)
    await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x16", "The port speaks TLS: the URL must begin"),
        (b"SSH-2.0-x\r\n", None),
        (b"HTTP/1.1 200 " + b"x" * 9_000, None),
    ],
)
async def test_http_on_a_port_of_tls_is_told_and_nothing_else_for_it(
    answer: bytes, expected: str | None
) -> None:
    async with RawReceiver(answering(answer)) as receiver:
        outcome = await post(receiver.url)
        said = hint(outcome, receiver.url, in_container=False)

    assert failed("invalid_response") == came_to(outcome)
    assert expected == (said and said[:39])


@pytest.mark.parametrize(
    ("script", "connect", "expected"),
    [
        (refusing, PATIENT, "tls"),
        (closing, PATIENT, "tls"),
        (drain, SOON, "connect_timeout"),
    ],
)
async def test_https_on_a_plain_port(
    script: Script, connect: float, expected: str
) -> None:
    async with RawReceiver(script) as receiver:
        url = receiver.url.replace("http:", "https:")
        outcome = await post(url, a_sender(connect=connect))

    assert failed(expected) == came_to(outcome)
