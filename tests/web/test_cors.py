"""Cross-origin sharing: off, by origin, for any."""

from io import BytesIO

import pytest

from support.client import COUNTS, CREDITS, FETCH, PRESETS, Answer, Api, Serve
from support.surface import SAMPLES, ask, given, promised, statuses

ORIGIN = "http://localhost:3000"
PAGE = {"Origin": ORIGIN}
SHARED = {"Vary": "Origin", "Allow-Origin": ORIGIN}
OTHERS = (
    "http://localhost:3001",
    "https://localhost:3000",
    "http://localhost:30001",
    "http://localhost:3000.example.com",
    "http://LOCALHOST:3000",
    "http://localhost",
    "null",
    "*",
    "",
)


def preflight(origin: str = ORIGIN, **more: str) -> dict[str, str]:
    """Return the headers with which a browser asks; more of them by their ends."""
    asks = "Access-Control-Request-"
    return {
        "Origin": origin,
        f"{asks}Method": "POST",
        f"{asks}Headers": "content-type,x-api-key",
        **{asks + name.replace("_", "-"): value for name, value in more.items()},
    }


def shared(answer: Answer) -> dict[str, str]:
    """Return the headers that speak of sharing, without their common prefix."""
    return {
        name.removeprefix("Access-Control-"): value
        for name, value in answer.headers.items()
        if name.startswith("Access-Control-") or name == "Vary"
    }


@pytest.fixture
async def sharing(serve: Serve) -> Api:
    """A client to an emulator that one origin may call."""
    return await serve(cors=(ORIGIN,))


@pytest.fixture
async def open_to_all(serve: Serve) -> Api:
    """A client to an emulator that every origin may call."""
    return await serve(cors=("*",))


async def test_by_default_nothing_is_shared_and_a_preflight_is_another_method(
    api: Api,
) -> None:
    answer = await api.call("POST", CREDITS, headers=PAGE)
    asked = await api.send("OPTIONS", CREDITS, headers=preflight())

    assert promised(405, "Method Not Allowed") == given(asked)
    assert [{}, {}] == [shared(answer), shared(asked)]


async def test_every_endpoint_and_its_preflight_are_shared(sharing: Api) -> None:
    """The methods of the path and the headers of the page, without a key."""
    for sample in SAMPLES:
        asked = await sharing.send("OPTIONS", sample.path, headers=preflight())
        answer = await ask(sharing, sample, headers=PAGE)

        assert (204, b"") == (asked.status, asked.body)
        assert {
            **SHARED,
            "Allow-Methods": {"GET": "GET, HEAD", "POST": "POST"}[sample.method],
            "Allow-Headers": "X-API-Key, webhook_secret_key, Content-Type, Accept",
            "Max-Age": "600",
        } == shared(asked)
        assert (200, SHARED) == (answer.status, shared(answer))


async def test_a_preflight_of_an_unknown_path_lets_its_404_be_read(
    sharing: Api,
) -> None:
    answer = await sharing.send("OPTIONS", "/nowhere", headers=preflight())

    assert 204 == answer.status
    assert "GET, HEAD, POST" == shared(answer)["Allow-Methods"]


async def test_a_preflight_counts_for_nothing(serve: Serve) -> None:
    """Neither the rate limit nor the journal knows of it."""
    api = await serve(cors=(ORIGIN,), rate_limit=1)
    await api.freeze()
    for _ in range(3):
        await api.call("OPTIONS", CREDITS, headers=preflight())
    answer = await api.call("POST", CREDITS)
    asked = (await api.control("GET", "/requests"))["requests"]

    assert 200 == answer.status
    assert ["POST"] == [row["method"] for row in asked]


async def test_a_private_network_may_be_asked_for(sharing: Api) -> None:
    """As some browsers do for a page of elsewhere that calls this machine."""
    headers = preflight(Private_Network="true")
    answer = await sharing.send("OPTIONS", CREDITS, headers=headers)

    assert "true" == shared(answer)["Allow-Private-Network"]


async def test_options_without_a_question_is_no_preflight(sharing: Api) -> None:
    answer = await sharing.send("OPTIONS", CREDITS, headers=PAGE)

    assert promised(405, "Method Not Allowed") == given(answer)
    assert SHARED == shared(answer)


async def test_every_refusal_is_shared(sharing: Api) -> None:
    unknown, long = {**PAGE, "X-API-Key": "unknown"}, BytesIO(b" " * 2**20 + b" ")
    dear = {"fetchCount": 20_000, "filter": {}}
    answers = [
        await sharing.call("POST", COUNTS, json=[], headers=PAGE),
        await sharing.call("POST", CREDITS, headers=unknown),
        await sharing.call("POST", FETCH, json=dear, headers=PAGE),
        await sharing.call("GET", f"{PRESETS}?job_title=no such", headers=PAGE),
        await sharing.call("POST", "/nowhere", headers=PAGE),
        await sharing.call("PUT", CREDITS, headers=PAGE),
        await sharing.call("POST", COUNTS, data=long, headers=PAGE),
    ]

    assert [400, 401, 402, 404, 404, 405, 413] == list(statuses(answers))
    assert [ORIGIN] * 7 == [shared(answer).get("Allow-Origin") for answer in answers]


async def test_what_tells_of_the_limit_is_exposed(serve: Serve) -> None:
    api = await serve(cors=(ORIGIN,), rate_limit=1, rate_limit_headers=True)
    await api.freeze()
    answers = [await api.call("POST", CREDITS, headers=PAGE) for _ in range(2)]
    limits = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"

    assert [200, 429] == list(statuses(answers))
    assert [limits, f"{limits}, Retry-After"] == [
        shared(answer)["Expose-Headers"] for answer in answers
    ]


async def test_for_another_origin_or_none_sharing_is_off(sharing: Api) -> None:
    """Its preflight is 405; a cache is told that the origin made the difference."""
    assert {"Vary": "Origin"} == shared(await sharing.call("POST", CREDITS))
    sharing.key = "test-others"
    for origin in OTHERS:
        asked = await sharing.send("OPTIONS", CREDITS, headers=preflight(origin))
        answer = await sharing.call("POST", CREDITS, headers={"Origin": origin})

        assert [405, 200] == [asked.status, answer.status]
        assert [{"Vary": "Origin"}] * 2 == [shared(asked), shared(answer)]


async def test_each_of_several_origins_is_told_its_own_name_alone(serve: Serve) -> None:
    origins = [ORIGIN, "http://127.0.0.1:5173"]
    api = await serve(cors=tuple(origins))
    answers = [
        await api.call("POST", CREDITS, headers={"Origin": origin})
        for origin in origins
    ]

    assert origins == [shared(answer)["Allow-Origin"] for answer in answers]


@pytest.mark.parametrize("origin", [ORIGIN, "null"])
async def test_any_origin_can_be_allowed_and_cookies_are_never_asked_for(
    open_to_all: Api, origin: str
) -> None:
    """`*` is that of a file on the disk too; the answer is the same for all."""
    asked = await open_to_all.send("OPTIONS", CREDITS, headers=preflight(origin))
    answer = await open_to_all.call("POST", CREDITS, headers={"Origin": origin})

    assert (204, "*") == (asked.status, shared(asked)["Allow-Origin"])
    assert {"Allow-Origin": "*"} == shared(answer)
    assert "Allow-Credentials" not in shared(asked)


@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator/nowhere"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_the_control_api_is_never_shared(
    open_to_all: Api, method: str, path: str
) -> None:
    assert {} == shared(await open_to_all.send(method, path, headers=preflight()))


BLOCKED = "TypeError"
