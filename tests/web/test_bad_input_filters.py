"""JSON that the endpoints of the page cannot take: counts, filters, values."""

import orjson
import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, FETCH
from support.raw import Address, ask, request
from support.serving import Serve
from support.surfaces import envelope_flaw
from support.threaded import DEMO

pytest_plugins = ["support.sturdy"]

MAX_ANSWER = 500
"""What a refusal repeats of a body, it repeats in short."""

MISSHAPEN = {
    "array": b"[]",
    "text": b'"x"',
    "number": b"1",
    "null": b"null",
    "true": b"true",
    "field of NUL": b'{"\\u0000":{}}',
    "field of nothing": b'{"":{}}',
    "long field": b'{"' + b"x" * 100_000 + b'":{}}',
    "array of values": b'{"job_title":["x"]}',
    "bare value": b'{"job_title":"x"}',
    "no values": b'{"job_title":null}',
    "value of null": b'{"job_title":{"0":null}}',
    "value of true": b'{"job_title":{"0":true}}',
    "value of values": b'{"job_title":{"0":{"0":"x"}}}',
    "deep": b'{"job_title":' + b"[" * 900 + b"]" * 900 + b"}",
    "duplicate, the last one wrong": b'{"job_title":{},"job_title":[]}',
    "too many values": b'{"job_title":{%b}}'
    % b",".join(b'"%d":""' % number for number in range(2_000)),
}
NO_COUNTS = (
    *(b"0", b"-0", b"-1", b"1.0", b"1e3", b"1.5", b"-1e308", b"1e-300"),
    *(b"%d" % number for number in (2**64, 10**30, -(2**63), -(10**30))),
    *(b'"1"', b"true", b"null", b"[]", b"[1]", b"{}", b'"\\u0000"'),
)
UNKNOWN_VALUES = (
    *(b"-0", b"-0.0", b"1e308", b"1e-300", b"%d" % 2**64, b"-%d" % 10**30),
    *(b'""', b'"\\u0000"', b'"' + b"9" * 9_999 + b'"'),
    '"\u202e\U0001f4a5\u0130\xdf"'.encode(),
)


@pytest.mark.parametrize("filters", MISSHAPEN.values(), ids=MISSHAPEN)
@pytest.mark.parametrize("path", [COUNTS, COUNTS_OF_SAMPLES, FETCH])
def test_a_filter_of_another_shape(
    unharmed: Address, path: str, filters: bytes
) -> None:
    """A filter that does not have the page's shape is refused (ruling 13)."""
    body = b'{"fetchCount":1,"filter":%b}' % filters
    reply = ask(unharmed, request("POST", path, body, DEMO))

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert len(reply.body) <= MAX_ANSWER


@pytest.mark.parametrize("value", UNKNOWN_VALUES, ids=lambda value: repr(value[:9]))
@pytest.mark.parametrize("field", ["sic_code", "company_address_zipcode", "job_title"])
def test_a_value_that_nobody_has(unharmed: Address, field: str, value: bytes) -> None:
    """Absurd numbers and texts are values like others: nobody has them (ruling 12)."""
    body = b'{"filter":{"%b":{"0":%b}}}' % (field.encode(), value)
    reply = ask(unharmed, request("POST", COUNTS, body, DEMO))

    assert (200, 0) == (reply.status, reply.json["data"]["counts"])


def test_unknown_keys_beside_the_filter(unharmed: Address) -> None:
    """Keys that the page does not name change nothing, however odd they are."""
    body = b'{"\\u0000":1e308,"":[[[]]],"filter":{"sic_code":{"0":"none"}},"id":null}'
    reply = ask(unharmed, request("POST", COUNTS, body, DEMO))

    assert (200, 0) == (reply.status, reply.json["data"]["counts"])


@pytest.mark.parametrize("count", NO_COUNTS)
def test_a_fetch_count_that_is_none(unharmed: Address, count: bytes) -> None:
    """Anything but a whole number from 1 is a missing fetchCount (ruling 20)."""
    body = b'{"fetchCount":%b,"filter":{}}' % count
    reply = ask(unharmed, request("POST", FETCH, body, DEMO))

    assert (400, "") == (reply.status, envelope_flaw(reply))
    assert "Required fetchCount and filter" == reply.json["message"]


@pytest.mark.parametrize("count", [10**12, 2**31, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_fetch_count_beyond_all_credit(unharmed: Address, count: int) -> None:
    """The largest whole numbers are told back as more than there is (ruling 23)."""
    body = orjson.dumps({"fetchCount": count, "filter": {}})
    reply = ask(unharmed, request("POST", FETCH, body, DEMO))

    assert (402, "") == (reply.status, envelope_flaw(reply))
    assert count == reply.json["data"]["requested_fetch_count"]


async def test_unknown_fields_that_are_deep(serve: Serve) -> None:
    """What the lenient setting ignores is ignored however deep it is (ruling 13)."""
    api = await serve(lenient=True)
    body = b'{"fetchCount":1,"filter":{"x":%b}}' % (b"[" * 900 + b"]" * 900)
    answer = await api.call("POST", FETCH, data=body)
    job = answer.json["data"]["unique_processing_id"]

    assert {} == (await api.wait(job))["filter"]
