"""Broken connections of the emulator as users start it, on its own event loop."""

from collections.abc import Iterator

import pytest
import requests

from reachapi_emulator.testing.faults import FaultKind
from support.api import CREDITS, FETCH
from support.plain_receiver import plainly_receiving
from support.process import Running, running

KEY = {"X-API-Key": "demo-api-key"}
PATIENCE = 5


@pytest.fixture(scope="module")
def program() -> Iterator[Running]:
    """Run the program beside all tests of the module."""
    with running("--retry-schedule", "0", "--rate-limit", "0") as program:
        yield program


def tell(program: Running, method: str, path: str, json: object = None) -> None:
    """Send a control request and expect success."""
    url = f"{program.url}/_emulator{path}"
    requests.request(method, url, json=json, timeout=PATIENCE).raise_for_status()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FaultKind.RESET, "Connection reset by peer"),
        (FaultKind.EMPTY, "Remote end closed connection without response"),
        (FaultKind.MALFORMED, "InvalidChunkLength"),
        (FaultKind.RANDOM, "BadStatusLine"),
    ],
)
def test_a_connection_breaks(program: Running, kind: FaultKind, said: str) -> None:
    """In the words of requests; the next request is answered."""
    rule = {"phase": "request", "kind": kind, "times": 1}
    tell(program, "POST", "/faults", rule)

    with pytest.raises(requests.RequestException, match=said):
        requests.post(program.url + CREDITS, headers=KEY, timeout=PATIENCE)
    answer = requests.post(program.url + CREDITS, headers=KEY, timeout=PATIENCE)
    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (FaultKind.RESET, "ConnectionResetError"),
        (FaultKind.EMPTY, "nothing"),
        (FaultKind.MALFORMED, "ValueError"),
        (FaultKind.RANDOM, "error 400"),
    ],
)
def test_a_delivery_breaks(program: Running, kind: FaultKind, seen: str) -> None:
    """The receiver sees it, and then the retry."""
    with plainly_receiving() as receiver:
        rule = {"phase": "webhook", "kind": kind, "times": 1}
        tell(program, "POST", "/faults", rule)
        tell(program, "PUT", "/accounts/demo/webhook", {"url": receiver.url})
        wanted = {"fetchCount": 1, "filter": {}}
        answer = requests.post(
            program.url + FETCH, headers=KEY, json=wanted, timeout=PATIENCE
        ).json()

        assert seen == receiver.next()
        assert answer["data"]["unique_processing_id"] == receiver.next_job()
