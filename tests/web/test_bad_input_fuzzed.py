"""Bodies made by the hundred, on every endpoint and every control route."""

import pytest
from hypothesis import given, strategies as st

from support.api import COUNTS, COUNTS_OF_SAMPLES, FETCH, FETCH_DATA
from support.bodies import bodies, many, mutations
from support.raw import Address, ask, request
from support.surfaces import (
    CONTROL,
    FORMS,
    NO_FORMS,
    OTHER_FORMS,
    VENDOR,
    Endpoint,
    flaw,
    shown,
)
from support.threaded import DEMO, state

pytest_plugins = ["support.sturdy"]

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


@pytest.mark.parametrize("endpoint", [*VENDOR, *CONTROL], ids=shown)
@many(20)
@given(body=bodies)
def test_any_body(sturdy: Address, endpoint: Endpoint, body: bytes) -> None:
    """Whatever the body is, the answer has its shape, and a refusal no effect."""
    assert "" == fault(sturdy, endpoint, body)


@pytest.mark.parametrize("path", BODIES_OF_PAGE)
@many(20)
@given(data=st.data())
def test_bodies_of_the_page_gone_wrong(
    sturdy: Address, path: str, data: st.DataObject
) -> None:
    """A request of the vendor's page with parts of it wrong is answered in shape."""
    body = data.draw(mutations(BODIES_OF_PAGE[path]))

    assert "" == fault(sturdy, Endpoint("POST", path), body)


@pytest.mark.parametrize("endpoint", FORMS, ids=shown)
@many(20)
@given(data=st.data())
def test_forms_gone_wrong(
    sturdy: Address, endpoint: Endpoint, data: st.DataObject
) -> None:
    """A control form with parts of it wrong is answered in shape."""
    body = data.draw(mutations(FORMS[endpoint], kept=["timeout"]))

    assert "" == fault(sturdy, endpoint, body)


def test_every_form_is_known() -> None:
    """A new control route that takes a body is to be entered in FORMS or NO_FORMS."""
    takers = {endpoint for endpoint in CONTROL if endpoint.method[0] == "P"}

    assert {*FORMS, *NO_FORMS, *OTHER_FORMS} == takers
