"""Requests made by the hundred, on every endpoint and every control route."""

import pytest
from hypothesis import given, strategies as st

from support.bodies import bodies, many, mutations
from support.client import (
    COUNTS,
    COUNTS_OF_SAMPLES,
    CREDITS,
    FETCH,
    FETCH_DATA,
    PRESETS,
    SDK,
)
from support.raw import Address, ask, request
from support.surfaces import (
    CONTROL,
    FORMS,
    NO_FORMS,
    OTHER_FORMS,
    VENDOR,
    Endpoint,
    envelope_flaw,
    flaw,
    shown,
)
from support.threaded import DEMO, state

pytestmark = pytest.mark.slow

pytest_plugins = ["support.sturdy"]

EXAMPLES = 8
GOOD = request("POST", CREDITS, b"", DEMO)
FILTER = {
    "job_title_level": {"0": "C-Suite"},
    "sic_code": {"0": 8082, "1": "111"},
    "company_name": {},
}
WANTED = {"filter": FILTER}
BODIES_OF_PAGE = {
    COUNTS: WANTED,
    COUNTS_OF_SAMPLES: WANTED,
    FETCH: {"fetchCount": 2, **WANTED},
    FETCH_DATA: {"fetchCount": 2, **WANTED},
}
UNLIKE = [each for each in VENDOR if SDK not in each.path or "sic" in each.path]
"""Endpoints of the vendor's, one of the Java SDK's eleven."""

STARTS = (b"/", b"/_emulator/", b"/_emulator/accounts/", b"*", b"http://")
DIGITS = set(b"0123456789")  # they might promise a body that never comes


def fault(address: Address, endpoint: Endpoint, body: bytes) -> str:
    """Send a body; return what is wrong with the answer, or changed by a refusal."""
    before = state(address)
    sent = request(endpoint.method, endpoint.target, body, DEMO)
    reply = ask(address, sent)
    if reply.status >= 400 and before != state(address):
        return f"{reply.status}, and yet something has changed"
    if endpoint.method == "HEAD":
        return ""
    return flaw(reply, endpoint.target)


@pytest.mark.parametrize("endpoint", [*UNLIKE, *CONTROL], ids=shown)
@many(EXAMPLES)
@given(body=bodies)
def test_whatever_the_body_is_the_answer_has_its_shape_and_a_refusal_no_effect(
    sturdy: Address, endpoint: Endpoint, body: bytes
) -> None:
    assert "" == fault(sturdy, endpoint, body)


@pytest.mark.parametrize("path", BODIES_OF_PAGE)
@many(EXAMPLES)
@given(data=st.data())
def test_a_request_of_the_page_with_parts_wrong_is_answered_in_shape(
    sturdy: Address, path: str, data: st.DataObject
) -> None:
    body = data.draw(mutations(BODIES_OF_PAGE[path]))

    assert "" == fault(sturdy, Endpoint("POST", path), body)


@pytest.mark.parametrize("endpoint", FORMS, ids=shown)
@many(EXAMPLES)
@given(data=st.data())
def test_a_control_form_with_parts_wrong_is_answered_in_shape(
    sturdy: Address, endpoint: Endpoint, data: st.DataObject
) -> None:
    body = data.draw(mutations(FORMS[endpoint], kept=["timeout"]))

    assert "" == fault(sturdy, endpoint, body)


def test_every_form_is_known() -> None:
    """A new control route that takes a body is to be entered in FORMS or NO_FORMS."""
    takers = {endpoint for endpoint in CONTROL if endpoint.method[0] == "P"}

    assert {*FORMS, *NO_FORMS, *OTHER_FORMS} == takers


@many(100)
@given(key=st.binary(max_size=30), secret=st.binary(max_size=30))
def test_credentials_of_any_bytes_are_unknown(
    unharmed: Address, key: bytes, secret: bytes
) -> None:
    headers = {"X-API-Key": key, "webhook_secret_key": secret}
    reply = ask(unharmed, request("POST", FETCH, b"{}", headers))

    assert reply.status in {400, 401}  # 400: no header at all
    assert "" == envelope_flaw(reply)


@many(150)
@given(st.sampled_from(STARTS), st.binary(max_size=30))
def test_a_target_of_any_bytes_is_answered_in_the_shape_of_a_surface(
    unharmed: Address, start: bytes, rest: bytes
) -> None:
    reply = ask(unharmed, request("GET", start + rest))

    assert reply.status < 500
    assert "" in {flaw(reply, start + rest), envelope_flaw(reply)}


@many(150)
@given(st.binary(max_size=60).filter(lambda data: b"HEAD" not in data))
def test_any_bytes_before_a_good_request_are_answered_in_the_envelope(
    unharmed: Address, data: bytes
) -> None:
    reply = ask(unharmed, data + b"\r\n\r\n" + GOOD)

    assert "" == envelope_flaw(reply)
    assert reply.status < 500


@many(200)
@given(
    sent=st.sampled_from(
        [request("POST", COUNTS, b'{"filter":{}}', DEMO), request("GET", PRESETS)]
    ),
    start=st.integers(0, 200),
    length=st.integers(0, 4),
    put=st.binary(max_size=4).filter(lambda put: not DIGITS & set(put))
    | st.sampled_from([b"\r\n", b"\r\n\r\n", b": ", b" "]),
)
def test_a_request_with_bytes_changed_is_answered_in_the_envelope(
    unharmed: Address, sent: bytes, start: int, length: int, put: bytes
) -> None:
    changed = sent[:start] + put + sent[start + length :]
    reply = ask(unharmed, changed + GOOD * 2)

    assert "" == envelope_flaw(reply)
    assert reply.status < 500
