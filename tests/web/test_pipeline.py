"""Around every request of the vendor's surface: paths, methods, faults of our own."""

import gzip
import logging
from io import BytesIO

import pytest

from reachapi_emulator.vendor.accounts import Accounts
from support.api import (
    BATCH,
    COUNTS,
    COUNTS_OF_SAMPLES,
    CREDITS,
    FETCH,
    FETCH_DATA,
    PRESETS,
    Api,
)
from support.serving import Serve
from support.surface import SAMPLES, Sample, ask, given, promised

PATHS = (PRESETS, CREDITS, COUNTS, COUNTS_OF_SAMPLES, FETCH, FETCH_DATA, BATCH)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ALLOWED = dict.fromkeys([PRESETS, BATCH], "GET, HEAD")
NOT_ALLOWED = [
    (method, path)
    for path in PATHS
    for method in METHODS
    if method not in ALLOWED.get(path, "POST").split(", ")
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_every_sample_of_the_page_succeeds(api: Api, sample: Sample) -> None:
    """200 in the envelope, with the vendor's own message."""
    answer = await ask(api, sample)

    assert promised(200, sample.message, answer.json["data"]) == given(answer)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_the_envelope_has_its_keys_in_the_order_of_the_page(
    api: Api, sample: Sample
) -> None:
    """status, message, data, and nothing else."""
    assert ["status", "message", "data"] == list((await ask(api, sample)).json)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_what_accept_says_plays_no_part(api: Api, sample: Sample) -> None:
    """The answer is JSON even to who would rather have something else."""
    answer = await ask(api, sample, {"Accept": "text/html"})

    assert "application/json" == answer.headers["Content-Type"]


@pytest.mark.parametrize(("method", "path"), NOT_ALLOWED)
async def test_another_method_is_405_and_told_which_are_allowed(
    api: Api, method: str, path: str
) -> None:
    """OPTIONS is another method too: the page knows nothing of CORS."""
    answer = await api.call(method, path)

    assert (405, ALLOWED.get(path, "POST")) == (
        answer.status,
        answer.headers["Allow"],
    )


@pytest.mark.parametrize("path", [PRESETS, FETCH])
async def test_a_method_not_allowed_is_said_in_the_envelope(
    api: Api, path: str
) -> None:
    """Ruling 3."""
    answer = await api.call("PUT", path)

    assert promised(405, "Method Not Allowed") == given(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v2",
        *(f"{path}/" for path in PATHS),
        *(f"/{path}" for path in PATHS),
        FETCH.upper(),
        "/api/v1/retrive/users/active/credits",
        "/api/v2/retrieve/users/active/credits",
        "/api/v2/retrive/users/active%2Fcredits",
        "/_emulators",
        "/favicon.ico",
        "/api/v2/%0Acredits",
        "/%00",
        "/%ff",
    ],
)
async def test_an_unknown_path_is_404_page_not_found(api: Api, path: str) -> None:
    """A slash too many and the right spelling of "retrive" are other paths."""
    answer = await api.call("POST", path)

    assert promised(404, "Page Not Found") == given(answer)


@pytest.mark.parametrize("method", METHODS)
async def test_an_unknown_path_is_404_by_any_method(api: Api, method: str) -> None:
    """Where nothing is served, no method is allowed."""
    answer = await api.call(method, "/api/v2/nothing")

    assert (404, "application/json") == (
        answer.status,
        answer.headers["Content-Type"],
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_a_fault_of_our_own_is_500_server_error(
    api: Api,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The client gets the page's message, the log the reason."""

    def fail(*_: object) -> None:
        raise RuntimeError("the reason")

    monkeypatch.setattr(Accounts, "identify", fail)
    with caplog.at_level(logging.ERROR, "reachapi_emulator.requests"):
        answer = await ask(api, sample)

    assert promised(500, "Server Error") == given(answer)
    assert "the reason" in caplog.text


async def test_a_body_over_a_mebibyte_is_413(api: Api) -> None:
    """Ruling 3, for a status that HTTP has and the page does not."""
    answer = await api.call("POST", COUNTS, data=BytesIO(b" " * (1024 * 1024 + 1)))

    assert promised(413, "Payload Too Large") == given(answer)


async def test_a_large_body_within_the_limit_is_read(serve: Serve) -> None:
    """White space around the JSON is part of the body."""
    api = await serve(counts_preview=0)
    body = b'{"filter":{}}'.ljust(1024 * 1024 - 1)

    assert 200 == (await api.call("POST", COUNTS, data=body)).status


async def test_a_compressed_body_is_read(api: Api) -> None:
    """What Content-Encoding announces is undone before the body is judged."""
    body, headers = gzip.compress(b'{"filter":{}}'), {"Content-Encoding": "gzip"}

    assert 200 == (await api.call("POST", COUNTS, data=body, headers=headers)).status


async def test_a_body_that_cannot_be_read_is_400(api: Api) -> None:
    """What is announced as compressed and is not cannot be undone."""
    headers = {"Content-Encoding": "gzip"}
    answer = await api.call("POST", COUNTS, data=b'{"filter":{}}', headers=headers)

    assert promised(400, answer.json["message"]) == given(answer)
    assert answer.json["message"].startswith("Request body cannot be read")
