"""/_emulator/inbox: the built-in webhook receivers."""

from io import BytesIO

import pytest

from support.api import Api
from support.steering import ask, point, refused, script

HOOK = "/_emulator/inbox/hook"


async def test_an_inbox_begins_empty(api: Api) -> None:
    """Any name is one, without being made."""
    assert [] == await api.control("GET", "/inbox/hook")


async def test_an_inbox_acknowledges_what_it_gets(api: Api) -> None:
    """200, and the delivery is there with its headers and its body, parsed."""
    await api.freeze()
    answer = await api.send(
        "POST", HOOK, json={"a": [1, None]}, headers={"X-Trace": "7"}
    )

    (arrived,) = await api.control("GET", "/inbox/hook")

    assert 200 == answer.status
    assert "7" == arrived.pop("headers")["X-Trace"]
    now = (await api.control("GET", "/clock"))["now"]
    assert {"received_at": now, "body": {"a": [1, None]}} == arrived


async def test_a_delivery_bears_the_secret(api: Api) -> None:
    """An inbox shows what a receiver would have to check (ruling 27)."""
    await api.wait(await api.fetch())

    (arrived,) = await api.control("GET", "/inbox/demo")

    assert "demo-webhook-secret" == arrived["headers"]["webhook_secret_key"]
    assert "application/json" == arrived["headers"]["Content-Type"]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"\xff!", "\N{REPLACEMENT CHARACTER}!"),
        (b"{", "{"),
        (b"7", 7),
    ],
    ids=str,
)
async def test_any_body_is_kept(api: Api, body: bytes, kept: object) -> None:
    """JSON parsed, all else as text."""
    await api.send("POST", HOOK, data=body)

    (arrived,) = await api.control("GET", "/inbox/hook")

    assert kept == arrived["body"]


async def test_a_delivery_larger_than_a_request_may_be_is_kept(api: Api) -> None:
    """The bound of requests is none of deliveries."""
    size = 2 * 1024 * 1024

    answer = await api.send("POST", HOOK, data=BytesIO(b"x" * size))

    (arrived,) = await api.control("GET", "/inbox/hook")
    assert (200, size) == (answer.status, len(arrived["body"]))


async def test_deliveries_are_listed_oldest_first(api: Api) -> None:
    """Those of the inbox, and of no other."""
    for name, number in (("hook", 1), ("other", 2), ("hook", 3)):
        await api.send("POST", f"/_emulator/inbox/{name}", json=number)

    arrived = await api.control("GET", "/inbox/hook")

    assert [1, 3] == [delivery["body"] for delivery in arrived]


async def test_an_inbox_is_emptied(api: Api) -> None:
    """DELETE forgets what it holds; others and scripts stay."""
    for path in (HOOK, "/_emulator/inbox/other"):
        await api.send("POST", path, json=1)
    await script(api, {"status": 503}, inbox="hook")

    assert {"cleared": "hook"} == await api.control("DELETE", "/inbox/hook")

    assert [] == await api.control("GET", "/inbox/hook")
    assert 1 == len(await api.control("GET", "/inbox/other"))
    assert 503 == (await api.send("POST", HOOK, json=1)).status


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", ""), ("GET", ""), ("DELETE", ""), ("PUT", "/script")],
)
@pytest.mark.parametrize("name", ["_a", "a%20b", "a%2Fb", "%C3%A9", "%00", "a" * 101])
async def test_a_name_that_makes_no_sense_is_refused(
    api: Api, method: str, path: str, name: str
) -> None:
    """400 says what a name is."""
    reason = "an inbox name is 1 to 100 letters, digits, '.', '_' or '-'"

    assert (400, reason) == await refused(api, method, f"/inbox/{name}{path}", [])


async def test_the_oldest_delivery_goes_for_want_of_room(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All inboxes together keep a bounded number."""
    monkeypatch.setattr("reachapi_emulator.testing.inbox.MAX_DELIVERIES", 2)
    for name, number in (("hook", 1), ("other", 2), ("hook", 3)):
        await api.send("POST", f"/_emulator/inbox/{name}", json=number)

    left = [
        [delivery["body"] for delivery in await api.control("GET", f"/inbox/{name}")]
        for name in ("hook", "other")
    ]

    assert [[3], [2]] == left


async def test_the_oldest_deliveries_go_for_want_of_bytes(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as a new one needs; a body over the bound is kept alone."""
    monkeypatch.setattr("reachapi_emulator.testing.inbox.MAX_BYTES", 10)
    held = []
    for size in (4, 4, 6, 11):
        await api.send("POST", HOOK, data=b"x" * size)
        arrived = await api.control("GET", "/inbox/hook")
        held.append([len(delivery["body"]) for delivery in arrived])

    assert [[4], [4, 4], [4, 6], [11]] == held


async def test_a_webhook_may_be_an_inbox_by_its_address(api: Api) -> None:
    """The address that an account shows can be given to another one."""
    await point(api, f"{api.url}/_emulator/inbox/shared")

    job = await api.fetch()
    await api.wait(job, state="delivered")

    arrived = await api.control("GET", "/inbox/shared")
    assert [job] == [delivery["body"]["unique_processing_id"] for delivery in arrived]


async def test_an_arrival_needs_no_key(api: Api) -> None:
    """Nor does reading what arrived."""
    statuses = [
        (await ask(api, method, "/inbox/hook")).status
        for method in ("POST", "GET", "DELETE")
    ]

    assert [200] * 3 == statuses
