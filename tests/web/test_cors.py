"""Cross-origin sharing, over real sockets: off, by origin, and for any."""

from io import BytesIO

import pytest

from support.api import COUNTS, CREDITS, FETCH, PRESETS, Answer, Api
from support.serving import Serve
from support.surface import SAMPLES, Sample, ask, given, promised, statuses

ORIGIN = "http://localhost:3000"
PAGE = {"Origin": ORIGIN}
OTHERS = [
    "http://localhost:3001",
    "https://localhost:3000",
    "http://localhost:30001",
    "http://localhost:3000.example.com",
    "http://LOCALHOST:3000",
    "http://localhost",
    "null",
    "*",
    "",
]


def preflight(origin: str = ORIGIN, method: str = "POST") -> dict[str, str]:
    """Return the headers with which a browser asks."""
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,x-api-key",
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


async def test_by_default_nothing_is_shared(api: Api) -> None:
    """An answer to a page is one like any other."""
    assert {} == shared(await api.call("POST", CREDITS, headers=PAGE))


async def test_by_default_a_preflight_is_another_method(api: Api) -> None:
    """It is 405, and nothing in it allows a page to go on."""
    answer = await api.send("OPTIONS", CREDITS, headers=preflight())

    assert promised(405, "Method Not Allowed") == given(answer)
    assert {} == shared(answer)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_a_preflight_is_told_what_is_allowed(
    sharing: Api, sample: Sample
) -> None:
    """The methods of the path and the headers of the page, without a key."""
    answer = await sharing.send("OPTIONS", sample.path, headers=preflight())

    assert (204, b"") == (answer.status, answer.body)
    assert {
        "Vary": "Origin",
        "Allow-Origin": ORIGIN,
        "Allow-Methods": {"GET": "GET, HEAD", "POST": "POST"}[sample.method],
        "Allow-Headers": "X-API-Key, webhook_secret_key, Content-Type, Accept",
        "Max-Age": "600",
    } == shared(answer)


async def test_a_preflight_of_an_unknown_path_lets_its_404_be_read(
    sharing: Api,
) -> None:
    """A page is told of a misspelt path, not of a failed connection."""
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
    asks = {"Access-Control-Request-Private-Network": "true"}
    answer = await sharing.send("OPTIONS", CREDITS, headers={**preflight(), **asks})

    assert "true" == shared(answer)["Allow-Private-Network"]


async def test_options_without_a_question_is_no_preflight(sharing: Api) -> None:
    """It is another method, and a page may read so."""
    answer = await sharing.send("OPTIONS", CREDITS, headers=PAGE)

    assert promised(405, "Method Not Allowed") == given(answer)
    assert {"Vary": "Origin", "Allow-Origin": ORIGIN} == shared(answer)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_every_endpoint_is_shared(sharing: Api, sample: Sample) -> None:
    """With the origin that asked, so that its page may read the answer."""
    answer = await ask(sharing, sample, headers=PAGE)

    assert 200 == answer.status
    assert {"Vary": "Origin", "Allow-Origin": ORIGIN} == shared(answer)


async def test_every_refusal_is_shared(sharing: Api) -> None:
    """A page can tell them apart, as every other client can."""
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
    """A page sees no other header than those that it is shown by name."""
    api = await serve(cors=(ORIGIN,), rate_limit=1, rate_limit_headers=True)
    await api.freeze()
    answers = [await api.call("POST", CREDITS, headers=PAGE) for _ in range(2)]
    limits = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"

    assert [200, 429] == list(statuses(answers))
    assert [limits, f"{limits}, Retry-After"] == [
        shared(answer)["Expose-Headers"] for answer in answers
    ]


@pytest.mark.parametrize("origin", OTHERS)
async def test_for_another_origin_sharing_is_off(sharing: Api, origin: str) -> None:
    """Its preflight is 405; a cache is told that the origin made the difference."""
    asked = await sharing.send("OPTIONS", CREDITS, headers=preflight(origin))
    answer = await sharing.call("POST", CREDITS, headers={"Origin": origin})

    assert [405, 200] == [asked.status, answer.status]
    assert [{"Vary": "Origin"}] * 2 == [shared(asked), shared(answer)]


async def test_without_an_origin_there_is_nothing_to_share(sharing: Api) -> None:
    """As for every client that is no browser."""
    assert {"Vary": "Origin"} == shared(await sharing.call("POST", CREDITS))


async def test_each_of_several_origins_is_allowed(serve: Serve) -> None:
    """And told its own name alone."""
    origins = (ORIGIN, "http://127.0.0.1:5173")
    api = await serve(cors=origins)
    answers = [
        await api.call("POST", CREDITS, headers={"Origin": origin})
        for origin in origins
    ]

    assert list(origins) == [shared(answer)["Allow-Origin"] for answer in answers]


@pytest.mark.parametrize("origin", ["http://localhost:3000", "null"])
async def test_any_origin_can_be_allowed(serve: Serve, origin: str) -> None:
    """`*` is that of a file on the disk too; the answer is the same for all."""
    api = await serve(cors=("*",))
    asked = await api.send("OPTIONS", CREDITS, headers=preflight(origin))
    answer = await api.call("POST", CREDITS, headers={"Origin": origin})

    assert (204, "*") == (asked.status, shared(asked)["Allow-Origin"])
    assert {"Allow-Origin": "*"} == shared(answer)


async def test_cookies_are_never_asked_for(serve: Serve) -> None:
    """The API knows a key and no cookie."""
    api = await serve(cors=("*",))
    answer = await api.send("OPTIONS", CREDITS, headers=preflight())

    assert "Allow-Credentials" not in shared(answer)


@pytest.mark.parametrize("path", ["/_emulator/health", "/_emulator/nowhere"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_the_control_api_is_never_shared(
    serve: Serve, method: str, path: str
) -> None:
    """A page that anybody wrote must not turn what a tester may."""
    api = await serve(cors=("*",))

    assert {} == shared(await api.send(method, path, headers=preflight()))
