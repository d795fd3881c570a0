"""What is not well-formed HTTP is refused in the envelope too (ruling 1)."""

import asyncio
import logging
from urllib.parse import urlsplit

import pytest

from reachapi_emulator.testing.journal import Journal
from support.api import COUNTS, CREDITS, Answer, Api
from support.surface import given, promised

LINE = f"POST {CREDITS} HTTP/1.1\r\n".encode()
HEAD = b"Host: x\r\nX-API-Key: demo-api-key\r\nConnection: close\r\n"
PATIENCE = 5


async def sent(api: Api, data: bytes) -> Answer:
    """Send bytes, read until the server closes, and return its answer."""
    address = urlsplit(api.url)
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(data)
        received = await reader.read()
        writer.close()
    return parsed(received)


def parsed(received: bytes) -> Answer:
    """Read an answer from the bytes of a whole connection."""
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    headers = {name: value for name, _, value in pairs}
    return Answer(int(status.split()[1]), headers, body)


@pytest.mark.parametrize(
    "data",
    [
        b"GARBAGE\r\n\r\n",
        b"FROB / HTTP/1.1\r\n\r\n",
        b"POST credits HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"POST / HTTP/9.9\r\n" + HEAD + b"\r\n",
        "POST /é HTTP/1.1\r\n".encode() + HEAD + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        LINE + b"no colon\r\n\r\n",
        LINE + b"X-API-Key: demo-api-key\r\n\r\n",
        LINE + HEAD + b"Content-Length: some\r\n\r\n",
        LINE + HEAD + b"Content-Length: -1\r\n\r\n",
        LINE + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        LINE + HEAD + b"X-Long: " + b"x" * 10_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
        LINE + HEAD + b"Transfer-Encoding: chunked\r\n\r\nsome\r\n",
    ],
    ids=lambda data: data[:40] if len(data) < 100 else data[-30:],
)
async def test_a_malformed_request_is_400_in_the_envelope(
    api: Api, data: bytes
) -> None:
    """The message says what is wrong, and the connection is closed."""
    answer = await sent(api, data)

    assert promised(400, answer.json["message"]) == given(answer)
    assert answer.json["message"].startswith("Request is not well-formed HTTP: ")


async def test_https_on_the_plain_port_is_told_apart(api: Api) -> None:
    """A likely mistake deserves its name."""
    answer = await sent(api, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")

    assert "HTTPS" in answer.json["message"]


async def test_the_message_is_one_line(api: Api) -> None:
    """What the parser draws below its message stays behind."""
    answer = await sent(api, LINE + b"no colon\r\n\r\n")

    assert "\n" not in answer.json["message"]


@pytest.mark.parametrize(
    "data",
    [
        b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"CONNECT example.com:80 HTTP/1.1\r\n" + HEAD + b"\r\n",
    ],
    ids=["asterisk", "authority"],
)
async def test_a_target_that_is_no_path_is_404_in_the_envelope(
    api: Api, data: bytes
) -> None:
    """Ruling 1 holds for every answer."""
    assert promised(404, "Page Not Found") == given(await sent(api, data))


async def test_an_unknown_expectation_is_answered_in_the_envelope(api: Api) -> None:
    """Ruling 1 holds for every answer."""
    answer = await sent(api, LINE + HEAD + b"Expect: more\r\nContent-Length: 0\r\n\r\n")

    assert "application/json" == answer.headers["Content-Type"]
    assert answer.status == answer.json["status"]


async def test_who_expects_100_continue_is_told_to_go_on(api: Api) -> None:
    """As curl does with large bodies; the answer proper follows."""
    data = LINE + HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
    interim = await sent(api, data)

    success = promised(200, "success", {"available_credit": 10_000})
    assert 100 == interim.status
    assert success == given(parsed(interim.body))


async def test_an_offer_of_http_2_is_passed_over(api: Api) -> None:
    """Java's client makes it with every plain request."""
    offer = b"Upgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
    body = b'{"filter":{"sic_code":{"0":"none"}}}'
    head = HEAD.replace(b"close", b"close, Upgrade, HTTP2-Settings") + offer
    line, length = LINE.replace(CREDITS.encode(), COUNTS.encode()), len(body)
    answer = await sent(
        api, line + head + b"Content-Length: %d\r\n\r\n" % length + body
    )

    success = promised(200, "success", {"counts": 0, "records": []})
    assert success == given(answer)


async def test_a_body_without_a_content_type_is_read(api: Api) -> None:
    """Ruling 5: it is JSON, whether or not a header says so."""
    line = LINE.replace(CREDITS.encode(), COUNTS.encode())
    answer = await sent(api, line + HEAD + b"Content-Length: 2\r\n\r\n{}")

    assert promised(400, "Missing parameter filter") == given(answer)


async def test_http_1_0_is_served(api: Api) -> None:
    """Without a Host, and closed after the answer."""
    line = LINE.replace(b"1.1", b"1.0")
    answer = await sent(api, line + b"X-API-Key: demo-api-key\r\n\r\n")

    assert promised(200, "success", {"available_credit": 10_000}) == given(answer)


async def test_what_fails_around_a_handler_is_500_in_the_envelope(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets the page's message, the log the reason."""

    def fail(*_: object) -> None:
        raise RuntimeError("the reason")

    monkeypatch.setattr(Journal, "record", fail)
    with caplog.at_level(logging.ERROR, "reachapi_emulator.server"):
        answer = await sent(api, LINE + HEAD + b"\r\n")

    assert promised(500, "Server Error") == given(answer)
    assert "the reason" in caplog.text
