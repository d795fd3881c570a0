"""The /_emulator routes as a whole: which there are, and whose rules they meet."""

from collections import defaultdict

import pytest

from reachapi_emulator.web.control import ROUTES
from support.api import CREDITS, Api
from support.serving import Serve
from support.steering import ask, refused, under

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def _allowed() -> dict[str, set[str]]:
    """Return the methods of every path."""
    allowed: dict[str, set[str]] = defaultdict(set)
    for route in ROUTES:
        allowed[route.path].add(route.method)
    return allowed


def _concrete(path: str) -> str:
    """Return a path with something in the place of every {name}."""
    names = {"account": "demo", "job": "1300", "name": "hook", "fault": "1"}
    return path.format(**names, file="main.js")


@pytest.mark.parametrize(("path", "allowed"), sorted(_allowed().items()))
async def test_a_method_that_a_path_does_not_have_is_not_allowed(
    api: Api, path: str, allowed: set[str]
) -> None:
    """405; body and Allow say what is."""
    listed = ", ".join(sorted(allowed))
    for method in set(METHODS) - allowed:
        answer = await ask(api, method, _concrete(path))

        assert (405, listed) == (answer.status, answer.headers["Allow"])
        assert {"error": f"method not allowed: use {listed}"} == answer.json


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/health/", "//health", "/accounts/demo/nowhere", "/%FF"],
)
async def test_a_path_that_is_not_there_is_not_found(api: Api, path: str) -> None:
    """404 names it and the page that lists what is there."""
    found = f"there is no /_emulator{path}: see docs/control-api.md"

    assert (404, found) == await refused(api, "GET", path)


async def test_a_path_that_only_looks_alike_is_the_vendors(api: Api) -> None:
    """It is answered in the vendor's envelope."""
    answer = await api.send("GET", "/_emulators")

    assert (404, "Page Not Found") == (answer.status, answer.json["message"])


@pytest.mark.parametrize("status", [200, 404])
async def test_every_answer_is_json(api: Api, status: int) -> None:
    """A refusal as well."""
    answer = await ask(api, "GET", "/health" if status == 200 else "/nowhere")

    assert (status, "application/json") == (
        answer.status,
        answer.headers["Content-Type"],
    )


@pytest.mark.parametrize("key", [None, "", "wrong", "demo-api-key"])
async def test_control_meets_no_key_check(api: Api, key: str | None) -> None:
    """No key, a wrong one, and one whose account is suspended will do."""
    await api.control("PATCH", "/accounts/demo", {"suspended": True})

    answer = await under(api, "" if key is None else key).send(
        "GET", "/_emulator/accounts", headers={} if key is None else {"X-API-Key": key}
    )

    assert 200 == answer.status


async def test_control_opens_no_account(api: Api) -> None:
    """A `test-` key in a control request is no use of it."""
    key = {"X-API-Key": "test-a"}

    await api.send("GET", "/_emulator/health", headers=key)

    assert ["demo"] == [a["id"] for a in await api.control("GET", "/accounts")]


async def test_control_meets_no_limiter(serve: Serve) -> None:
    """It is answered however often it is asked, and uses nothing up."""
    api = await serve(rate_limit=1)
    await api.freeze()

    control = [
        await api.send("GET", "/_emulator/health", headers={"X-API-Key": str(api.key)})
        for _ in range(5)
    ]
    calls = [await api.call("POST", CREDITS) for _ in range(2)]
    control.append(await ask(api, "GET", "/health"))

    assert [200] * 6 == [answer.status for answer in control]
    assert [200, 429] == [answer.status for answer in calls]


async def test_head_is_answered_as_get_without_a_body(api: Api) -> None:
    """Health checks of some tools ask by HEAD."""
    answer = await api.send("HEAD", "/_emulator/health")

    assert (200, b"") == (answer.status, answer.body)
