"""Data Fetch API, over real sockets: bodies that it refuses."""

import pytest

from support.api import FETCH, Api
from support.surface import C_SUITE, given, promised

MISSING = promised(400, "Required fetchCount and filter")
BUT_NO_COUNT = [None, "5", "", 0, -1, 5.0, 0.5, True, False, [], [5], {}, {"0": 5}]


@pytest.mark.parametrize("value", BUT_NO_COUNT, ids=repr)
async def test_a_fetch_count_that_is_no_integer_from_1_is_missing(
    api: Api, value: object
) -> None:
    """Ruling 20: neither text nor 5.0 nor true is taken for an integer."""
    body = {"fetchCount": value, "filter": C_SUITE}

    assert MISSING == given(await api.call("POST", FETCH, json=body))


@pytest.mark.parametrize("value", [None, [], ["C-Suite"], "C-Suite", 5, True, 0.5])
async def test_a_filter_of_the_wrong_type_is_missing(api: Api, value: object) -> None:
    """Only an object is a filter."""
    body = {"fetchCount": 5, "filter": value}

    assert MISSING == given(await api.call("POST", FETCH, json=body))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fetchCount": 5},
        {"filter": C_SUITE},
        {"fetchcount": 5, "filter": C_SUITE},
        {"fetch_count": 5, "filter": C_SUITE},
        {"fetchCount": 5, "Filter": C_SUITE},
    ],
)
async def test_without_fetch_count_or_filter_the_message_is_that_of_the_page(
    api: Api, body: object
) -> None:
    """The names count to the letter."""
    assert MISSING == given(await api.call("POST", FETCH, json=body))


@pytest.mark.parametrize("body", [None, b"", b"\r\n"])
async def test_without_a_body_both_are_missing(api: Api, body: bytes | None) -> None:
    """Nothing was sent, so that nothing could be malformed."""
    assert MISSING == given(await api.call("POST", FETCH, data=body))


async def test_what_is_not_json_is_refused_and_said_to_be(api: Api) -> None:
    """400 with a message of its own."""
    answer = await api.call("POST", FETCH, data=b'{"fetchCount": 5, "filter": }')

    assert 400 == answer.status
    assert answer.json["message"].startswith("Request body is not valid JSON: ")


async def test_json_that_is_no_object_is_refused_and_said_to_be(api: Api) -> None:
    """400 with a message of its own."""
    answer = await api.call("POST", FETCH, json=[{"fetchCount": 5, "filter": C_SUITE}])

    assert promised(400, "Request body must be a JSON object") == given(answer)


async def test_a_filter_is_judged_as_for_counts(api: Api) -> None:
    """An unknown field is refused by name."""
    body = {"fetchCount": 5, "filter": {"job_titel": {"0": "manager"}}}
    message = "Unknown filter field 'job_titel': did you mean 'job_title'?"

    assert promised(400, message) == given(await api.call("POST", FETCH, json=body))
