"""Bodies that are no JSON, of another type, too deep, or too long."""

import gzip

import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, FETCH, FETCH_DATA
from support.bodies import NO_NUMBERS, NO_TEXTS
from support.raw import Address, Headers, Reply, ask, request
from support.surfaces import (
    CONTROL,
    FORMS,
    VENDOR,
    Endpoint,
    envelope_flaw,
    flaw,
    shown,
)
from support.threaded import DEMO

pytest_plugins = ["support.sturdy"]

MIB = 1024 * 1024
BOMB = gzip.compress(b" " * 10 * MIB)
PACKED = {"Content-Encoding": "gzip"}
FILTERED = (COUNTS, COUNTS_OF_SAMPLES, FETCH, FETCH_DATA)
NO_JSON = {
    "bare word": b"hello",
    "form": b"filter=%7B%7D&fetchCount=1",
    "cut off": b'{"filter":{',
    "two": b"{}{}",
    "single quotes": b"{'filter':{}}",
    "trailing comma": b'{"filter":{},}',
    "comment": b"{/* */}",
    "NUL": b"\x00",
    "NUL around": b"\x00{}\x00",
    "NUL inside": b'{"fil\x00ter":{}}',
    "UTF-16": '{"filter":{}}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"filter":{}}',
    "Latin-1": '{"filter":{"café":{}}}'.encode("latin-1"),
    "overlong UTF-8": b'{"\xc0\xaf":1}',
    "surrogate in UTF-8": b'{"\xed\xa0\x80":1}',
    "lone surrogate": b'{"\\ud800":1}',
    "swapped surrogates": b'{"\\udc00\\ud800":1}',
    "deep array": b"[" * 100_000,
    "deep object": b'{"filter":' * 100_000,
    "deep and closed": b"[" * 2_000 + b"]" * 2_000,
    "gzip": gzip.compress(b'{"filter":{}}'),
    **{f"number {number[:9]!r}": b'{"a":%b}' % number for number in NO_NUMBERS},
    **{f"text {text[:9]!r}": b'{"a":%b}' % text for text in NO_TEXTS},
}


def post(address: Address, body: bytes) -> dict[str, Reply]:
    """Send a body to every endpoint that reads one."""
    return {path: ask(address, request("POST", path, body, DEMO)) for path in FILTERED}


def verdicts(
    address: Address, body: bytes, headers: Headers | None = None
) -> dict[Endpoint, tuple[int, str]]:
    """Send a body to every control form; return the statuses and what is wrong."""
    replies = {
        form: ask(address, request(form.method, form.target, body, headers))
        for form in FORMS
    }
    return {
        form: (reply.status, flaw(reply, form.target))
        for form, reply in replies.items()
    }


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json(unharmed: Address, body: bytes) -> None:
    """A body that is no JSON is refused as such (ruling 5)."""
    replies = post(unharmed, body)

    assert dict.fromkeys(FILTERED, (400, "", "Request body is not valid JSON")) == {
        path: (reply.status, envelope_flaw(reply), reply.json["message"][:30])
        for path, reply in replies.items()
    }


@pytest.mark.parametrize(
    "body", [b"[]", b"[{}]", b'"filter"', b"1", b"-0", b"1e308", b"true", b"null"]
)
def test_what_is_no_object(unharmed: Address, body: bytes) -> None:
    """Any other JSON than an object is refused as such (ruling 5)."""
    replies = post(unharmed, body)

    assert dict.fromkeys(FILTERED, (400, "", "Request body must be a JSON object")) == {
        path: (reply.status, envelope_flaw(reply), reply.json["message"])
        for path, reply in replies.items()
    }


@pytest.mark.parametrize("body", [b"", b"  \r\n\t "])
def test_an_empty_body(unharmed: Address, body: bytes) -> None:
    """A body of nothing lacks what the page asks for (rulings 2 and 5)."""
    replies = post(unharmed, body)

    assert {
        COUNTS: (400, "", "Missing parameter filter"),
        COUNTS_OF_SAMPLES: (400, "", "Missing parameter filter"),
        FETCH: (400, "", "Required fetchCount and filter"),
        FETCH_DATA: (400, "", "Required fetchCount and filter"),
    } == {
        path: (reply.status, envelope_flaw(reply), reply.json["message"])
        for path, reply in replies.items()
    }


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_a_form_that_is_no_json(unharmed: Address, body: bytes) -> None:
    """A control form that is no JSON is refused with the reason."""
    assert dict.fromkeys(FORMS, (400, "")) == verdicts(unharmed, body)


@pytest.mark.parametrize("body", [b'"a"', b"1", b"true", b"null", b'[["id"]]', b"[1]"])
def test_a_form_of_another_type(unharmed: Address, body: bytes) -> None:
    """A control form that is no object, or for a script no list, is refused."""
    assert dict.fromkeys(FORMS, (400, "")) == verdicts(unharmed, body)


def test_a_form_of_ten_megabytes(unharmed: Address) -> None:
    """A control form of 10 MB is refused with 413."""
    body = b'{"name":"' + b"a" * 10 * MIB + b'"}'

    assert dict.fromkeys(FORMS, (413, "")) == verdicts(unharmed, body)


def test_a_form_that_unpacks_to_ten_megabytes(unharmed: Address) -> None:
    """A control form is as large as what it unpacks to."""
    assert dict.fromkeys(FORMS, (413, "")) == verdicts(unharmed, BOMB, PACKED)


@pytest.mark.parametrize("path", FILTERED)
def test_a_body_that_unpacks_to_ten_megabytes(unharmed: Address, path: str) -> None:
    """A body is as large as what it unpacks to."""
    reply = ask(unharmed, request("POST", path, BOMB, {**DEMO, **PACKED}))

    assert (413, "") == (reply.status, envelope_flaw(reply))


@pytest.mark.parametrize("endpoint", VENDOR, ids=shown)
def test_ten_megabytes(unharmed: Address, endpoint: Endpoint) -> None:
    """A body of 10 MB is refused with 413, by endpoints that need none too."""
    body = b'{"filter":{"a":"' + b"a" * 10 * MIB + b'"}}'
    reply = ask(unharmed, request(endpoint.method, endpoint.path, body, DEMO))

    assert 413 == reply.status
    assert "" == envelope_flaw(reply, bodiless=endpoint.method == "HEAD")


@pytest.mark.parametrize("endpoint", CONTROL, ids=shown)
def test_ten_megabytes_to_any_route(sturdy: Address, endpoint: Endpoint) -> None:
    """Ten megabytes of NUL are answered in shape by every control route."""
    data = request(endpoint.method, endpoint.target, b"\x00" * 10 * MIB)

    assert "" == flaw(ask(sturdy, data), endpoint.target)
