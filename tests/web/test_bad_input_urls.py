"""Paths and ids that nobody should ask for."""

import pytest
from hypothesis import given, strategies as st

from support.api import CREDITS, PRESETS
from support.bodies import many
from support.raw import Address, ask, request
from support.surfaces import CONTROL, envelope_flaw, flaw
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]

ODD_SEGMENTS = {
    "NUL": "%00",
    "NUL at the end": "demo%00",
    "line break": "%0A",
    "line break at the end": "demo%0A",
    "line break inside": "a%0Ab",
    "no UTF-8": "%ff",
    "surrogate": "%ED%A0%80",
    "beyond Unicode": "%F7%BF%BF%BF",
    "no hexadecimal": "%ZZ",
    "bare percent": "%",
    "slash": "a%2Fb",
    "backslash": "a%5Cb",
    "up": "%2E%2E",
    "wildcard": "%25",
    "braces": "%7Baccount%7D",
    "quotes": "'%22",
    "SQL": "'%20OR%20'1'='1",
    "space": "%20",
    "colour": "%1B%5B31m",
    "digits of elsewhere": "%D9%A1%D9%A3",
    "minus": "-1",
    "nothing": "0",
    "as job ids go": "1300.0",
    "beyond 64 bits": "9223372036854775808",
    "a hundred digits": "9" * 100,
    "very long": "a" * 8_000,
}
BLANK = {"%20", "%0A"}
INBOX_NAMES = {"0", "1300.0", "9223372036854775808", "9" * 100}
WITH_PARAMETER = [found for found in CONTROL if "{" in found.path]


@pytest.mark.parametrize("text", ODD_SEGMENTS.values(), ids=ODD_SEGMENTS)
def test_unknown_paths(unharmed: Address, text: str) -> None:
    """A path that nobody serves is not found, in the shape of its surface."""
    targets = [
        f"/{text}",
        f"{CREDITS}{text}",
        f"{CREDITS}/{text}",
        f"/_emulator/{text}",
    ]
    replies = {target: ask(unharmed, request("POST", target)) for target in targets}

    assert dict.fromkeys(targets, (404, "")) == {
        target: (reply.status, flaw(reply, target)) for target, reply in replies.items()
    }


@pytest.mark.parametrize("text", ODD_SEGMENTS.values(), ids=ODD_SEGMENTS)
def test_unknown_ids(unharmed: Address, text: str) -> None:
    """An id that nobody has is refused by every control route that takes one."""
    targets = [(found.method, found.with_parameter(text)) for found in WITH_PARAMETER]
    replies = {
        target: ask(unharmed, request(*target))
        for target in targets
        if not _is_inbox(target[1], text)
    }

    assert {} == {
        target: (reply.status, reply.body)
        for target, reply in replies.items()
        if reply.status not in {400, 404} or flaw(reply, target[1])
    }


def _is_inbox(target: str, text: str) -> bool:
    """Tell whether the text is as good as any for the name of an inbox."""
    return "/inbox/" in target and text in INBOX_NAMES


@pytest.mark.parametrize(
    "text", [text for text in ODD_SEGMENTS.values() if text not in BLANK]
)
def test_presets_that_nobody_has(unharmed: Address, text: str) -> None:
    """An odd text is looked for like any other, and not found (ruling 16)."""
    reply = ask(unharmed, request("GET", f"{PRESETS}?job_title={text}", b"", DEMO))

    assert (404, "") == (reply.status, envelope_flaw(reply))


def test_odd_paths_are_remembered(sturdy: Address) -> None:
    """The journal can show every path that was asked for, however odd."""
    for text in ODD_SEGMENTS.values():
        ask(sturdy, request("GET", f"/{text}?{text[:99]}"))
    listed = tell(sturdy, "GET", "/requests")["requests"]

    assert len(ODD_SEGMENTS) == sum(row["status"] == 404 for row in listed)


@many(150)
@given(
    st.sampled_from([b"/", b"/_emulator/", b"/_emulator/accounts/", b"*", b"http://"]),
    st.binary(max_size=30),
)
def test_any_target(unharmed: Address, start: bytes, rest: bytes) -> None:
    """A target of any bytes is answered in the shape of a surface."""
    reply = ask(unharmed, request("GET", start + rest))

    assert reply.status < 500
    assert "" in {flaw(reply, start + rest), envelope_flaw(reply)}
