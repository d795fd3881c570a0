"""The emulator as users start it: a program, on its own event loop."""

import json
import signal
import socket
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import requests

from support.client import CREDITS, FETCH
from support.receiver import plainly_receiving
from support.start import Program, start

pytestmark = pytest.mark.slow

KEY = {"X-API-Key": "demo-api-key"}
PATIENCE = 5
LOOPBACK = ("127.0.0.1", 0)
MISSPELT = {"REACHAPI_EMULATOR_RATE_LIMT": "5"}


class Ended(NamedTuple):
    """What a program has said of a delivery whose receiver answered 201 first."""

    url: str
    welcome: list[str]
    status: int
    log: list[str]


def tell(program: Program, method: str, path: str, json: object = None) -> None:
    url = f"{program.url}/_emulator{path}"
    requests.request(method, url, json=json, timeout=PATIENCE).raise_for_status()


def fetch(program: Program) -> int:
    wanted = {"fetchCount": 1, "filter": {}}
    url = program.url + FETCH
    answer = requests.post(url, headers=KEY, json=wanted, timeout=PATIENCE).json()
    job: int = answer["data"]["unique_processing_id"]
    return job


def ended(how: int, log_format: str) -> Ended:
    settings = {"retry_schedule": (0,), "validation_delay": 0, "log_format": log_format}
    with start("program", MISSPELT, **settings) as program:
        tell(program, "PUT", "/inbox/demo/script", [{"status": 201}])
        tell(program, "POST", f"/jobs/{fetch(program)}/wait", {"state": "delivered"})
        assert program.process.stdout is not None
        welcome = [program.process.stdout.readline().strip() for _ in range(3)]
        status, log = program.end(how)
    return Ended(program.url, welcome, status, log.splitlines())


@pytest.fixture(scope="module")
def plain() -> Ended:
    return ended(signal.SIGTERM, "text")


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with start("program", retry_schedule=(0,), rate_limit=0) as program:
        yield program


def test_it_says_what_to_try_and_ends_with_0(plain: Ended) -> None:
    assert 0 == plain.status
    assert [
        "key  demo-api-key",
        "try  curl -X POST -H 'X-API-Key: demo-api-key' \\",
        f"{plain.url}{CREDITS}",
    ] == plain.welcome


def test_the_log_tells_misspelt_variables_requests_attempts_and_the_end(
    plain: Ended,
) -> None:
    misspelt, request, failed, delivered, stopping = plain.log

    assert "do you mean REACHAPI_EMULATOR_RATE_LIMIT?" in misspelt
    assert "demo POST /api/v2/async/records/filter -> 200 Records" in request
    assert "job 1300 attempt 1 http://127.0.0.1:" in failed
    assert "-> 201" in failed
    assert "only 200 acknowledges" in failed
    assert "job 1300 attempt 2" in delivered
    assert "stopping within 5 seconds" in stopping


def test_ctrl_c_ends_it_alike_and_the_log_can_be_json() -> None:
    interrupted = ended(signal.SIGINT, "json")
    lines = [json.loads(line) for line in interrupted.log[1:]]

    assert 0 == interrupted.status
    assert [("fetch", 200), (None, 201), (None, 200), (None, None)] == [
        (line.get("operation"), line.get("status")) for line in lines
    ]


def test_a_second_ctrl_c_ends_it_at_once() -> None:
    """Though a delivery is under way, whose grace has just begun."""
    with (
        start("program", validation_delay=0) as program,
        socket.create_server(LOOPBACK) as receiver,
    ):
        url = "http://{}:{}/".format(*receiver.getsockname())
        tell(program, "PUT", "/accounts/demo/webhook", {"url": url})
        fetch(program)
        with receiver.accept()[0]:
            program.process.send_signal(signal.SIGINT)
            assert program.process.stderr is not None
            while "stopping" not in program.process.stderr.readline():
                pass
            status, _ = program.end(signal.SIGINT)

    assert -signal.SIGINT == status


@pytest.mark.parametrize(
    ("kind", "said", "seen"),
    [
        (
            "CONNECTION_RESET_BY_PEER",
            "Connection reset by peer",
            "ConnectionResetError",
        ),
        ("EMPTY_RESPONSE", "Remote end closed connection without", "nothing"),
        ("MALFORMED_RESPONSE_CHUNK", "InvalidChunkLength", "ValueError"),
        ("RANDOM_DATA_THEN_CLOSE", "BadStatusLine", "error 400"),
    ],
)
def test_connections_break_as_a_client_and_a_receiver_tell(
    program: Program, kind: str, said: str, seen: str
) -> None:
    url = program.url + CREDITS
    tell(program, "POST", "/faults", {"phase": "request", "kind": kind, "times": 1})
    with pytest.raises(requests.RequestException, match=said):
        requests.post(url, headers=KEY, timeout=PATIENCE)

    assert 200 == requests.post(url, headers=KEY, timeout=PATIENCE).status_code

    tell(program, "POST", "/faults", {"phase": "webhook", "kind": kind, "times": 1})
    with plainly_receiving() as receiver:
        tell(program, "PUT", "/accounts/demo/webhook", {"url": receiver.url})
        job = fetch(program)

        assert seen == receiver.next()
        assert job == receiver.next_job()
