"""What keeps a run against a live API from spending, and from hurrying."""

import json

import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, CREDITS, FETCH, PRESETS
from support.contract.client import Vendor
from support.contract.line import Line
from support.contract.safeguards import (
    MOST,
    Pace,
    WouldSpendError,
    refuse_spending,
)
from support.embedded import free_port

POLLED = f"{FETCH}/data"
COMPLETE = json.dumps({"fetchCount": 1, "filter": {}}).encode()


@pytest.mark.parametrize(
    "path",
    [FETCH, POLLED, f"{FETCH}/", f"{FETCH}?a=1", FETCH.replace("l", "%6c"), "/other"],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "post"])
def test_a_complete_request_is_held_back(method: str, path: str) -> None:
    """Wherever it goes: what is not known to be free may cost."""
    with pytest.raises(WouldSpendError, match="could be accepted and charged"):
        refuse_spending(method, path, COMPLETE)


@pytest.mark.parametrize(
    "body",
    [
        b'{"fetchCount": 0, "filter": {}}',
        b'{"fetchCount": null, "filter": null}',
        b'{"FETCHCOUNT": 1, "Filter": {}}',
        b'[{"fetchCount": 1}]',
        b"fetchCount=1&filter=",
        b"\xff",
    ],
)
def test_what_might_be_understood_is_held_back(body: bytes) -> None:
    """A server may read more into a body than the page says."""
    with pytest.raises(WouldSpendError):
        refuse_spending("POST", FETCH, body)


@pytest.mark.parametrize(
    "body", [None, b"", b"{}", b'{"fetchCount": 1}', b'{"filter": {"job_title": {}}}']
)
def test_a_request_without_a_part_passes(body: bytes | None) -> None:
    """The page promises to refuse it."""
    refuse_spending("POST", FETCH, body)


@pytest.mark.parametrize("path", [CREDITS, COUNTS, COUNTS_OF_SAMPLES])
def test_what_costs_nothing_passes(path: str) -> None:
    """The filter of counts, whatever stands beside it."""
    refuse_spending("POST", path, COMPLETE)


@pytest.mark.parametrize("path", [PRESETS, FETCH])
def test_reading_passes(path: str) -> None:
    """A data request is posted."""
    refuse_spending("GET", path, None)


def test_what_is_held_back_is_not_sent() -> None:
    """The client of a live run asks first: nobody needs to listen."""
    vendor = Vendor(Line("http://127.0.0.1:9"), "any", Pace())

    with pytest.raises(WouldSpendError):
        vendor.post(FETCH, {"fetchCount": 1, "filter": {}})


def test_an_emulator_is_sent_everything() -> None:
    """Nothing is held back from it; here, nobody listens."""
    vendor = Vendor(Line(f"http://127.0.0.1:{free_port()}"), "any")

    assert 0 == vendor.post(FETCH, {"fetchCount": 1, "filter": {}}).status


class Time:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.now += seconds


def test_ten_requests_begin_at_once() -> None:
    """As many as the page allows in a second."""
    time = Time()
    pace = Pace(time.clock, time.sleep)
    for _ in range(MOST):
        pace.wait()

    assert 0.0 == time.now


def test_no_window_sees_more_than_ten() -> None:
    """The next begins when the tenth before it is over a second old."""
    time = Time()
    pace = Pace(time.clock, time.sleep)
    begun = []
    for _ in range(5 * MOST):
        pace.wait()
        begun.append(time.now)
        time.sleep(0.01)

    gaps = [later - begun[i] for i, later in enumerate(begun[MOST:])]
    assert min(gaps) > 1


def test_who_is_slow_is_not_held_back() -> None:
    """Time that has passed by itself counts."""
    time = Time()
    pace = Pace(time.clock, time.sleep)
    for _ in range(MOST):
        pace.wait()
    time.now = 5.0
    pace.wait()

    assert 5.0 == time.now
