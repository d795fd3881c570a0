"""What a request is answered that a fault rule strikes, and which are struck."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import (
    BadStatusLine,
    HTTPConnection,
    IncompleteRead,
    RemoteDisconnected,
)
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from aiohttp import ServerDisconnectedError, web

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.embedded import Emulator
from reachapi_emulator.settings import Settings
from reachapi_emulator.web.http_server import EnvelopeRunner
from support.client import CREDITS, FETCH, PRESETS, SDK, Answer, Api, Serve, noted, rule
from support.contract.account import Account, opened as account_at
from support.embedded import client_of, embedded
from support.steering import opened, under
from support.surface import SAMPLES, Sample, ask, given, promised, statuses

MESSAGES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Insufficient credit balance",
    403: "Forbidden",
    404: "Page Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    429: "Too many requests",
    500: "Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    599: "Status 599",
}
SDK_SAMPLE = Sample("GET", f"{SDK}country", "Success")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where an emulator listens."""
    with Emulator() as emulator:
        yield emulator.url


@pytest.fixture
def account(url: str) -> Iterator[Account]:
    """An account of the test's own, its clock standing still."""
    with account_at(url) as account:
        yield account


def strike(account: Account, **values: object) -> int:
    """Add a rule for requests of an account; return its id."""
    form = {"phase": "request", "account": account.id, **values}
    number: int = account.tell("POST", "/faults", form)["id"]
    return number


def struck(account: Account, number: int) -> int:
    """Return how often a rule has struck."""
    rules = account.tell("GET", "/faults")
    (times,) = [each["struck"] for each in rules if each["id"] == number]
    assert isinstance(times, int)
    return times


@pytest.mark.parametrize(("status", "message"), MESSAGES.items())
def test_a_status_is_answered_in_the_vendors_words_and_noted_with_its_rule(
    account: Account, status: int, message: str
) -> None:
    number = strike(account, kind="status", status=status)
    answer = account.vendor.post(CREDITS)
    (row,) = account.tell("GET", f"/requests?account={account.id}")["requests"]

    envelope = {"status": status, "message": message, "data": None}
    allow = "POST" if status == 405 else None
    assert (status, "application/json", envelope, allow) == answer.given
    assert (status, message, number) == (row["status"], row["message"], row["fault"])


@pytest.mark.parametrize(
    ("body", "requested"), [(b'{"fetchCount": 7}', 7), (b"[]", 1), (b"{", 1), (b"", 1)]
)
def test_402_to_a_fetch_tells_of_an_account_that_has_none_left(
    account: Account, body: bytes, requested: int
) -> None:
    strike(account, kind="status", status=402)
    answer = account.vendor.post(FETCH, body)

    data = {"available_credit": 0, "requested_fetch_count": requested}
    assert (402, data) == (answer.status, answer.body["data"])


def test_404_to_a_search_is_that_nothing_was_found(account: Account) -> None:
    strike(account, kind="status", status=404)

    assert "Not Found" == account.vendor.get(f"{PRESETS}?job_title=dev").body["message"]


def test_a_struck_fetch_costs_nothing(account: Account) -> None:
    strike(account, kind="status", status=500, times=1)
    answer = account.vendor.post(FETCH, {"fetchCount": 3, "filter": {}})

    assert 500 == answer.status
    assert [] == account.tell("GET", f"/jobs?account={account.id}")
    assert ([("opened", 10_000, 10_000)], 10_000) == (
        account.ledger(),
        account.credit(),
    )


def test_only_the_operation_that_is_meant_is_struck(account: Account) -> None:
    strike(account, kind="status", status=503, operation="presets")
    answers = [account.vendor.send(*sample[:2], sample.body) for sample in SAMPLES]

    assert [503, 200, 200, 200, 200] == [answer.status for answer in answers]


def test_only_the_account_that_is_meant_is_struck(account: Account, url: str) -> None:
    strike(account, kind="status", status=503)
    with account_at(url) as other:
        vendors = (account.vendor, other.vendor)

        assert [503, 200] == [vendor.post(CREDITS).status for vendor in vendors]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_a_rule_without_an_operation_is_meant_for_all(
    api: Api, sample: Sample
) -> None:
    await rule(api, "status", status=500)

    assert promised(500, "Server Error") == given(await ask(api, sample))


async def test_what_is_refused_anyway_and_control_are_not_struck(api: Api) -> None:
    await rule(api, "status", status=503)
    wrong, nowhere = (
        await under(api, "wrong").call("POST", CREDITS),
        await api.call("POST", "/nowhere"),
    )

    assert [401, 404] == [wrong.status, nowhere.status]
    assert [0] == [each["struck"] for each in await api.control("GET", "/faults")]


async def test_the_limit_is_counted_all_the_same(serve: Serve) -> None:
    """A struck request was admitted, and one that is not is not struck."""
    api = await serve(rate_limit=2)
    await api.freeze()
    await rule(api, "status", status=503)
    answers = [await api.call("POST", CREDITS) for _ in range(3)]

    assert [503, 503, 429] == list(statuses(answers))


async def test_a_request_without_a_key_can_be_struck(api: Api) -> None:
    """The Java SDK sends none; a rule for an account is not meant for it."""
    await rule(api, "status", status=500, account="test-later")
    await rule(api, "status", status=503, operation="sdk")
    answer = await api.send("GET", SDK_SAMPLE.path)

    assert promised(503, "Service Unavailable") == given(answer)


def by_http_client(account: Account) -> None:
    """Ask for the credits by the standard library."""
    netloc = urlsplit(account.url).netloc
    with closing(HTTPConnection(netloc, timeout=5)) as connection:
        connection.request("POST", CREDITS, headers={"X-API-Key": account.id})
        with connection.getresponse() as response:
            response.read()


def by_requests(account: Account) -> None:
    """Ask for the credits by requests."""
    requests.post(account.url + CREDITS, headers={"X-API-Key": account.id}, timeout=5)


def failure(
    client: Callable[[Account], None], account: Account
) -> type[Exception] | None:
    """Return what a client raises."""
    try:
        client(account)
    except Exception as error:  # noqa: BLE001 # whatever it is
        return type(error)
    return None


async def by_curl(account: Account) -> int | None:
    """Ask for the credits by curl; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--max-time", "5", "-X", "POST", "-o", "/dev/null"),
        *("-H", f"X-API-Key: {account.id}", account.url + CREDITS),
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


Errors = tuple[type[Exception], type[Exception], int]
BREAKS: dict[str, Errors] = {
    "CONNECTION_RESET_BY_PEER": (ConnectionResetError, requests.ConnectionError, 56),
    "EMPTY_RESPONSE": (RemoteDisconnected, requests.ConnectionError, 52),
    "MALFORMED_RESPONSE_CHUNK": (
        IncompleteRead,
        requests.exceptions.ChunkedEncodingError,
        56,
    ),
    "RANDOM_DATA_THEN_CLOSE": (BadStatusLine, requests.ConnectionError, 1),
}
"""What http.client and requests raise, and the exit code of curl."""


@pytest.mark.parametrize(("kind", "errors"), BREAKS.items(), ids=BREAKS)
async def test_every_client_sees_the_connection_break_and_the_next_is_answered(
    account: Account, kind: str, errors: Errors
) -> None:
    strike(account, kind=kind, times=3)
    seen = (
        failure(by_http_client, account),
        failure(by_requests, account),
        await by_curl(account),
    )

    assert errors == seen
    assert (None, 0) == (failure(by_requests, account), await by_curl(account))


@pytest.mark.parametrize("kind", BREAKS)
def test_a_broken_request_is_noted_without_a_status_and_can_be_waited_for(
    account: Account, kind: str
) -> None:
    number = strike(account, kind=kind)
    failure(by_http_client, account)
    wanted = {"account": account.id, "operation": "credits", "timeout": 5}
    (row,) = account.tell("POST", "/requests/wait", wanted)["requests"]
    answered = account.tell("GET", f"/requests?account={account.id}&status=200")

    assert (None, kind, number) == (row["status"], row["message"], row["fault"])
    assert [] == answered["requests"]
    assert 1 == struck(account, number)


async def held(api: Api, sample: Sample) -> "asyncio.Task[Answer]":
    """Send a request that a delay holds; return once it is held."""
    await api.control("GET", "/health")  # leaves an open connection to send it on
    task = asyncio.create_task(ask(api, sample))
    await asyncio.sleep(0)
    (fault,) = await api.control("GET", "/faults")
    assert (1, False) == (fault["struck"], task.done())
    return task


@pytest.mark.parametrize(
    ("sample", "operation"), [(SAMPLES[1], "credits"), (SDK_SAMPLE, "sdk")]
)
async def test_a_delay_is_over_when_its_time_has_come(
    api: Api, sample: Sample, operation: str
) -> None:
    """On the account's clock; nobody's request waits on the global one."""
    await api.freeze()
    number = await rule(api, "delay", seconds=30, operation=operation)
    task = await held(api, sample)
    await api.advance(29)
    waits = not task.done()
    await api.advance(1)
    async with asyncio.timeout(5):
        await task

    assert waits
    assert [(200, sample.message, number)] == await noted(api)


async def test_a_delayed_credit_check_tells_what_there_is_then(api: Api) -> None:
    await api.freeze()
    await rule(api, "delay", seconds=30)
    task = await held(api, SAMPLES[1])
    await api.control("PATCH", "/accounts/demo", {"credits": 5})
    await api.advance(30)
    async with asyncio.timeout(5):
        answer = await task

    assert {"available_credit": 5} == answer.json["data"]


async def test_what_comes_during_a_delay_counts_on(serve: Serve) -> None:
    """The delayed request is told of it, and drops none of it from the window."""
    api = await serve(rate_limit=2, rate_limit_headers=True)
    await api.freeze()
    await rule(api, "delay", seconds=0.6, times=1)
    task = await held(api, SAMPLES[1])
    await api.advance(0.4)
    await api.call("POST", CREDITS)
    await api.advance(0.2)
    async with asyncio.timeout(5):
        delayed = await task
    third = await api.call("POST", CREDITS)

    assert ("0", 429) == (delayed.headers["RateLimit-Remaining"], third.status)


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("POST", "/reset", {}),
        ("POST", "/reset", {"account": "test-a"}),
        ("DELETE", "/accounts/test-a", None),
    ],
    ids=["reset", "reset of the account", "deletion of the account"],
)
async def test_who_is_held_is_dropped_with_what_is_gone(
    api: Api, method: str, path: str, form: object
) -> None:
    await api.freeze()
    other = await opened(api, "test-a")
    await rule(api, "delay", seconds=30, times=1)
    task = await held(other, SAMPLES[-1])
    await api.control(method, path, form)

    with pytest.raises(ServerDisconnectedError):
        await task
    assert [] == await api.control("GET", "/jobs")


class Patient(EnvelopeRunner):
    """Gives those who are under way more time than a test has."""

    def __init__(self, app: web.Application, **kwargs: Any) -> None:  # noqa: ANN401 # as the parent's
        super().__init__(app, **kwargs | {"shutdown_timeout": 50})


async def test_a_stop_waits_for_nobody_who_is_held(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reachapi_emulator.server.EnvelopeRunner", Patient)
    async with (
        embedded(dataset, Settings(port=0)) as emulator,
        client_of(emulator) as api,
    ):
        await api.freeze()
        await rule(api, "delay", seconds=30)
        task = await held(api, SAMPLES[1])
        async with asyncio.timeout(10):
            await emulator.stop()

        with pytest.raises(ServerDisconnectedError):
            await task
