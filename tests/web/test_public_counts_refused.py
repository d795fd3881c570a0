"""Counts API, over real sockets: what it refuses."""

import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, Api
from support.contacts import contacts
from support.serving import Serve
from support.surface import given, promised

MISSING = promised(400, "Missing parameter filter")
OBJECT_OF_VALUES = (
    'Filter field \'job_title\' must be an object of values, such as {"0": "…"}'
)
TEXT_OR_NUMBER = "Filter field 'job_title': every value must be text or a number"


@pytest.mark.parametrize("path", [COUNTS, COUNTS_OF_SAMPLES])
async def test_without_filter_the_message_is_that_of_the_page(
    api: Api, path: str
) -> None:
    """Both paths answer alike."""
    assert MISSING == given(await api.call("POST", path, json={}))


@pytest.mark.parametrize("value", [None, [], ["C-Suite"], "C-Suite", 5, True, 0.5])
async def test_a_filter_of_the_wrong_type_is_missing(api: Api, value: object) -> None:
    """Only an object is a filter."""
    answer = await api.call("POST", COUNTS, json={"filter": value})

    assert MISSING == given(answer)


@pytest.mark.parametrize("name", ["Filter", "filters", " filter", ""])
async def test_a_filter_of_another_name_is_missing(api: Api, name: str) -> None:
    """The name counts to the letter."""
    assert MISSING == given(await api.call("POST", COUNTS, json={name: {}}))


@pytest.mark.parametrize("body", [None, b"", b" \r\n"])
async def test_without_a_body_the_filter_is_missing(
    api: Api, body: bytes | None
) -> None:
    """Nothing was sent, so that nothing could be malformed."""
    assert MISSING == given(await api.call("POST", COUNTS, data=body))


@pytest.mark.parametrize(
    "body",
    [
        b"filter=C-Suite",
        b'{"filter": {}',
        b'{"filter": {},}',
        b"{'filter': {}}",
        b'{"filter": NaN}',
        b'{"filter": {"job_title_level": {"0" = "C-Suite"}}}',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"filter": {"job_title": {"0": "\xff"}}}',
        b"\x00",
        b"[" * 5000,
    ],
)
async def test_what_is_not_json_is_refused_and_said_to_be(
    api: Api, body: bytes
) -> None:
    """400, whatever the bytes; the Ruby sample with its "=" is among them."""
    answer = await api.call("POST", COUNTS, data=body)

    assert promised(400, answer.json["message"]) == given(answer)
    assert answer.json["message"].startswith("Request body is not valid JSON: ")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"filter"', b"1", b"true"])
async def test_json_that_is_no_object_is_refused_and_said_to_be(
    api: Api, body: bytes
) -> None:
    """400 with a message of its own."""
    answer = await api.call("POST", COUNTS, data=body)

    assert promised(400, "Request body must be a JSON object") == given(answer)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"],
)
async def test_the_content_type_plays_no_part(api: Api, content_type: str) -> None:
    """The body is read as JSON, as curl sends it by default."""
    headers = {"Content-Type": content_type}
    answer = await api.call("POST", COUNTS, data=b'{"filter":{}}', headers=headers)

    assert (200, len(contacts())) == (answer.status, answer.json["data"]["counts"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("colour", "Unknown filter field 'colour'"),
        (
            "job_titel",
            "Unknown filter field 'job_titel': did you mean 'job_title'?",
        ),
        (
            "Job_Title",
            "Unknown filter field 'Job_Title': did you mean 'job_title'?",
        ),
        (
            "tech_keyword",
            "Unknown filter field 'tech_keyword': did you mean 'tech_keywords'?",
        ),
        ("x" * 5000, f"Unknown filter field '{'x' * 64}…'"),
    ],
)
async def test_an_unknown_field_is_refused_and_named(
    api: Api, name: str, message: str
) -> None:
    """The one that was meant is named too, if one is near."""
    answer = await api.call("POST", COUNTS, json={"filter": {name: {"0": "x"}}})

    assert promised(400, message) == given(answer)


async def test_lenient_ignores_unknown_fields(serve: Serve) -> None:
    """The fields that are known still select."""
    api = await serve(lenient=True)
    wanted = {"colour": {"0": "red"}, "company_name": {"0": "DataCaptive"}}
    answer = await api.call("POST", COUNTS, json={"filter": wanted})

    assert (200, 9) == (answer.status, answer.json["data"]["counts"])


@pytest.mark.parametrize("value", [None, [], ["manager"], "manager", 5, True])
async def test_a_field_that_is_no_object_is_refused_and_named(
    api: Api, value: object
) -> None:
    """A list of values is the likeliest mistake."""
    answer = await api.call("POST", COUNTS, json={"filter": {"job_title": value}})

    assert promised(400, OBJECT_OF_VALUES) == given(answer)


@pytest.mark.parametrize("value", [None, True, [], ["manager"], {}, {"0": "manager"}])
async def test_a_value_neither_text_nor_number_is_refused_with_its_field(
    api: Api, value: object
) -> None:
    """One bad value among good ones is enough."""
    values = {"0": "manager", "1": value}
    answer = await api.call("POST", COUNTS, json={"filter": {"job_title": values}})

    assert promised(400, TEXT_OR_NUMBER) == given(answer)
