"""Connections that a fault breaks, as clients of other libraries see them."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from http.client import (
    BadStatusLine,
    HTTPConnection,
    IncompleteRead,
    RemoteDisconnected,
)
from urllib.parse import urlsplit

import pytest
import requests

from reachapi_emulator.testing.faults import BREAKS
from support.api import CREDITS, Api
from support.faulty import noted, rule

KEY = {"X-API-Key": "demo-api-key"}


def by_http_client(url: str) -> None:
    """Ask for the credits by the standard library."""
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=5)) as connection:
        connection.request("POST", CREDITS, headers=KEY)
        with connection.getresponse() as response:
            response.read()


def by_requests(url: str) -> None:
    """Ask for the credits by requests."""
    requests.post(url + CREDITS, headers=KEY, timeout=5)


async def by_curl(url: str) -> int | None:
    """Ask for the credits by curl; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--max-time", "5", "-X", "POST", "-o", "/dev/null"),
        *("-H", "X-API-Key: demo-api-key", url + CREDITS),
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


async def failure(client: Callable[[str], None], url: str) -> type[Exception] | None:
    """Return what a client raises."""
    try:
        await asyncio.to_thread(client, url)
    except Exception as error:  # noqa: BLE001 # whatever it is
        return type(error)
    return None


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("CONNECTION_RESET_BY_PEER", ConnectionResetError),
        ("EMPTY_RESPONSE", RemoteDisconnected),
        ("MALFORMED_RESPONSE_CHUNK", IncompleteRead),
        ("RANDOM_DATA_THEN_CLOSE", BadStatusLine),
    ],
)
async def test_http_client_sees_the_connection_break(
    api: Api, kind: str, error: type[Exception]
) -> None:
    """Each kind in its own way; the next request is answered."""
    await rule(api, kind, times=1)

    assert error is await failure(by_http_client, api.url)
    assert await failure(by_http_client, api.url) is None


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("CONNECTION_RESET_BY_PEER", requests.ConnectionError),
        ("EMPTY_RESPONSE", requests.ConnectionError),
        ("MALFORMED_RESPONSE_CHUNK", requests.exceptions.ChunkedEncodingError),
        ("RANDOM_DATA_THEN_CLOSE", requests.ConnectionError),
    ],
)
async def test_requests_sees_the_connection_break(
    api: Api, kind: str, error: type[Exception]
) -> None:
    """Each kind in its own way; the next request is answered."""
    await rule(api, kind, times=1)

    assert error is await failure(by_requests, api.url)
    assert await failure(by_requests, api.url) is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("CONNECTION_RESET_BY_PEER", 56),
        ("EMPTY_RESPONSE", 52),
        ("MALFORMED_RESPONSE_CHUNK", 56),
        ("RANDOM_DATA_THEN_CLOSE", 1),
    ],
)
async def test_curl_sees_the_connection_break(api: Api, kind: str, code: int) -> None:
    """Receive error, empty reply, receive error, HTTP/0.9; then all is well."""
    await rule(api, kind, times=1)

    assert [code, 0] == [await by_curl(api.url) for _ in range(2)]


@pytest.mark.parametrize("kind", BREAKS)
async def test_a_broken_connection_is_noted(api: Api, kind: str) -> None:
    """Without a status, with the kind as its message and the rule that struck."""
    number = await rule(api, kind)
    await failure(by_http_client, api.url)

    assert [(None, kind, number)] == await noted(api)


async def test_a_broken_request_can_be_waited_for(api: Api) -> None:
    """By account and operation; it has no status that would fit."""
    await rule(api, "EMPTY_RESPONSE")
    await failure(by_http_client, api.url)
    wanted = {"account": "demo", "operation": "credits", "timeout": 5}

    assert 1 == len((await api.control("POST", "/requests/wait", wanted))["requests"])
    assert [] == (await api.control("GET", "/requests?status=200"))["requests"]
