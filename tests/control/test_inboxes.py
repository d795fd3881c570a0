"""/_emulator/inbox: the built-in webhook receivers, and their scripted answers."""

from io import BytesIO
from unittest.mock import ANY

import orjson
import pytest

from support.client import (
    Api,
    Serve,
    attempted,
    job_of,
    point,
    refused,
    script,
)
from support.control import Limit, picked, received

HOOK = "/_emulator/inbox/hook"
MIB = 1024 * 1024
HEAD = b'{"a":"%b","b":' % (b"x" * MIB)
"""The start of a body that is too large to be parsed."""
LARGE = HEAD + b'[1e5,"\\ud83d\\ude00"]}'
NO_ENDS = (b"", b"1", b'"\\ud800"}', b'"\xff"}')


async def bodies(api: Api, name: str = "hook") -> list[object]:
    """Return the bodies that an inbox holds, oldest first."""
    return [each["body"] for each in await api.control("GET", f"/inbox/{name}")]


async def post(api: Api, *numbers: int, name: str = "hook") -> list[int]:
    """Let numbers arrive in an inbox; return how they were answered."""
    path = f"/_emulator/inbox/{name}"
    return [(await api.send("POST", path, json=n)).status for n in numbers]


async def test_an_inbox_keeps_what_it_gets(api: Api) -> None:
    """200, and the delivery is there with its headers and its body, parsed."""
    await api.freeze()
    before = await api.control("GET", "/inbox/hook")
    answer = await api.send(
        "POST", HOOK, json={"a": [1, None]}, headers={"X-Trace": "7"}
    )
    (arrived,) = await api.control("GET", "/inbox/hook")

    assert ([], 200, b"") == (before, answer.status, answer.body)
    assert "7" == arrived.pop("headers")["X-Trace"]
    now = (await api.control("GET", "/clock"))["now"]
    assert {
        "id": 1,
        "received_at": now,
        "body": {"a": [1, None]},
        "cut": False,
    } == arrived


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"\xff!", "\N{REPLACEMENT CHARACTER}!"),
        (b"{", "{"),
        (b"7", 7),
        (b"[1]", [1]),
        (b"x" * 2 * MIB, "x" * 2 * MIB),
        (b"1,2", "1,2"),
        (b"1]", "1]"),
        (b'"\\ud800"', '"\\ud800"'),
        (b" [1] ", [1]),
        (b"[" * 1_000 + b"]" * 1_000, ANY),
        (b"[" * 1_023 + b"]" * 1_023, "[" * 1_023 + "]" * 1_023),
        (b"[" * 100_000 + b"]" * 100_000, "[" * 100_000 + "]" * 100_000),
        (LARGE, orjson.loads(LARGE)),
        *((HEAD + end, (HEAD + end).decode(errors="replace")) for end in NO_ENDS),
    ],
    ids=lambda value: str(value)[:9],
)
async def test_any_body_is_kept(api: Api, body: bytes, kept: object) -> None:
    """JSON parsed, all else as text; the bound of requests is none of deliveries."""
    answer = await api.send("POST", HOOK, data=BytesIO(body))

    assert 200 == answer.status
    assert [kept] == await bodies(api)


async def test_each_inbox_has_its_own(api: Api) -> None:
    """Oldest first; one is emptied by itself, and its script goes on."""
    for name, number in (("hook", 1), ("other", 2), ("hook", 3)):
        await post(api, number, name=name)
    await script(api, 503, inbox="hook")
    before = await bodies(api)

    assert {"cleared": "hook"} == await api.control("DELETE", "/inbox/hook")

    assert [[1, 3], [], [2]] == [before, await bodies(api), await bodies(api, "other")]
    assert [503] == await post(api, 4)


async def test_the_oldest_delivery_goes_for_want_of_room(
    api: Api, limit: Limit
) -> None:
    limit("deliveries", 2)
    for name, number in (("other", 1), ("hook", 2), ("hook", 3)):
        await post(api, number, name=name)

    assert [[], [2, 3]] == [await bodies(api, "other"), await bodies(api)]


async def test_the_oldest_deliveries_go_for_want_of_bytes(serve: Serve) -> None:
    """Of a budget of 16 MiB inboxes have 4, headers included; more in one is 413."""
    api = await serve(memory_budget=16)
    for letter in (b"a", b"b", b"c"):
        await api.send("POST", HOOK, data=BytesIO(letter * MIB))
    heavy = {f"X-{n}": "y" * 8_000 for n in range(5)}
    await api.send("POST", HOOK, data=BytesIO(b"d" * (MIB - 4_000)), headers=heavy)
    kept = [str(body)[0] for body in await bodies(api)]
    too_much = await api.send("POST", HOOK, data=BytesIO(b"e" * (4 * MIB + 1)))

    assert (["b", "c", "d"], 413) == (kept, too_much.status)


async def test_all_scripts_together_have_a_bound(api: Api, limit: Limit) -> None:
    """What would go beyond it is refused, and changes nothing."""
    limit("scripted answers", 2)
    await script(api, 500, inbox="hook")
    refusal = await refused(api, "PUT", "/inbox/other/script", [{}, {}])

    assert 409 == refusal[0]
    assert [500, 200] == await post(api, 1, 2)


async def test_a_script_is_shown_as_understood(api: Api) -> None:
    steps = [{"status": 503}, {"delay_s": 0.5}, {"drop": True}, {}]
    shown = await api.control("PUT", "/inbox/hook/script", steps)

    assert [[503, 0, False], [200, 0.5, False], [200, 0, True], [200, 0, False]] == [
        picked(step, "status", "delay_s", "drop") for step in shown
    ]


async def test_what_is_still_to_come_of_a_script_is_shown(api: Api) -> None:
    steps = await api.control("PUT", "/inbox/hook/script", [{"status": 503}, {}])
    before = await api.control("GET", "/inbox/hook/script")
    await post(api, 1)

    assert steps == before
    assert steps[1:] == await api.control("GET", "/inbox/hook/script")
    assert [] == await api.control("GET", "/inbox/other/script")


async def test_a_script_answers_one_arrival_an_entry(api: Api) -> None:
    """In order, then 200; every arrival is kept, and other inboxes answer 200."""
    await script(api, 500, 302, 201, inbox="hook")

    assert [200] == await post(api, 0, name="other")
    assert [500, 302, 201, 200, 200] == await post(api, *range(5))
    assert [*range(5)] == await bodies(api)


async def test_a_script_replaces_the_one_before(api: Api) -> None:
    await script(api, *[500] * 3, inbox="hook")
    await script(api, 404, inbox="hook")
    found = await post(api, 1, 2)
    await script(api, 500, inbox="hook")
    await script(api, inbox="hook")

    assert [404, 200, 200] == [*found, *await post(api, 3)]


@pytest.mark.parametrize(
    ("step", "status", "error"),
    [
        ({"status": 599}, 599, "unexpected_status"),
        ({"drop": True}, None, "disconnected"),
        ({"delay_s": 1e-6, "drop": True}, None, "disconnected"),
        ({"delay_s": 1e-6}, 200, None),
    ],
    ids=str,
)
async def test_what_an_attempt_sees_of_a_script(
    api: Api, step: object, status: int | None, error: str | None
) -> None:
    """200 alone acknowledges (ruling 28), from an inbox that is a webhook like any.

    The delivery is kept, even if the connection is dropped. How long a delay is
    shows in tests/web/test_vendor_settings.py, by an attempt that times out.
    """
    await script(api, step)
    await point(api, f"{api.url}/_emulator/inbox/demo")
    job = await attempted(api)
    (attempt,) = (await job_of(api, job))["attempts"]

    assert [status, error] == picked(attempt, "status", "error")
    assert [job] == await received(api)
