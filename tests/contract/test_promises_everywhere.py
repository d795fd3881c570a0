"""What holds at every endpoint: the envelope, the key, the path, the method."""

import json

import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, CREDITS, FETCH, PRESETS
from support.contract.client import Vendor
from support.surface import C_SUITE, promised

WRONG_KEY = "reachapi-contract-suite-no-such-key"
UNAUTHORIZED = promised(401, "Unauthorized")
SEARCH = f"{PRESETS}?job_title=dev"
FREE = (
    pytest.param("GET", SEARCH, b"", id="presets"),
    pytest.param("POST", CREDITS, b"", id="credits"),
    pytest.param("POST", COUNTS, json.dumps({"filter": C_SUITE}).encode(), id="counts"),
)
"""A request that would succeed, of each operation that costs nothing."""

free = pytest.mark.parametrize(("method", "path", "body"), FREE)


@pytest.mark.promise("Ruling 1")
@free
def test_a_success_comes_in_the_envelope(
    vendor: Vendor, method: str, path: str, body: bytes
) -> None:
    """JSON of status, message and data, the status that of HTTP."""
    answer = vendor.send(method, path, body)

    assert (200, "application/json", {"status", "message", "data"}, 200) == (
        answer.status,
        answer.media_type,
        set(answer.body),
        answer.body["status"] if isinstance(answer.body, dict) else None,
    )


@pytest.mark.promise("Ruling 2")
@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        pytest.param(*case.values, message, id=str(case.id))
        for case, message in zip(FREE, ("Success", "success", "success"), strict=True)
    ],
)
def test_a_success_has_the_message_of_the_page(
    vendor: Vendor, method: str, path: str, body: bytes, message: str
) -> None:
    """With its capital, or without."""
    answer = vendor.send(method, path, body)

    assert {"status": 200, "message": message, "data": answer.data} == answer.body


@pytest.mark.promise("HTTP Return Codes: 401")
@free
@pytest.mark.parametrize("key", [None, WRONG_KEY], ids=["no key", "wrong key"])
def test_without_a_good_key_it_is_unauthorized(
    vendor: Vendor, method: str, path: str, body: bytes, key: str | None
) -> None:
    """401 `Unauthorized`, whether the key is missing or wrong."""
    assert UNAUTHORIZED == vendor.under(key).send(method, path, body).given


@pytest.mark.promise("Ruling 4")
@pytest.mark.parametrize("key", [None, WRONG_KEY], ids=["no key", "wrong key"])
def test_the_key_of_a_fetch_is_checked_before_its_body(
    vendor: Vendor, key: str | None
) -> None:
    """401, although fetchCount and filter are missing: nothing can be spent."""
    assert UNAUTHORIZED == vendor.under(key).post(FETCH, {}).given


@pytest.mark.promise("API Key")
def test_a_key_in_the_query_is_no_key(vendor: Vendor) -> None:
    """The header alone counts."""
    path = f"{SEARCH}&X-API-Key={WRONG_KEY}"

    assert UNAUTHORIZED == vendor.under(None).get(path).given


@pytest.mark.promise("HTTP Return Codes: 404")
@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/no-such-endpoint",
        CREDITS.replace("retrive", "retrieve"),
    ],
)
def test_a_mistyped_path_is_not_found(vendor: Vendor, path: str) -> None:
    """404 `Page Not Found`."""
    assert promised(404, "Page Not Found") == vendor.post(path, {}).given


@pytest.mark.promise("Ruling 4")
def test_the_path_is_checked_before_the_key(vendor: Vendor) -> None:
    """A path that there is not is 404 to everybody."""
    answer = vendor.under(None).get("/api/v2/no-such-endpoint")

    assert promised(404, "Page Not Found") == answer.given


@pytest.mark.promise("Ruling 3")
@pytest.mark.parametrize("path", [CREDITS, COUNTS, COUNTS_OF_SAMPLES, FETCH])
def test_another_method_is_not_allowed(vendor: Vendor, path: str) -> None:
    """405 with `Allow`, in the envelope."""
    answer = vendor.get(path)

    assert (*promised(405, "Method Not Allowed"), "POST") == (
        *answer.given,
        answer.headers.get("Allow"),
    )
