"""/_emulator/snapshot: go on elsewhere as if nothing had been between."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from hypothesis import given, strategies as st

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.api import COUNTS, CREDITS, Answer, Api
from support.bodies import many, mutations
from support.control import Limit, ids, picked
from support.embedded import started
from support.flow import attempted, inbox, ledger
from support.hanging import receiving
from support.process import running
from support.raw import Address, ask as ask_raw, request
from support.serving import Serve
from support.steering import ask, opened, point, script, seen, turn_everything
from support.surfaces import flaw
from support.threaded import state

pytest_plugins = ["support.sturdy"]

PATH = "/_emulator/snapshot"
SHOWING = [
    f"/_emulator/{what}"
    for what in (
        *("accounts", "accounts/demo/ledger", "clock", "faults", "inbox/demo"),
        *("jobs", "jobs/1300/payload", "report", "requests", "snapshot"),
    )
]
MUCH = 256 * 1024 * 1024 + 1


async def taken(api: Api) -> bytes:
    """Return a snapshot of an emulator."""
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
    """Return all that the control API shows."""
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

    assert [1, dataset.fingerprint, health["version"]] == picked(
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
    rule = {"phase": "webhook", "kind": "delay", "seconds": 9, "times": 2}
    await first.control("POST", "/faults", rule)
    await first.call("POST", COUNTS, data=b"\xff{}", headers={"X": "\udcff"})
    await first.call("POST", COUNTS, json={"filter": {"nonsense": {}}})
    await first.send("GET", "//x/%FF?a=%20&X-API-Key=secret&a=2")
    await opened(second, "test-b")
    await second.fetch(1)
    document = await taken(first)
    expected = await whole(first, "demo", "test-a")
    for account in expected["accounts"]:
        url = account["webhook"]["url"]
        account["webhook"]["url"] = url.replace(first.url, second.url)
        expected[account["id"]]["account"] = account

    assert {"accounts": 2, "jobs": 2, "requests": 6} == await restored(second, document)
    await restored(small, document)
    newest = await small.control("GET", "/requests")

    assert not expected["report"]["clean"]
    assert expected == await whole(second, "demo", "test-a")
    assert {"evicted": 4, "requests": expected["requests"]["requests"][-2:]} == newest


async def fault(api: Api) -> list[object]:
    """A rule strikes as often as it still may; what it has struck is counted on."""
    return [(await api.call("POST", CREDITS)).status for _ in range(3)]


async def numbers(api: Api) -> list[object]:
    """Requests and jobs are numbered on."""
    job = await api.fetch(1)
    listed = (await api.control("GET", "/requests"))["requests"]
    return [job, [each["id"] for each in listed][-1]]


async def limits(api: Api) -> list[object]:
    """What was admitted within the last second counts, and so does a report."""
    statuses = [(await api.call("POST", CREDITS)).status for _ in range(9)]
    report = await api.control("GET", "/report?account=demo")
    return [statuses, *(picked(f, "kind", "requests") for f in report["findings"])]


RULE = {"phase": "request", "kind": "status", "status": 500, "times": 2}


@pytest.mark.parametrize(
    ("before", "observe", "expected"),
    [
        (RULE, fault, [500, 200, 200]),
        (None, numbers, [1301, 3]),
        (
            None,
            limits,
            [
                [200] * 8 + [429],
                ["rate_limit", [11]],
            ],
        ),
    ],
)
async def test_what_is_counted_goes_on(
    serve: Serve,
    before: object,
    observe: Callable[[Api], Awaitable[list[object]]],
    expected: list[object],
) -> None:
    first, second = await serve(), await serve()
    await first.freeze()
    await first.fetch(1)
    if before is not None:
        await first.control("POST", "/faults", before)
    await first.call("POST", CREDITS)

    await restored(second, await taken(first))

    assert expected == await observe(second)


async def test_a_request_too_early_after_a_429_of_before_is_found(serve: Serve) -> None:
    first, second = await serve(rate_limit=1), await serve(rate_limit=1)
    await first.freeze()
    for _ in range(2):
        await first.call("POST", CREDITS)
    await restored(second, await taken(first))
    await second.call("POST", CREDITS)
    report = await second.control("GET", "/report?account=demo")

    assert {"rate_limit": [2, 3], "no_backoff": [3]} == {
        each["kind"]: each["requests"] for each in report["findings"]
    }


async def test_due_jobs_and_scripts_go_on(serve: Serve) -> None:
    """The retry comes when it would have come, and meets the script's next answer."""
    first, second = await serve(), await serve()
    await script(first, {"status": 500}, {"status": 503})
    job = await attempted(first)
    await restored(second, await taken(first))
    for attempts, seconds in ((2, 1), (3, 5)):
        await second.advance(seconds)
        await second.wait(job, attempts=attempts)
    shown = await second.wait(job)

    assert [500, 503, 200] == [each["status"] for each in shown["attempts"]]
    assert second.url in shown["attempts"][-1]["url"]
    assert 3 == len(await inbox(second))


async def test_a_clock_that_goes_does_not_jump(serve: Serve) -> None:
    """It goes on from the snapshot's instant, and never back."""
    first, second = await serve(), await serve()
    await first.advance(1_000_000)
    document = await taken(first)
    before = await first.control("GET", "/clock")
    await restored(second, document)
    after = await second.control("GET", "/clock")

    assert not after["frozen"]
    assert abs(after["now"] - before["now"]) < 600


async def test_another_process_goes_on_from_it(api: Api) -> None:
    """With an attempt under way: it is made again there, and charged once."""
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await api.fetch()
        first = await receiver.arrival()
        document = await taken(api)
        receiver.release()
        with running() as program:
            async with aiohttp.ClientSession() as session:
                other = Api(program.url, session)
                await restored(other, document)
                shown = await other.wait(job)
                second = await receiver.arrival()
                charges = [each[0] for each in await ledger(other)].count("charge")

    assert [("first", "interrupted"), ("recovery", None)] == [
        (each["trigger"], each["error"]) for each in shown["attempts"]
    ]
    assert first == second
    assert 1 == charges


async def test_what_was_restored_survives_a_restart(
    api: Api, dataset: Dataset, tmp_path: Path
) -> None:
    settings = Settings(port=0, state=tmp_path / "state.db")
    await api.fetch(2)
    async with started(dataset, settings) as kept:
        await restored(kept, await taken(api))
    async with started(dataset, settings) as kept:
        assert [1300] == ids(await kept.control("GET", "/jobs"))


async def test_an_account_that_was_deleted_stays_deleted(api: Api) -> None:
    """The demo account as well; what is counted of the data set is as it was."""
    before = (await api.call("POST", COUNTS, json={"filter": {}})).json["data"]
    await api.control("DELETE", "/accounts/demo")
    document = await taken(api)
    await api.control("POST", "/reset")
    await restored(api, document)
    client = await opened(api, "test-a")

    assert ["test-a"] == [a["id"] for a in await api.control("GET", "/accounts")]
    assert (
        before == (await client.call("POST", COUNTS, json={"filter": {}})).json["data"]
    )


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"version": 2}, 409, "the snapshot does not fit: it is of version 2, and"),
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
    await api.send("POST", "/_emulator/inbox/shelf", data=BytesIO(body))
    document = await taken(api)
    await api.control("POST", "/reset")
    await restored(api, document)
    (delivery,) = await api.control("GET", "/inbox/shelf")

    assert body.decode() == delivery["body"]


async def test_one_that_is_too_large_to_restore_is_not_taken(
    api: Api, limit: Limit
) -> None:
    limit("snapshot bytes", 1_000)
    answer = await ask(api, "GET", "/snapshot")

    assert 409 == answer.status
    assert answer.json["error"].endswith("1,000 can be restored: empty inboxes first")


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
