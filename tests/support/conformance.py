"""What the OpenAPI document promises, held against every answer and delivery."""

from collections.abc import Iterator, Mapping
from functools import cache, reduce
from operator import getitem
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError

from reachapi_emulator.web.application import openapi_document

JSON = "application/json"
UNDOCUMENTED = {"405": {"$ref": "#/components/responses/MethodNotAllowed"}}
"""What a path answers to a method that the document does not give it."""

unfit: list[str] = []
"""What was wrong with deliveries; a receiver's own failure would go unseen."""


def check_answer(
    method: str, target: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """See that an answer is one that the document promises.

    A status that it does not list is one of a fault, and has the envelope.

    Args:
        method: of the request.
        target: its path and query; other paths than the document's promise nothing.
        status: of the answer.
        headers: of the answer, in any case.
        body: of the answer, as JSON.
    """
    path, _, _ = target.partition("?")
    if path not in openapi_document()["paths"] or method == "OPTIONS":
        return
    names = {name.lower(): value for name, value in headers.items()}
    problem = _problem(method, path, str(status), names, body)
    if problem:
        raise AssertionError(f"{method} {path}: {status} {body[:500]!r}: {problem}")


def see_delivery(headers: Mapping[str, str], body: bytes) -> None:
    """Note what is wrong with a delivery; the end of the test will tell.

    Args:
        headers: as they arrived, in any case.
        body: as JSON.
    """
    names = {name.lower(): value for name, value in headers.items()}
    if names.get("content-type") != JSON:
        unfit.append(f"Content-Type is {names.get('content-type')}")
    for name, validator in _delivery_headers().items():
        if not validator.is_valid(names.get(name)):
            unfit.append(f"header {name} is {names.get(name)!r}")
    if error := error_of(_delivery(), orjson.loads(body)):
        unfit.append(error)


def _problem(
    method: str, path: str, status: str, headers: Mapping[str, str], body: bytes
) -> str:
    response = _response("GET" if method == "HEAD" else method, path, status)
    if headers.get("content-type") != JSON:
        return f"Content-Type is {headers.get('content-type')}"
    if missing := {name.lower() for name in response.get("headers", ())} - {*headers}:
        return f"headers are missing: {missing}"
    if method == "HEAD":
        return f"{len(body)} bytes of body" if body else ""
    return error_of(_answer(method, path, status), orjson.loads(body))


@cache
def _response(method: str, path: str, status: str) -> Any:  # noqa: ANN401 # a node of the document
    """Return what an operation promises under a status; {} if it does not list it."""
    operation = resolved(openapi_document()["paths"][path]).get(method.lower())
    responses = UNDOCUMENTED if operation is None else operation["responses"]
    return resolved(responses.get(status, {}))


@cache
def _answer(method: str, path: str, status: str) -> Draft202012Validator:
    response = _response(method, path, status)
    if response:
        return validator(response["content"][JSON]["schema"])
    return validator({"$ref": "#/components/schemas/Refusal"})


@cache
def _delivery() -> Draft202012Validator:
    body = _webhook()["requestBody"]["content"][JSON]
    return validator(body["schema"])


@cache
def _delivery_headers() -> dict[str, Draft202012Validator]:
    parameters = _webhook()["parameters"]
    return {each["name"]: validator(each["schema"]) for each in parameters}


def _webhook() -> Any:  # noqa: ANN401 # a node of the document
    return openapi_document()["webhooks"]["data_notification"]["post"]


def operations() -> Iterator[tuple[str, str, Any]]:
    """Yield the method, path and description of each operation in the document."""
    for path, item in openapi_document()["paths"].items():
        for method, operation in resolved(item).items():
            yield method.upper(), path, operation


def resolved(node: Any) -> Any:  # noqa: ANN401 # a node of the document
    """Return what a node of the document refers to, or is."""
    while "$ref" in node:
        node = reduce(
            getitem, node["$ref"].removeprefix("#/").split("/"), openapi_document()
        )
    return node


def validator(schema: Mapping[str, object]) -> Draft202012Validator:
    """Return what holds values against a schema of the document."""
    return Draft202012Validator(
        {**schema, "components": openapi_document()["components"]}
    )


def error_of(validator: Draft202012Validator, instance: Any) -> str:  # noqa: ANN401 # any JSON
    """Return what is wrong with a value; nothing: ''."""
    try:
        validator.validate(instance)
    except ValidationError as error:
        return f"{error.message} at {error.instance_path}"
    return ""
