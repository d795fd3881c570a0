"""What the journal notes of a request to the vendor's surface."""

import pytest

from support.api import COUNTS, CREDITS, FETCH, Api
from support.steering import ask, under


async def test_a_request_is_noted_with_its_answer(api: Api) -> None:
    """Who, when on its clock, what, and how it was answered."""
    await api.freeze()
    body = b'{"filter":{}}'
    await api.call("POST", COUNTS, data=body, headers={"X-Trace": "7"})

    (request,) = (await api.control("GET", "/requests"))["requests"]

    assert request.pop("duration_ms") > 0
    assert "7" == request.pop("headers")["X-Trace"]
    assert {
        "id": 1,
        "at": (await api.control("GET", "/clock"))["now"],
        "account": "demo",
        "operation": "counts",
        "method": "POST",
        "path": COUNTS,
        "body": body.decode(),
        "status": 200,
        "message": "success",
        "fault": None,
    } == request


async def test_a_refused_request_is_noted(api: Api) -> None:
    """Without an account where no key tells whose it is."""
    await under(api, "wrong").call("POST", CREDITS)
    await api.call("GET", "/nowhere?a=1")

    journal = await api.control("GET", "/requests")

    assert [
        (None, "credits", CREDITS, 401, "Unauthorized"),
        (None, None, "/nowhere?a=1", 404, "Page Not Found"),
    ] == [
        (r["account"], r["operation"], r["path"], r["status"], r["message"])
        for r in journal["requests"]
    ]


async def test_keys_and_secrets_are_masked(api: Api) -> None:
    """Their headers are there, their values are not."""
    secret = {
        "webhook_secret_key": "demo-webhook-secret",
        "Authorization": "Bearer private",
        "Cookie": "session=private",
    }
    await api.call("POST", FETCH, json={}, headers=secret)

    (request,) = (await api.control("GET", "/requests"))["requests"]

    named = {name.lower(): value for name, value in request["headers"].items()}
    names = ("x-api-key", "webhook_secret_key", "authorization", "cookie")
    assert ["****"] * 4 == [named[name] for name in names]
    assert "demo-api-key" not in str(request)


@pytest.mark.parametrize(
    ("body", "noted"),
    [
        (b"x" * 5_000, "x" * 4_096),
        (b"\xff{", "\N{REPLACEMENT CHARACTER}{"),
        (b"a\x00b", "a\x00b"),
    ],
    ids=["long", "no UTF-8", "NUL"],
)
async def test_any_body_is_noted(api: Api, body: bytes, noted: str) -> None:
    """At most 4,096 bytes of it, undecodable ones replaced."""
    await api.call("POST", COUNTS, data=body)

    (request,) = (await api.control("GET", "/requests"))["requests"]

    assert noted == request["body"]


async def test_control_requests_are_not_noted(api: Api) -> None:
    """The journal is about the client under test."""
    await api.control("GET", "/accounts")
    await ask(api, "GET", "/nowhere")

    assert [] == (await api.control("GET", "/requests"))["requests"]


async def test_a_key_that_strayed_into_the_url_is_masked(api: Api) -> None:
    """A beginner's mistake is not written down in clear."""
    await api.send("GET", "/api/v2/nowhere?x=1&X-API-Key=demo-api-key")

    (noted,) = (await api.control("GET", "/requests"))["requests"]

    assert "/api/v2/nowhere?x=1&X-API-Key=****" == noted["path"]
