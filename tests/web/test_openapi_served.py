"""The OpenAPI document over real sockets: beside the vendor's surface."""

import pytest

from reachapi_emulator.web.application import openapi_document
from support.api import Api
from support.conformance import operations
from support.serving import Serve
from support.surface import given, promised

PATH = "/openapi.json"
OPERATIONS = {(method, path): operation for method, path, operation in operations()}


async def test_it_is_served_as_json_without_a_key(api: Api) -> None:
    """It is the document that was written."""
    answer = await api.send("GET", PATH)

    assert (200, "application/json") == (answer.status, answer.headers["Content-Type"])
    assert openapi_document() == answer.json


async def test_head_tells_its_size_without_a_body(api: Api) -> None:
    """As of any page."""
    whole = await api.send("GET", PATH)
    answer = await api.send("HEAD", PATH)

    assert (200, b"") == (answer.status, answer.body)
    assert whole.headers["Content-Length"] == answer.headers["Content-Length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_another_method_is_refused(api: Api, method: str) -> None:
    """In the envelope, with those that are allowed."""
    answer = await api.send(method, PATH)

    assert promised(405, "Method Not Allowed") == given(answer)
    assert "GET, HEAD" == answer.headers["Allow"]


async def test_it_does_not_count_against_the_limit(serve: Serve) -> None:
    """It is no request to the vendor."""
    api = await serve(rate_limit=1)

    assert [200] * 3 == [(await api.call("GET", PATH)).status for _ in range(3)]


async def test_the_journal_does_not_hold_it(api: Api) -> None:
    """It holds what the vendor would have been asked."""
    await api.call("GET", PATH)

    assert [] == (await api.control("GET", "/requests"))["requests"]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_an_operation_needs_a_key_as_the_document_says(
    api: Api, method: str, path: str
) -> None:
    """Who has none is refused, but for the operations without a security scheme."""
    keyless = OPERATIONS[method, path].get("security") == []

    assert (200 if keyless else 401) == (await api.send(method, path)).status
