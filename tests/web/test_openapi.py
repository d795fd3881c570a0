"""The OpenAPI document: valid, the same as what it describes, and served."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from reachapi_emulator.contacts.fields import BY_FILTER, BY_PRESET, RECORD_KEYS
from reachapi_emulator.contacts.query import MAX_VALUES
from reachapi_emulator.vendor.errors import ReachApiError
from reachapi_emulator.web.application import openapi_document
from support import conformance
from support.client import COUNTS, CREDITS, FETCH, PRESETS, Api, Serve
from support.conformance import (
    check_answer,
    error_of,
    operations,
    see_delivery,
    validator,
)
from support.contacts import contacts, record
from support.surface import given, promised
from support.surfaces import VENDOR

PATH = "/openapi.json"
COMPONENTS = openapi_document()["components"]
SCHEMAS = COMPONENTS["schemas"]
OPERATIONS = {(method, path): operation for method, path, operation in operations()}


def refusals(
    kind: type[ReachApiError] = ReachApiError,
) -> Iterator[type[ReachApiError]]:
    """Yield every refusal that there is."""
    for heir in kind.__subclasses__():
        yield heir
        yield from refusals(heir)


def examples(node: Any, place: str = "#") -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 # a node of the document
    """Yield the place, schema and value of each example at or below a node."""
    if isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield place, node["schema"], node["example"]
        if "schema" in node and "examples" in node:
            for name, example in node["examples"].items():
                yield f"{place}/{name}", node["schema"], example["value"]
    below: Iterable[tuple[object, Any]] = ()
    if isinstance(node, list | dict):
        below = enumerate(node) if isinstance(node, list) else node.items()
    for key, each in below:
        yield from examples(each, f"{place}/{key}")


EXAMPLES = {
    place: (schema, value) for place, schema, value in examples(openapi_document())
}


def test_the_document_is_openapi_3_1() -> None:
    errors = OpenAPIV31SpecValidator(openapi_document()).iter_errors()

    assert [] == [error.message for error in errors]


def test_paths_and_methods_are_those_that_are_served() -> None:
    """HEAD is a GET without its body, and goes without saying (RFC 9110, 9.3.2)."""
    served = {(each.method, each.path) for each in VENDOR if each.method != "HEAD"}

    assert served == set(OPERATIONS)


def test_every_response_and_body_with_a_schema_of_its_own_has_an_example() -> None:
    places = {place.partition("/content")[0] for place in EXAMPLES}
    named = {f"#/components/responses/{name}" for name in COMPONENTS["responses"]}
    bodies = {f"#/components/requestBodies/{name}" for name in ("Counts", "Fetch")}

    assert set() == (named | bodies) - places


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_fits_its_schema(place: str) -> None:
    schema, value = EXAMPLES[place]

    assert "" == error_of(validator(schema), value)


PROPERTIES = {
    "a record": (SCHEMAS["Record"], RECORD_KEYS),
    "a filter": (SCHEMAS["Filter"], BY_FILTER),
    "presets": (COMPONENTS["parameters"]["Presets"]["schema"], BY_PRESET),
}


@pytest.mark.parametrize(("schema", "names"), PROPERTIES.values(), ids=PROPERTIES)
def test_a_schema_has_the_names_of_the_table_and_no_other(
    schema: Any,  # noqa: ANN401 # a node of the document
    names: Any,  # noqa: ANN401 # in their order
) -> None:
    assert list(names) == list(schema["properties"])
    assert schema["additionalProperties"] is False


def test_a_record_needs_all_its_keys() -> None:
    assert list(RECORD_KEYS) == SCHEMAS["Record"]["required"]


def test_a_masked_record_hides_all_but_five_keys() -> None:
    """Ruling 19."""
    hidden = SCHEMAS["MaskedRecord"]["allOf"][1]["properties"]

    assert [
        "id",
        "contact_job_title_1",
        "company_address_city",
        "company_address_state",
        "company_address_country",
    ] == [key for key in RECORD_KEYS if key not in hidden]


def test_a_field_has_no_more_values_than_are_read() -> None:
    assert MAX_VALUES == SCHEMAS["Wanted"]["maxProperties"]


@pytest.mark.parametrize("refusal", [*refusals()], ids=lambda refusal: refusal.__name__)
def test_every_refusal_is_a_response_of_the_document(
    refusal: type[ReachApiError],
) -> None:
    told = {"status": refusal.status, "message": refusal.message, "data": None}
    if refusal.status == 402:
        told["data"] = {"available_credit": 720, "requested_fetch_count": 2000}
    named = [
        response["content"]["application/json"]["schema"]
        for response in COMPONENTS["responses"].values()
    ]

    assert "" in [error_of(validator(schema), told) for schema in named]


async def test_it_is_served_as_json_without_a_key_limit_or_journal(
    serve: Serve,
) -> None:
    api = await serve(rate_limit=1)
    answers = [await api.call("GET", PATH) for _ in range(3)]

    assert (200, "application/json", openapi_document()) == given(answers[0])
    assert [200, 200] == [answer.status for answer in answers[1:]]
    assert [] == (await api.control("GET", "/requests"))["requests"]


async def test_another_method_is_405_with_those_that_are_allowed(api: Api) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await api.send(method, PATH)

        assert promised(405, "Method Not Allowed") == given(answer)
        assert "GET, HEAD" == answer.headers["Allow"]


async def test_an_operation_needs_a_key_as_the_document_says(api: Api) -> None:
    """Who has none is refused, but for the operations without a security scheme."""
    keyless = {each: OPERATIONS[each].get("security") == [] for each in OPERATIONS}
    statuses = {each: (await api.send(*each)).status for each in OPERATIONS}

    assert {each: 200 if free else 401 for each, free in keyless.items()} == statuses


JSON = {"content-type": "application/json"}
ANSWER = {"status": 200, "message": "success", "data": {"available_credit": 5}}
DELIVERY = {"unique_processing_id": 1300, "event": "data_notification", "data": []}
SECRET = {**JSON, "webhook_secret_key": "secret"}


def envelope(status: int, message: str, data: object = None) -> bytes:
    """Return a body in the envelope."""
    return orjson.dumps({"status": status, "message": message, "data": data})


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("POST", CREDITS, 200, orjson.dumps(ANSWER)),
        ("POST", f"{COUNTS}?x=1", 401, envelope(401, "Unauthorized")),
        ("GET", f"{PRESETS}?job_title=dev", 404, envelope(404, "Not Found")),
        ("HEAD", PRESETS, 404, b""),
        ("POST", CREDITS, 503, envelope(503, "Service Unavailable")),
        ("OPTIONS", CREDITS, 204, b""),
        ("POST", "/_emulator/reset", 200, b"null"),
    ],
)
def test_the_check_of_answers_bears_one_that_fits(
    method: str, target: str, status: int, body: bytes
) -> None:
    check_answer(method, target, status, {"Content-Type": JSON["content-type"]}, body)


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("POST", CREDITS, 200, orjson.dumps({**ANSWER, "more": 1})),
        ("POST", CREDITS, 200, envelope(200, "Success", ANSWER["data"])),
        ("POST", CREDITS, 200, envelope(200, "success", {"available_credit": -1})),
        ("POST", COUNTS, 401, envelope(401, "unauthorized")),
        ("POST", COUNTS, 401, envelope(403, "Unauthorized")),
        ("POST", COUNTS, 200, envelope(200, "success", {"counts": 0})),
        ("GET", PRESETS, 404, envelope(404, "Page Not Found")),
        ("HEAD", PRESETS, 404, envelope(404, "Not Found")),
        ("POST", FETCH, 402, envelope(402, "Insufficient credit balance")),
        ("POST", CREDITS, 503, envelope(503, "Service Unavailable", [])),
        ("POST", CREDITS, 201, envelope(201, "success")),
        ("PUT", CREDITS, 405, envelope(405, "Method Not Allowed")),  # without Allow
    ],
)
def test_the_check_of_answers_fails_one_that_does_not_fit(
    method: str, target: str, status: int, body: bytes
) -> None:
    with pytest.raises(AssertionError, match=f"{method} {target}: {status}"):
        check_answer(method, target, status, JSON, body)


def test_the_check_of_answers_fails_another_type() -> None:
    headers = {"Content-Type": "text/plain"}

    with pytest.raises(AssertionError, match="Content-Type is text/plain"):
        check_answer("POST", CREDITS, 200, headers, orjson.dumps(ANSWER))


@pytest.mark.parametrize(
    ("headers", "body", "faults"),
    [
        (SECRET, {**DELIVERY, "data": [record(contacts()[0])]}, 0),
        (JSON, DELIVERY, 1),
        ({**SECRET, "webhook_secret_key": ""}, DELIVERY, 1),
        ({"webhook_secret_key": "secret"}, DELIVERY, 1),
        (SECRET, {**DELIVERY, "event": "data"}, 1),
        (SECRET, {**DELIVERY, "more": 1}, 1),
        (SECRET, {**DELIVERY, "data": [{"id": 1}]}, 1),
    ],
)
def test_the_check_of_deliveries_notes_what_does_not_fit(
    headers: dict[str, str], body: object, faults: int
) -> None:
    see_delivery(headers, orjson.dumps(body))
    noted = len(conformance.unfit)
    conformance.unfit.clear()

    assert faults == noted
