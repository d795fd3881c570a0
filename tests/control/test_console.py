"""The files of the console: served to a browser, under which rules, and no others."""

import re
from urllib.parse import urljoin

import pytest

from support.api import Api
from support.control import PREFIX, picked

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
RULES = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
NAMED = re.compile(rb"""["'(]([\w./-]+\.(?:js|css|svg))["')]""")
COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
ADDRESS = re.compile(rb"\w+://[^\s\"'`<]*")
NOWHERE = {b"http://www.w3.org/2000/svg", b"http://localhost:8000/hook"}
"""Addresses that are only named: of a vocabulary, and in an example."""


async def test_every_file_is_served_under_a_strict_policy(api: Api) -> None:
    """Nothing from elsewhere, nothing inline, no frame; it works without a network."""
    found: dict[str, bytes] = {}
    left = [f"{PREFIX}/"]
    while left:
        path = left.pop()
        answer = await api.send("GET", path)
        assert [200, *RULES.values()] == [
            answer.status,
            *picked(answer.headers, *RULES),
        ]
        found[path] = answer.body
        names = [name.decode() for name in NAMED.findall(COMMENT.sub(b"", answer.body))]
        left += {urljoin(path, name) for name in names} - {*found, *left}
    addresses = {each for body in found.values() for each in ADDRESS.findall(body)}

    assert len(found) > 20
    assert b"<!doctype html>" in found[f"{PREFIX}/"]
    assert addresses <= NOWHERE


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/console/main.js", "text/javascript"),
        ("/console/page.css", "text/css"),
        ("/console/icon.svg", "image/svg+xml"),
    ],
)
async def test_a_browser_takes_a_file_for_what_it_is(
    api: Api, path: str, kind: str
) -> None:
    answer = await api.send("GET", PREFIX + path)

    assert f"{kind}; charset=utf-8" == answer.headers["Content-Type"]


async def test_without_the_final_slash_it_leads_there(api: Api) -> None:
    """So that relative addresses are right."""
    answer = await api.send("GET", PREFIX)

    assert (308, "/_emulator/") == (answer.status, answer.headers["Location"])
    assert {"error": "the console is at /_emulator/"} == answer.json
