from __future__ import annotations

import asyncio
from http import HTTPStatus

import pytest
from attempts import (
    BODY,
    SECRET,
    Supply,
    a_client,
    acknowledged,
    answered,
    attempt,
    came_to,
    closed_port,
    failed,
    only_these_names,
    post,
    upload,
)
from raw_receiver import (
    OK,
    Connection,
    RawReceiver,
    answering,
    answering_then_silent,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
LONGER_THAN_SENT = b"Content-Length: 1000\r\n\r\n"


async def test_the_request_line_and_headers_are_these_and_no_others() -> None:
    """Two headers of its own, and what HTTP cannot do without (Ruling 27)."""
    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        await post(client, f"{receiver.url}?a=b%20c")
        sent = receiver.connections[0]

    assert sent.head.startswith(b"POST /hook?a=b%20c HTTP/1.1\r\n")
    assert [
        ("Connection", "close"),
        ("Content-Length", str(len(BODY))),
        ("Content-Type", "application/json"),
        ("Host", f"127.0.0.1:{receiver.port}"),
        ("webhook_secret_key", SECRET),
    ] == sorted(sent.headers)


async def test_the_body_is_sent_byte_for_byte() -> None:
    """The chunks arrive as one body, in their order."""
    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        await post(client, receiver.url)

    (sent,) = receiver.connections
    assert sent.body.startswith(BODY)
    assert len(BODY) == len(sent.body)


async def test_a_body_of_megabytes_is_sent_whole() -> None:
    """A large body needs neither chunked encoding nor a copy of itself."""
    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        await upload(client, receiver.url, Supply())

    assert b"x" * Supply.size == receiver.connections[0].body


async def test_every_attempt_has_a_connection_of_its_own() -> None:
    """A connection that the receiver would keep alive is not used again."""
    keep_alive = HEAD + b"Connection: keep-alive\r\nContent-Length: 0\r\n\r\n"
    script = answering_then_silent(keep_alive)
    async with RawReceiver(script) as receiver, a_client() as client:
        await post(client, receiver.url)
        await post(client, receiver.url)

    one, other = receiver.connections
    assert one.peer_port != other.peer_port


async def test_cookies_are_not_sent_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt knows nothing of the one before."""
    names = {"receiver.example": ["127.0.0.1"]}
    only_these_names(monkeypatch, names)
    cookie = HEAD + b"Set-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n"
    async with RawReceiver(answering(cookie)) as receiver, a_client() as client:
        url = f"http://receiver.example:{receiver.port}/hook"
        await post(client, url)
        await post(client, url)

    assert "Cookie" not in dict(receiver.connections[1].headers)


async def test_a_name_is_looked_up_for_every_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host that has moved is found by the next attempt."""
    names = {"receiver.example": ["127.0.0.1"]}
    only_these_names(monkeypatch, names)
    async with RawReceiver(answering(OK)) as receiver, a_client() as client:
        url = f"http://receiver.example:{receiver.port}/hook"
        await post(client, url)
        del names["receiver.example"]

        assert failed("dns") == came_to(await post(client, url))


async def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Deliveries go straight to the receiver."""
    with closed_port() as port:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")

        assert acknowledged() == came_to(await attempt(answering(OK)))


async def test_200_acknowledges() -> None:
    """Status 200 is the acknowledgement (Ruling 28)."""
    outcome = await attempt(answering(OK))

    assert acknowledged() == came_to(outcome)
    assert outcome.acknowledged


@pytest.mark.parametrize(
    "status", [*(int(s) for s in HTTPStatus if s > HTTPStatus.OK), 226, 499, 599, 999]
)
async def test_no_other_status_acknowledges(status: int) -> None:
    """Every other final status is a failed attempt, and logged as it was."""
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n".encode()

    assert answered(status) == came_to(await attempt(answering(head)))


async def test_101_is_an_answer_like_another() -> None:
    """Nobody asked to switch protocols, so 101 is final and not 200."""
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n"
    outcome = await attempt(answering_then_silent(head + b"\r\nabc"))

    assert answered(101) == came_to(outcome)


async def test_interim_answers_are_skipped() -> None:
    """The final answer counts, however many interim ones precede it."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"

    assert acknowledged() == came_to(await attempt(answering(interim + OK)))


async def test_a_redirect_is_not_followed() -> None:
    """The target of a redirect hears nothing."""
    async with RawReceiver(answering(OK)) as target:
        location = f"Location: {target.url}\r\nContent-Length: 0\r\n\r\n"
        head = b"HTTP/1.1 307 Temporary Redirect\r\n" + location.encode()
        await attempt(answering(head))

        assert not target.connections


async def test_an_early_answer_counts() -> None:
    """A receiver may answer before it has read the body."""

    async def script(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        connection.hold()
        await connection.send(OK)
        await asyncio.Event().wait()

    async with RawReceiver(script) as receiver, a_client() as client:
        outcome = await upload(client, receiver.url, Supply())

    assert acknowledged() == came_to(outcome)
