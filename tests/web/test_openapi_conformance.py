"""What holds answers and deliveries against the document notices what does not fit."""

import orjson
import pytest

from support import conformance
from support.api import COUNTS, CREDITS, FETCH, PRESETS
from support.conformance import check_answer, see_delivery
from support.contacts import contacts, record

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
def test_an_answer_that_fits(
    method: str, target: str, status: int, body: bytes
) -> None:
    """Nothing is said of it, nor of what the document does not describe."""
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
        ("PUT", CREDITS, 405, envelope(405, "Method Not Allowed")),
    ],
)
def test_an_answer_that_does_not_fit(
    method: str, target: str, status: int, body: bytes
) -> None:
    """It fails the test that got it; the last has no Allow."""
    with pytest.raises(AssertionError, match=f"{method} {target}: {status}"):
        check_answer(method, target, status, JSON, body)


def test_an_answer_of_another_type() -> None:
    """It fails the test, whatever its body holds."""
    with pytest.raises(AssertionError, match="Content-Type is text/plain"):
        check_answer(
            *("POST", CREDITS, 200),
            {"Content-Type": "text/plain"},
            orjson.dumps(ANSWER),
        )


def noticed(headers: dict[str, str], body: object) -> int:
    """Return how many things were wrong with a delivery, and forget them."""
    see_delivery(headers, orjson.dumps(body))
    count = len(conformance.unfit)
    conformance.unfit.clear()
    return count


def test_a_delivery_that_fits() -> None:
    """Nothing is noted."""
    body = {**DELIVERY, "data": [record(contacts()[0])]}

    assert 0 == noticed(SECRET, body)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, DELIVERY),
        ({**SECRET, "webhook_secret_key": ""}, DELIVERY),
        ({"webhook_secret_key": "secret"}, DELIVERY),
        (SECRET, {**DELIVERY, "event": "data"}),
        (SECRET, {**DELIVERY, "more": 1}),
        (SECRET, {**DELIVERY, "data": [{"id": 1}]}),
    ],
)
def test_a_delivery_that_does_not_fit(headers: dict[str, str], body: object) -> None:
    """It is noted, for the end of the test to tell."""
    assert 1 == noticed(headers, body)
