"""How a control body is read, and refused, whichever the route."""

import gzip
from io import BytesIO

import pytest

from support.api import Api

LARGEST = 1024 * 1024
ROUTES = [
    ("POST", "/reset"),
    ("POST", "/accounts"),
    ("PATCH", "/accounts/demo"),
    ("PUT", "/accounts/demo/webhook"),
    ("POST", "/requests/wait"),
    ("PATCH", "/clock"),
    ("POST", "/clock/advance"),
    ("PATCH", "/accounts/demo/clock"),
    ("POST", "/accounts/demo/clock/advance"),
    ("PUT", "/inbox/hook/script"),
]


async def _refused(
    api: Api, method: str, path: str, data: bytes, encoding: str = "identity"
) -> tuple[int, str]:
    answer = await api.send(
        method,
        f"/_emulator{path}",
        data=BytesIO(data),
        headers={"Content-Encoding": encoding},
    )
    return answer.status, answer.json["error"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[", "the body does not fit: "),
        (b"frozen=true", "the body does not fit: JSON is malformed"),
        (b'{"a":"\xff"}', "the body does not fit: "),
        (b"7", "the body does not fit: Expected `"),
    ],
    ids=["truncated", "form", "no UTF-8", "number"],
)
async def test_a_body_that_is_no_such_json_is_refused(
    api: Api, method: str, path: str, body: bytes, reason: str
) -> None:
    """400 says what is wrong with it."""
    status, found = await _refused(api, method, path, body)

    assert (400, reason) == (status, found[: len(reason)])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"frozen":1}', "Expected `bool`, got `int` - at `$.frozen`"),
        (b'{"frozen":true,"now":0}', "Object contains unknown field `now`"),
        (b"{}", "Object missing required field `frozen`"),
        (b"", "Object missing required field `frozen`"),
        (b"[]", "Expected `object`, got `array`"),
    ],
    ids=str,
)
async def test_the_reason_names_the_place(api: Api, body: bytes, reason: str) -> None:
    """And what would have fitted there."""
    assert (400, f"the body does not fit: {reason}") == await _refused(
        api, "PATCH", "/clock", body
    )


async def test_the_body_is_read_whatever_its_type(api: Api) -> None:
    """As curl sends it, without a Content-Type of JSON."""
    answer = await api.send(
        "PATCH",
        "/_emulator/clock",
        data=b' {"frozen": true}\n',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert (200, True) == (answer.status, answer.json["frozen"])


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_body_over_a_mebibyte_is_too_large(
    api: Api, method: str, path: str
) -> None:
    """413, in words."""
    assert (413, "Request Entity Too Large") == await _refused(
        api, method, path, b" " * (LARGEST + 1)
    )


async def test_a_body_of_a_mebibyte_is_read(api: Api) -> None:
    """The bound is what still goes."""
    body = b'{"frozen":true}'.ljust(LARGEST)

    answer = await api.send("PATCH", "/_emulator/clock", data=body)

    assert 200 == answer.status


async def test_a_packed_body_is_unpacked(api: Api) -> None:
    """As its Content-Encoding says."""
    answer = await api.send(
        "PATCH",
        "/_emulator/clock",
        data=gzip.compress(b'{"frozen":true}'),
        headers={"Content-Encoding": "gzip"},
    )

    assert 200 == answer.status


async def test_a_body_that_cannot_be_unpacked_is_refused(api: Api) -> None:
    """400, and no 5xx."""
    status, reason = await _refused(api, "PATCH", "/clock", b"no gzip", "gzip")

    assert 400 == status
    assert reason.startswith("the body cannot be read: ")
