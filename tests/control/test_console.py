"""The files of the console: served to a browser, under which rules, and no others."""

import re
from urllib.parse import urljoin

from support.client import Api
from support.control import PREFIX, picked

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
RULES = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
}
STATIC = "public, max-age=31536000, immutable"
KINDS = {
    f"{PREFIX}/": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}
"""Content types by what a path ends with."""

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
        kind = KINDS[path.rpartition(".")[2]]
        kept = "no-store" if path == f"{PREFIX}/" else STATIC
        assert [f"{kind}; charset=utf-8", kept] == picked(
            answer.headers, "Content-Type", "Cache-Control"
        )
        found[path] = answer.body
        names = [name.decode() for name in NAMED.findall(COMMENT.sub(b"", answer.body))]
        left += {urljoin(path, name) for name in names} - {*found, *left}
    addresses = {each for body in found.values() for each in ADDRESS.findall(body)}

    assert len(found) > 20
    assert b"<!doctype html>" in found[f"{PREFIX}/"]
    assert addresses <= NOWHERE


async def test_without_the_final_slash_it_leads_there(api: Api) -> None:
    """So that relative addresses are right."""
    answer = await api.send("GET", PREFIX)

    assert (308, "/_emulator/") == (answer.status, answer.headers["Location"])
    assert {"error": "the console is at /_emulator/"} == answer.json
