"""What the contract suite works with: its client, its safeguards, its reports."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from contract.table import Like
from reachapi_emulator.contacts.dataset import Dataset
from support.client import (
    COUNTS,
    COUNTS_OF_SAMPLES,
    CREDITS,
    FETCH,
    FETCH_DATA,
    PRESETS,
)
from support.contract import client
from support.contract.client import Answer, Vendor, exchange
from support.contract.lookalike import Lookalike
from support.contract.reporter import MAX_TEXT, PROPERTY, Source, difference, found
from support.contract.safeguards import MOST, Pace, WouldSpendError, refuse_spending
from support.contract.target import TargetError, target_at
from support.embedded import free_port
from support.threaded import threaded

KEY = "a-live-key"
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
COMPLETE = {"fetchCount": 1, "filter": {}}
OURS = Source("Ruling 3", "ours")


@contextmanager
def answering(data: bytes, heads: list[bytes]) -> Iterator[str]:
    """Keep the head of one request and answer it with bytes; yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                heads.append(connection.recv(65_536))
                connection.sendall(data)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def asked(data: bytes) -> Answer:
    """Return what becomes of an answer's bytes."""
    with answering(data, []) as url:
        return exchange(url, "GET", "/", {}, None)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            HEAD + b"Content-Type: Application/JSON; charset=utf-8\r\n\r\n{}",
            (200, "application/json", {}, None),
        ),
        (HEAD + b"\r\n<p>\xff", (200, "", "<p>\ufffd", None)),
        (
            b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
            (302, "", "", None),
        ),
    ],
    ids=["JSON", "no JSON", "redirect"],
)
def test_an_answer_is_read_as_it_is(data: bytes, expected: tuple[object, ...]) -> None:
    assert expected == asked(data).given


@pytest.mark.parametrize(
    "data", [b"", b"SMTP ready\r\n", HEAD + b"Content-Length: 9\r\n\r\nshort"]
)
def test_what_breaks_on_the_way_is_no_answer(data: bytes) -> None:
    answer = asked(data)

    assert 0 == answer.status
    assert str(answer.body).startswith("no answer: ")


def test_a_body_without_end_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BODY", 3)

    assert "no answer: a body over 3 bytes" == asked(HEAD + b"\r\nlong").body


def test_a_path_of_the_base_url_comes_first() -> None:
    heads: list[bytes] = []
    with answering(HEAD + b"\r\n", heads) as url:
        exchange(f"{url}/gateway", "GET", "/api?a=1", {}, None)

    assert heads[0].startswith(b"GET /gateway/api?a=1 HTTP/1.1\r\n")


@pytest.mark.parametrize("answer", [Answer(200, "", "text"), Answer(404, "", {})])
def test_only_a_success_has_data(answer: Answer) -> None:
    with pytest.raises(AssertionError, match="no success: Answer"):
        _ = answer.data


@pytest.mark.parametrize(
    "path",
    [FETCH, FETCH_DATA, f"{FETCH}/", f"{FETCH}?a=1", FETCH.replace("l", "%6c"), "/x"],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "post"])
def test_a_complete_request_is_held_back_wherever_it_goes(
    method: str, path: str
) -> None:
    with pytest.raises(WouldSpendError, match="could be accepted and charged"):
        refuse_spending(method, path, json.dumps(COMPLETE).encode())


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
def test_what_a_server_might_understand_is_held_back(body: bytes) -> None:
    with pytest.raises(WouldSpendError):
        refuse_spending("POST", FETCH, body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(("POST", FETCH, body) for body in (None, b"", b"{}", b'{"fetchCount": 1}')),
        ("POST", FETCH, b'{"filter": {"job_title": {}}}'),
        *(
            ("POST", path, json.dumps(COMPLETE).encode())
            for path in (CREDITS, COUNTS, COUNTS_OF_SAMPLES)
        ),
        *(("GET", path, None) for path in (PRESETS, FETCH)),
    ],
)
def test_what_costs_nothing_passes(method: str, path: str, body: bytes | None) -> None:
    refuse_spending(method, path, body)


def test_a_live_api_is_not_sent_what_is_held_back() -> None:
    vendor = Vendor("http://127.0.0.1:9", "any", Pace())

    with pytest.raises(WouldSpendError):
        vendor.post(FETCH, COMPLETE)


def test_an_emulator_is_sent_everything() -> None:
    vendor = Vendor(f"http://127.0.0.1:{free_port()}", "any")

    assert 0 == vendor.post(FETCH, COMPLETE).status  # nobody listens


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


def test_no_second_sees_more_than_ten_requests_begin() -> None:
    time = Time()
    pace = Pace(time.clock, time.sleep)
    begun = []
    for _ in range(5 * MOST):
        pace.wait()
        begun.append(time.now)

    assert [0.0] * MOST == begun[:MOST]
    assert min(later - begun[i] for i, later in enumerate(begun[MOST:])) > 1


def test_who_is_slow_is_not_held_back() -> None:
    time = Time()
    pace = Pace(time.clock, time.sleep)
    for _ in range(MOST):
        pace.wait()
    time.now = 5.0
    pace.wait()

    assert 5.0 == time.now


def test_a_difference_tells_what_was_compared() -> None:
    told = difference(OURS, "test_a", ((405, "no"), (404, "no\n")), "")

    assert [
        "Ruling 3 (ours): test_a",
        "  expected: (405, 'no')",
        "  came:     (404, 'no\\n')",
    ] == list(told.lines())


def test_without_a_comparison_a_difference_tells_the_error_on_one_line() -> None:
    told = difference(OURS, "test_a", None, "no success:\n  Answer")

    assert "no success: Answer" == told.came


def test_what_is_long_is_cut() -> None:
    told = difference(OURS, "test_a", ("", "x" * 9_999), "")

    assert "x" * MAX_TEXT + "..." == told.came


def test_a_difference_is_found_again_among_properties() -> None:
    told = difference(OURS, "test_a", (1, 2), "")

    assert [told] == list(found([("other", 1), (PROPERTY, list(told))]))


def test_what_is_left_open_is_described_and_bears_any_shape() -> None:
    text = Like("a text in capitals", lambda other: other.isupper())

    assert "<a text in capitals>" == repr(text)
    assert [True, False, False] == [text == other for other in ("A", "a", 1)]


@pytest.fixture(scope="module")
def lookalike(dataset: Dataset) -> Iterator[Lookalike]:
    """What does not say that it is an emulator."""
    server = Lookalike(dataset, {})
    with threaded(server):
        yield server


@pytest.mark.parametrize(
    "url",
    [
        *("", "127.0.0.1:9010", "ftp://127.0.0.1", "http://", "https:///api"),
        *("http://127.0.0.1:port", "http://127.0.0.1:0", "http://127.0.0.1:65536"),
        *("http://[::1", "http://me:secret@127.0.0.1", "http://127.0.0.1/?a=1"),
        *("http://127.0.0.1/#a", "http://127.0.0.1/ api"),
        *("http://127.0.0.1/\r\nX-Other: 1", "http://b\u00fccher.example"),
    ],
)
def test_what_is_no_base_url_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(TargetError, match=r"is no base URL: give one such as https://"):
        target_at(url, KEY)


def test_where_nobody_listens_there_is_no_target() -> None:
    with pytest.raises(TargetError, match=r"nothing to check at http://127.*refused"):
        target_at(f"http://127.0.0.1:{free_port()}", KEY)


@pytest.mark.parametrize(
    "key", ["", " ", "two words", "line\nbreak", "k\u00e9y", "k" * 201]
)
def test_a_live_api_needs_a_key_that_fits_into_a_header(
    lookalike: Lookalike, key: str
) -> None:
    with pytest.raises(TargetError, match=r"^a live API needs an API key .*--api-key"):
        target_at(lookalike.url, key)


def test_what_does_not_say_that_it_is_an_emulator_is_live(lookalike: Lookalike) -> None:
    lookalike.keys.clear()
    target = target_at(lookalike.url, KEY)

    assert target.is_live
    assert [""] == lookalike.keys  # the key is not sent to find out


def test_an_emulator_is_not_live_and_its_url_may_end_in_a_slash(
    lookalike: Lookalike,
) -> None:
    url = lookalike.emulator.url
    target = target_at(f"{url}/", "")

    assert (url, False) == (target.url, target.is_live)


def test_a_key_is_not_shown(lookalike: Lookalike) -> None:
    target = target_at(lookalike.url, KEY)

    assert KEY not in f"{target!r} {target.vendor()!r}"
