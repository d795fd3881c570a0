import inspect

import pytest

from reachapi_emulator.vendor import errors
from reachapi_emulator.vendor.errors import (
    BadRequest,
    Forbidden,
    InsufficientCredit,
    MethodNotAllowed,
    NotFound,
    PageNotFound,
    PayloadTooLarge,
    ReachApiError,
    ServerError,
    StillProcessing,
    TooManyRequests,
    Unauthorized,
    WebhookInactive,
)

DOCUMENTED = [
    (BadRequest(), 400, "Bad Request"),
    (WebhookInactive(), 400, "Webhook feature is inactive"),
    (StillProcessing(), 400, "Request is still being processed"),
    (Unauthorized(), 401, "Unauthorized"),
    (InsufficientCredit(1, 2), 402, "Insufficient credit balance"),
    (Forbidden(), 403, "Forbidden"),
    (NotFound(), 404, "Not Found"),
    (PageNotFound(), 404, "Page Not Found"),
    (MethodNotAllowed(("GET",)), 405, "Method Not Allowed"),
    (PayloadTooLarge(), 413, "Payload Too Large"),
    (TooManyRequests(), 429, "Too many requests"),
    (ServerError(), 500, "Server Error"),
]


@pytest.mark.parametrize(("error", "status", "message"), DOCUMENTED)
def test_a_refusal_has_its_status_and_message(
    error: ReachApiError, status: int, message: str
) -> None:
    """Rulings 2 and 3, to the letter."""
    assert (status, message) == (error.status, error.message)


@pytest.mark.parametrize("error", [error for error, *_ in DOCUMENTED])
def test_a_refusal_reads_as_its_message(error: ReachApiError) -> None:
    """In a log, say."""
    assert error.message == str(error)


def test_every_refusal_is_documented() -> None:
    """The table above holds them all."""
    every = {
        error
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, ReachApiError) and error is not ReachApiError
    }

    assert every == {type(error) for error, *_ in DOCUMENTED}


def test_a_refusal_can_say_more() -> None:
    """What is missing, say."""
    error = BadRequest("Missing parameter filter")

    assert ("Missing parameter filter", 400) == (error.message, error.status)
    assert "Bad Request" == BadRequest().message


def test_insufficient_credit_says_how_much_there_is() -> None:
    """Ruling 2: and how much was asked for."""
    expected = {"available_credit": 3, "requested_fetch_count": 5}

    assert expected == InsufficientCredit(3, 5).data


@pytest.mark.parametrize(
    "error",
    [error for error, *_ in DOCUMENTED if not isinstance(error, InsufficientCredit)],
)
def test_other_refusals_carry_no_data(error: ReachApiError) -> None:
    """Their data is null."""
    assert error.data is None


def test_a_method_that_is_not_allowed_names_those_that_are() -> None:
    """For the Allow header."""
    assert ("GET", "HEAD") == MethodNotAllowed(["GET", "HEAD"]).allowed


@pytest.mark.parametrize(
    ("special", "general"), [(WebhookInactive, BadRequest), (PageNotFound, NotFound)]
)
def test_a_special_refusal_is_one_of_a_general_kind(
    special: type[ReachApiError], general: type[ReachApiError]
) -> None:
    """Who catches the one catches the other."""
    assert issubclass(special, general)
