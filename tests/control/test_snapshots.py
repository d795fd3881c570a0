"""/_emulator/snapshot: go on elsewhere as if nothing had been between."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.contacts.dataset import Dataset
from support.bodies import many, mutations
from support.client import (
    COUNTS,
    CREDITS,
    Answer,
    Api,
    Serve,
    ask,
    attempted,
    ledger,
    opened,
    point,
    rule,
    script,
)
from support.control import ids, picked
from support.raw import Address, ask as ask_raw, request
from support.receiver import receiving
from support.start import start
from support.steering import seen, turn_everything
from support.surfaces import flaw
from support.threaded import state

pytest_plugins = ["support.sturdy"]

PATH, SHELF = "/_emulator/snapshot", "/_emulator/inbox/shelf"
SHOWING = [
    f"/_emulator/{what}"
    for what in (
        *("accounts", "accounts/demo/ledger", "clock", "faults", "inbox/demo"),
        *("jobs", "jobs/1300/payload", "report", "requests", "snapshot"),
    )
]
MUCH = 64 * 1024 * 1024 + 1


async def taken(api: Api) -> bytes:
    return (await ask(api, "GET", "/snapshot")).body


async def put(api: Api, document: bytes) -> Answer:
    """Restore a snapshot, over a connection that ends with it."""
    alone = {"Connection": "close"}
    return await api.send("PUT", PATH, data=BytesIO(document), headers=alone)


async def restored(api: Api, document: bytes) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Restore a snapshot, expect success, and return what it held."""
    answer = await put(api, document)
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.body!r}")
    return answer.json["restored"]


async def whole(api: Api, *accounts: str) -> Any:  # noqa: ANN401 # whatever the JSON holds
    return {
        "accounts": await api.control("GET", "/accounts"),
        "faults": await api.control("GET", "/faults"),
        "report": await api.control("GET", "/report"),
        "requests": await api.control("GET", "/requests"),
        **{account: await seen(api, account) for account in accounts},
    }


async def test_the_document_says_what_it_is(api: Api, dataset: Dataset) -> None:
    """Its version, its data set, and who took it.

    Taking it changes nothing. Keys are in it, for a report tells them apart; what
    else is a secret in the journal is not.
    """
    secrets = {"Authorization": "private", "Cookie": "private", "X-Trace": "7"}
    await api.call("POST", CREDITS, headers=secrets)
    await attempted(api)
    first, second = [orjson.loads(await taken(api)) for _ in range(2)]
    health = await api.control("GET", "/health")
    headers = first["journal"]["requests"][0]["headers"]

    assert [2, dataset.fingerprint, health["version"]] == picked(
        first, "version", "dataset", "emulator"
    )
    assert picked(first, "tables", "windows") == picked(second, "tables", "windows")
    assert ["demo-api-key", "****", "****", "7"] == picked(
        headers, "X-API-Key", "Authorization", "Cookie", "X-Trace"
    )


async def test_all_is_as_it_was(serve: Serve) -> None:
    """Accounts, clocks, jobs, inboxes, journal, faults; nothing from before is left.

    The built-in inboxes are where they are now. The journal has odd requests, and a
    report of them says the same; a smaller one keeps the newest.
    """
    first, second, small = await serve(), await serve(), await serve(journal_size=2)
    await first.freeze()
    await turn_everything(await opened(first, "test-a"), "test-a")
    await attempted(first)
    await rule(first, "delay", "webhook", seconds=9, times=2)
    await first.call("POST", COUNTS, data=b"\xff{}", headers={"X": "\udcff"})
    await first.call("POST", COUNTS, json={"filter": {"nonsense": {}}})
    await first.send("GET", "//x/%FF?a=%20&X-API-Key=secret&a=2")
    for _ in range(9):
        await first.call("POST", CREDITS)
    await opened(second, "test-b")
    await second.fetch(1)
    document = await taken(first)
    expected = await whole(first, "demo", "test-a")
    for account in expected["accounts"]:
        url = account["webhook"]["url"]
        account["webhook"]["url"] = url.replace(first.url, second.url)
        expected[account["id"]]["account"] = account

    assert {"accounts": 2, "jobs": 2, "requests": 15} == await restored(
        second, document
    )
    await restored(small, document)
    newest = await small.control("GET", "/requests")

    assert ["no_backoff", "rate_limit", "unknown_field", "unknown_path"] == sorted(
        each["kind"] for each in expected["report"]["findings"]
    )
    assert expected == await whole(second, "demo", "test-a")
    assert {"evicted": 13, "requests": expected["requests"]["requests"][-2:]} == newest


async def test_what_is_counted_goes_on(serve: Serve) -> None:
    """A rule strikes as often as it still may; limit, script, report and ids go on."""
    first, second = await serve(), await serve()
    await first.freeze()
    await first.fetch(1)
    await rule(first, "status", status=500, times=10)
    for _ in range(10):
        await first.call("POST", CREDITS)
    await script(first, 500, 503, inbox="shelf")
    await first.send("POST", SHELF)
    await restored(second, await taken(first))
    statuses = [(await second.call("POST", CREDITS)).status]
    await second.advance(1)
    statuses += [(await second.call("POST", CREDITS)).status for _ in range(2)]
    report = await second.control("GET", "/report?account=demo")

    assert [429, 500, 200] == statuses
    assert 503 == (await second.send("POST", SHELF)).status
    assert {"rate_limit": [11, 12], "no_backoff": [12]} == {
        each["kind"]: each["requests"] for each in report["findings"]
    }
    assert 1301 == await second.fetch(1)


async def test_another_process_goes_on_from_it(api: Api) -> None:
    """With an attempt under way: it is made again there, and charged once."""
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await api.fetch()
        first = await receiver.arrival()
        document = await taken(api)
        receiver.release()
        with start("program") as program:
            async with Api.to(program.url) as other:
                await restored(other, document)
                shown = await other.wait(job)
                second = await receiver.arrival()
                charges = [each[0] for each in await ledger(other)].count("charge")

    assert [("first", "interrupted"), ("recovery", None)] == [
        (each["trigger"], each["error"]) for each in shown["attempts"]
    ]
    assert first == second
    assert 1 == charges


async def test_what_was_restored_survives_a_restart(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    await api.fetch(2)
    async with start("loop", state=file) as kept:
        await restored(kept, await taken(api))
    async with start("loop", state=file) as kept:
        assert [1300] == ids(await kept.control("GET", "/jobs"))


async def test_an_account_that_was_deleted_stays_deleted(api: Api) -> None:
    """The demo account as well, and its key was never issued."""
    await opened(api, "test-a")
    await api.control("DELETE", "/accounts/demo")
    document = await taken(api)
    await api.control("POST", "/reset")
    await restored(api, document)

    assert ["test-a"] == [a["id"] for a in await api.control("GET", "/accounts")]
    assert 401 == (await api.call("POST", CREDITS)).status


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"version": 3}, 409, "the snapshot does not fit: it is of version 3, and"),
        ({"dataset": "f"}, 409, "the snapshot does not fit: it belongs to another"),
        ({"more": 1}, 400, "the body is no snapshot: Object contains unknown field"),
        ({"tables": {}}, 400, "the body is no snapshot: its tables must be clocks, "),
    ],
    ids=str,
)
async def test_what_cannot_be_restored_is_refused(
    api: Api, changes: dict[str, object], status: int, reason: str
) -> None:
    await attempted(api)
    before = await whole(api, "demo")
    document = orjson.loads(await taken(api)) | changes
    answer = await put(api, orjson.dumps(document))

    assert status == answer.status
    assert answer.json["error"].startswith(reason)
    assert before == await whole(api, "demo")


async def test_a_snapshot_may_be_larger_than_other_bodies(api: Api) -> None:
    body = b"x" * 2 * 1024 * 1024
    await api.send("POST", SHELF, data=BytesIO(body))
    document = await taken(api)
    await api.control("POST", "/reset")
    await restored(api, document)
    (delivery,) = await api.control("GET", "/inbox/shelf")

    assert body.decode() == delivery["body"]


async def test_one_that_is_too_large_to_restore_is_not_taken(serve: Serve) -> None:
    """Of a budget of 16 MiB it has 3; what is stored takes a third more in it."""
    api = await serve(memory_budget=16)
    await api.send("POST", SHELF, data=BytesIO(b"x" * 3 * 1024 * 1024))
    answer = await ask(api, "GET", "/snapshot")

    assert 409 == answer.status
    told = r"3,145,728 can be restored; 3,145,\d+ bytes are deliveries in inboxes"
    assert re.search(told, answer.json["error"])


def test_a_body_over_the_bound_is_refused_unread(unharmed: Address) -> None:
    head = f"PUT {PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: {MUCH}\r\n\r\n"
    reply = ask_raw(unharmed, head.encode())

    assert (413, "") == (reply.status, flaw(reply, PATH))


@pytest.fixture
def eventful(sturdy: Address) -> bytes:
    """Return a snapshot of an emulator of which every table has a row."""
    steps = b'[{"status": 500}]'
    rule = b'{"phase": "request", "kind": "delay", "seconds": 1, "operation": "sdk"}'
    ask_raw(sturdy, request("PUT", "/_emulator/inbox/demo/script", steps))
    ask_raw(sturdy, request("POST", "/_emulator/faults", rule))
    return ask_raw(sturdy, request("GET", PATH)).body


NUMBERS: list[object] = [None, True, -1, 0, 1, 2**61, 1.5]
ODD = [*NUMBERS, "", "x", "http://[", "{}", "[]", [], "AAAA"]


@many(60)
@given(data=st.data())
def test_a_snapshot_with_one_odd_value(
    sturdy: Address, eventful: bytes, data: st.DataObject
) -> None:
    """Refused, or borne: whatever is asked afterwards is answered in shape."""
    document = orjson.loads(eventful)
    tables = [table["rows"] for table in document["tables"].values()]
    row = data.draw(st.sampled_from([row for rows in tables for row in rows]))
    row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(ODD))
    reply = ask_raw(sturdy, request("PUT", PATH, orjson.dumps(document)))

    assert "" == flaw(reply, PATH)
    for path in SHOWING:
        assert "" == flaw(ask_raw(sturdy, request("GET", path)), path)


@many(60)
@given(data=st.data())
def test_a_snapshot_gone_wrong(sturdy: Address, data: st.DataObject) -> None:
    """With parts of it wrong it is answered in shape, and a refusal has no effect."""
    document = ask_raw(sturdy, request("GET", PATH)).json
    before = state(sturdy)
    part = data.draw(st.sampled_from([*document, *document["tables"]]))
    if part in document["tables"]:
        wrong = data.draw(mutations(document["tables"][part]))
        body = with_part(document["tables"], part, wrong)
        body = with_part(document, "tables", body)
    else:
        body = with_part(document, part, data.draw(mutations(document[part])))
    reply = ask_raw(sturdy, request("PUT", PATH, body))

    assert "" == flaw(reply, PATH)
    if reply.status >= 400:
        assert before == state(sturdy)


def with_part(document: dict[str, Any], name: str, text: bytes) -> bytes:
    """Return a document with a text in place of one of its parts."""
    mark = "the part that is replaced"
    whole = orjson.dumps({**document, name: mark})
    return whole.replace(orjson.dumps(mark), text)


async def test_who_does_not_read_a_large_answer_makes_room(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is closed when its time is over."""
    monkeypatch.setattr("reachapi_emulator.web.control.forms.MAX_SENDING", 0)
    api = await serve()
    await api.send("POST", SHELF, data=BytesIO(bytes(4 * 1024 * 1024)))
    with pytest.raises(aiohttp.ClientError):
        await ask(api, "GET", "/snapshot")

    assert 200 == (await ask(api, "GET", "/health")).status
