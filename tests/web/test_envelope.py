"""Results and refusals as the vendor's JSON (rulings 1 to 3)."""

import orjson
import pytest
from aiohttp import web
from pyroaring import BitMap

from reachapi_emulator.vendor import errors
from reachapi_emulator.vendor.payload import Records
from reachapi_emulator.web.http import StreamedRecords, Success, answer, refusal
from support.people import people

REFUSALS: list[tuple[errors.ReachApiError, int, str]] = [
    (errors.BadRequest("Missing parameter filter"), 400, "Missing parameter filter"),
    (errors.WebhookInactive(), 400, "Webhook feature is inactive"),
    (errors.StillProcessing(), 400, "Request is still being processed"),
    (errors.Unauthorized(), 401, "Unauthorized"),
    (errors.Forbidden(), 403, "Forbidden"),
    (errors.NotFound(), 404, "Not Found"),
    (errors.PageNotFound(), 404, "Page Not Found"),
    (errors.MethodNotAllowed(["POST"]), 405, "Method Not Allowed"),
    (errors.PayloadTooLarge(), 413, "Payload Too Large"),
    (errors.TooManyRequests(), 429, "Too many requests"),
    (errors.ServerError(), 500, "Server Error"),
]


def written(response: web.Response) -> bytes:
    """Return the body of a response."""
    assert isinstance(response.body, bytes)
    return response.body


def test_a_result_is_written_in_the_order_of_the_page() -> None:
    """status, message, data."""
    response = answer(Success("success", {"available_credit": 720}))

    expected = b'{"status":200,"message":"success","data":{"available_credit":720}}'
    assert expected == written(response)


def test_ready_made_json_is_taken_over_as_it_is() -> None:
    """Prepared records are not serialised again."""
    response = answer(Success("success", orjson.Fragment(b"[ 1 ]")))

    assert written(response).endswith(b'"data":[ 1 ]}')


def test_records_are_streamed_in_the_envelope() -> None:
    """Not joined beforehand."""
    response = answer(Success("success", Records(people(None), BitMap([0]))))

    start = b'{"status":200,"message":"success","data":[{"id":1,'
    assert isinstance(response.body, StreamedRecords)
    assert b"".join(response.body.payload).startswith(start)
    assert (200, "application/json") == (
        response.status,
        response.headers["Content-Type"],
    )


def test_a_result_has_status_200_and_json_alone_as_its_type() -> None:
    """No charset follows: JSON has but one."""
    response = answer(Success("Success", []))

    assert (200, "application/json") == (
        response.status,
        response.headers["Content-Type"],
    )


@pytest.mark.parametrize(("error", "status", "message"), REFUSALS)
def test_a_refusal_repeats_its_status_and_has_no_data(
    error: errors.ReachApiError, status: int, message: str
) -> None:
    """Every refusal but one carries null."""
    response = refusal(error)

    expected = {"status": status, "message": message, "data": None}
    assert (status, expected) == (response.status, orjson.loads(written(response)))


@pytest.mark.parametrize(("error", "status", "message"), REFUSALS)
def test_a_refusal_is_json(
    error: errors.ReachApiError, status: int, message: str
) -> None:
    """As a result is."""
    del status, message

    assert "application/json" == refusal(error).headers["Content-Type"]


def test_insufficient_credit_carries_both_figures() -> None:
    """The page's sample."""
    response = refusal(errors.InsufficientCredit(720, 2000))

    data = {"available_credit": 720, "requested_fetch_count": 2000}
    expected = {"status": 402, "message": "Insufficient credit balance", "data": data}
    assert expected == orjson.loads(written(response))


def test_a_method_not_allowed_says_which_are() -> None:
    """HTTP requires the Allow header."""
    response = refusal(errors.MethodNotAllowed(["GET", "HEAD"]))

    assert "GET, HEAD" == response.headers["Allow"]


def test_no_other_refusal_has_an_allow_header() -> None:
    """It belongs to 405."""
    assert "Allow" not in refusal(errors.NotFound()).headers
