"""The files of the console: which are served, and under which rules."""

import pytest

from reachapi_emulator.web.control.console import FILES
from support.api import Api
from support.steering import ask, refused


async def test_the_page_is_there(api: Api) -> None:
    """A browser takes it for HTML."""
    answer = await ask(api, "GET", "/")

    assert 200 == answer.status
    assert "text/html; charset=utf-8" == answer.headers["Content-Type"]
    assert b"<!doctype html>" in answer.body


async def test_without_the_final_slash_it_leads_there(api: Api) -> None:
    """So that relative addresses are right."""
    answer = await ask(api, "GET", "")

    assert (308, "/_emulator/") == (answer.status, answer.headers["Location"])
    assert {"error": "the console is at /_emulator/"} == answer.json


async def test_every_file_is_served_under_a_strict_policy(api: Api) -> None:
    """Nothing from elsewhere, nothing inline, no frame."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    for path in ("/", *(f"/console/{name}" for name in FILES)):
        answer = await ask(api, "GET", path)

        assert 200 == answer.status, path
        assert policy == answer.headers["Content-Security-Policy"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        assert "no-store" == answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2findex.html", "..%2F..%2Fpipeline.py", "%5c..", ""]
)
async def test_nothing_else_is_served(api: Api, name: str) -> None:
    """Whatever a path is made of."""
    status, text = await refused(api, "GET", f"/console/{name}")

    assert 404 == status
    assert "no" in text


async def test_nothing_names_another_host(api: Api) -> None:
    """It works without a network."""
    for name in FILES:
        body = (await ask(api, "GET", f"/console/{name}")).body
        addresses = body.count(b"://")
        allowed = body.count(b"http://www.w3.org/2000/svg")
        examples = body.count(b"http://localhost:8000/hook")

        assert allowed + examples == addresses, name
