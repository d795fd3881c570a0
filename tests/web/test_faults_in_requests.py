"""What a struck request is answered, and which requests are struck."""

import pytest

from support.api import CREDITS, FETCH, PRESETS, Api
from support.faulty import noted, rule
from support.flow import ledger
from support.serving import Serve
from support.steering import under
from support.surface import SAMPLES, Sample, ask, available, given, promised

SDK = "/v1/predefined/retrieve-data/get-country"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (402, "Insufficient credit balance"),
        (403, "Forbidden"),
        (404, "Page Not Found"),
        (405, "Method Not Allowed"),
        (413, "Payload Too Large"),
        (429, "Too many requests"),
        (500, "Server Error"),
        (502, "Bad Gateway"),
        (503, "Service Unavailable"),
        (599, "Status 599"),
    ],
)
async def test_a_status_is_answered_in_the_envelope(
    api: Api, status: int, message: str
) -> None:
    """In the vendor's words where it has some; the journal names the rule."""
    number = await rule(api, "status", status=status)

    answer = await api.call("POST", CREDITS)

    assert promised(status, message) == given(answer)
    assert [(status, message, number)] == await noted(api)


@pytest.mark.parametrize(
    ("body", "requested"), [(b'{"fetchCount": 7}', 7), (b"[]", 1), (b"{", 1), (b"", 1)]
)
async def test_402_to_a_fetch_tells_of_the_credits(
    api: Api, body: bytes, requested: int
) -> None:
    """As of an account that has none left."""
    await rule(api, "status", status=402)

    answer = await api.call("POST", FETCH, data=body)

    data = {"available_credit": 0, "requested_fetch_count": requested}
    assert promised(402, "Insufficient credit balance", data) == given(answer)


async def test_404_to_a_search_is_that_nothing_was_found(api: Api) -> None:
    """As presets says it."""
    await rule(api, "status", status=404)

    answer = await api.call("GET", f"{PRESETS}?job_title=dev")

    assert promised(404, "Not Found") == given(answer)


async def test_405_says_what_is_allowed(api: Api) -> None:
    """As HTTP demands."""
    await rule(api, "status", status=405)

    assert "POST" == (await api.call("POST", CREDITS)).headers["Allow"]


@pytest.mark.parametrize("sample", SAMPLES)
async def test_every_operation_can_be_struck(api: Api, sample: Sample) -> None:
    """A rule without an operation is meant for all."""
    await rule(api, "status", status=500)

    assert promised(500, "Server Error") == given(await ask(api, sample))


async def test_a_struck_fetch_costs_nothing(api: Api) -> None:
    """It is not acted upon."""
    await rule(api, "status", status=500)
    await api.call("POST", FETCH, json={"fetchCount": 3, "filter": {}})
    await api.control("DELETE", "/faults")

    assert [] == await api.control("GET", "/jobs")
    assert 10_000 == await available(api)
    assert 1 == len(await ledger(api))


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [("wrong", CREDITS, 401), ("demo-api-key", "/nowhere", 404)],
)
async def test_what_is_refused_anyway_is_not_struck(
    api: Api, key: str, path: str, status: int
) -> None:
    """Path, method and key are checked before."""
    await rule(api, "status", status=503)

    assert status == (await under(api, key).call("POST", path)).status
    assert [0] == [each["struck"] for each in await api.control("GET", "/faults")]


async def test_the_limit_is_counted_all_the_same(serve: Serve) -> None:
    """A struck request was admitted, and one that is not is not struck."""
    api = await serve(rate_limit=2)
    await api.freeze()
    await rule(api, "status", status=503)

    answers = [await api.call("POST", CREDITS) for _ in range(3)]

    assert [503, 503, 429] == [answer.status for answer in answers]


async def test_only_the_account_that_is_meant_is_struck(api: Api) -> None:
    """So that parallel tests do not disturb each other."""
    await rule(api, "status", status=503, account="test-a")

    answers = [await each.call("POST", CREDITS) for each in (under(api, "test-a"), api)]

    assert [503, 200] == [answer.status for answer in answers]


async def test_only_the_operation_that_is_meant_is_struck(api: Api) -> None:
    """The others are answered."""
    await rule(api, "status", status=503, operation="presets")

    answers = [await ask(api, sample) for sample in SAMPLES]

    assert [503, 200, 200, 200, 200] == [answer.status for answer in answers]


async def test_a_request_without_a_key_can_be_struck(api: Api) -> None:
    """The Java SDK sends none; a rule for an account is not meant for it."""
    await rule(api, "status", status=500, account="demo")
    await rule(api, "status", status=503, operation="sdk")

    assert promised(503, "Service Unavailable") == given(await api.send("GET", SDK))


async def test_control_is_never_struck(api: Api) -> None:
    """It could not be helped otherwise."""
    await rule(api, "EMPTY_RESPONSE")

    assert "ok" == (await api.control("GET", "/health"))["status"]
