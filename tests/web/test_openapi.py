"""The OpenAPI document: valid, and the same as the tables it describes."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from reachapi_emulator.contacts.fields import BY_FILTER, BY_PRESET, RECORD_KEYS
from reachapi_emulator.contacts.query import MAX_VALUES
from reachapi_emulator.vendor.errors import ReachApiError
from reachapi_emulator.web.application import openapi_document
from reachapi_emulator.web.vendor_api import OPERATIONS
from support.conformance import error_of, operations, validator

COMPONENTS = openapi_document()["components"]
SCHEMAS = COMPONENTS["schemas"]


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
        for key, below in node.items():
            yield from examples(below, f"{place}/{key}")
    elif isinstance(node, list):
        for number, below in enumerate(node):
            yield from examples(below, f"{place}/{number}")


EXAMPLES = {
    place: (schema, value) for place, schema, value in examples(openapi_document())
}


def test_the_document_is_valid() -> None:
    """It is OpenAPI 3.1."""
    errors = OpenAPIV31SpecValidator(openapi_document()).iter_errors()

    assert [] == [error.message for error in errors]


def test_paths_and_methods_are_those_of_the_routes() -> None:
    """HEAD is a GET without its body, and goes without saying (RFC 9110, 9.3.2)."""
    served = {
        (method, path)
        for operation in OPERATIONS
        for path in operation.paths
        for method in operation.methods
        if method != "HEAD"
    }

    assert served == {(method, path) for method, path, _ in operations()}


def test_the_examples_are_found() -> None:
    """Every response and body with a schema of its own has at least one."""
    places = {place.partition("/content")[0] for place in EXAMPLES}
    named = {f"#/components/responses/{name}" for name in COMPONENTS["responses"]}
    bodies = {f"#/components/requestBodies/{name}" for name in ("Counts", "Fetch")}

    assert set() == (named | bodies) - places


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_fits_its_schema(place: str) -> None:
    """Or it would teach what is not so."""
    schema, value = EXAMPLES[place]

    assert "" == error_of(validator(schema), value)


def test_a_record_has_the_keys_of_the_page() -> None:
    """All 28 of them, in its order, and no other."""
    record = SCHEMAS["Record"]

    assert list(RECORD_KEYS) == record["required"] == list(record["properties"])
    assert record["additionalProperties"] is False


def test_a_masked_record_says_what_is_hidden() -> None:
    """All but the five keys that counts show (ruling 19)."""
    hidden = SCHEMAS["MaskedRecord"]["allOf"][1]["properties"]

    assert [
        "id",
        "contact_job_title_1",
        "company_address_city",
        "company_address_state",
        "company_address_country",
    ] == [key for key in RECORD_KEYS if key not in hidden]


def test_a_filter_has_the_fields_of_ruling_14() -> None:
    """In its order, and no other."""
    wanted = SCHEMAS["Filter"]

    assert list(BY_FILTER) == list(wanted["properties"])
    assert wanted["additionalProperties"] is False


def test_presets_have_the_parameters_of_ruling_14() -> None:
    """In its order, and no other."""
    presets = COMPONENTS["parameters"]["Presets"]["schema"]

    assert list(BY_PRESET) == list(presets["properties"])
    assert presets["additionalProperties"] is False


def test_a_field_has_no_more_values_than_are_read() -> None:
    """The limit is in the schema."""
    assert MAX_VALUES == SCHEMAS["Wanted"]["maxProperties"]


@pytest.mark.parametrize("refusal", [*refusals()], ids=lambda refusal: refusal.__name__)
def test_every_refusal_has_its_envelope(refusal: type[ReachApiError]) -> None:
    """Its status and message are those of a response in the document."""
    told = {"status": refusal.status, "message": refusal.message, "data": None}
    if refusal.status == 402:
        told["data"] = {"available_credit": 720, "requested_fetch_count": 2000}
    named = [
        response["content"]["application/json"]["schema"]
        for response in COMPONENTS["responses"].values()
    ]

    assert "" in [error_of(validator(schema), told) for schema in named]
