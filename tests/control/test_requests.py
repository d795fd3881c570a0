"""/_emulator/requests and /report: the journal, and what the client did wrong."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from support.client import (
    COUNTS,
    CREDITS,
    FETCH,
    PRESETS,
    Api,
    Serve,
    ask,
    attempted,
    opened,
    point,
    rule,
    script,
    under,
)
from support.control import Limit, picked
from support.raw import Address, ask as ask_raw, request
from support.steering import waiting
from support.threaded import tell

Finding = list[object]
DEAD_END = "http://127.0.0.1:9/hook"
FETCHED = {"fetchCount": 1, "filter": {}}
UNKNOWN: dict[str, object] = {"filter": {"x": {}}}


async def journal(api: Api, query: str = "") -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return the requests that are listed."""
    return (await api.control("GET", f"/requests{query}"))["requests"]


async def found(api: Api, account: str | None = "demo") -> list[Finding]:
    """Return the findings of a report: kind, count, requests, jobs."""
    query = f"?account={account}" if account else ""
    report = await api.control("GET", f"/report{query}")
    assert report["clean"] is (report["findings"] == [])
    return [
        picked(each, "kind", "count", "requests", "jobs") for each in report["findings"]
    ]


async def test_a_request_is_noted_with_its_answer(api: Api) -> None:
    await api.freeze()
    await api.call("POST", COUNTS, data=b'{"filter":{}}', headers={"X-Trace": "7"})
    (noted,) = await journal(api)
    now = (await api.control("GET", "/clock"))["now"]
    assert [1, now, "demo", "counts"] == picked(
        noted, "id", "at", "account", "operation"
    )
    assert ["POST", COUNTS, '{"filter":{}}'] == picked(noted, "method", "path", "body")
    assert [200, "success", None] == picked(noted, "status", "message", "fault")
    assert "7" == noted["headers"]["X-Trace"]
    assert noted["duration_ms"] > 0


async def test_refused_requests_are_noted(api: Api) -> None:
    """Numbered as they came; without an account where no key tells whose it is.

    Those of the control API are not.
    """
    await under(api, "wrong").call("POST", CREDITS)
    await ask(api, "GET", "/nowhere")
    await api.call("GET", "/nowhere?a=1")
    await api.send("GET", "/api/v2/nowhere?x=1&X-API-Key=demo-api-key")

    assert [
        [1, None, "credits", CREDITS, 401, "Unauthorized"],
        [2, None, None, "/nowhere?a=1", 404, "Page Not Found"],
        [3, None, None, "/api/v2/nowhere?x=1&X-API-Key=****", 404, "Page Not Found"],
    ] == [
        picked(each, "id", "account", "operation", "path", "status", "message")
        for each in await journal(api)
    ]


def test_headers_are_noted_as_they_came(shared: Address) -> None:
    """Keys and secrets masked, however written; other bytes replaced; the last of two.

    What is told to others, such as a cookie, is a secret as well.
    """
    secrets = ["x-api-key", "WEBHOOK_secret_key", "authorization", "Cookie"]
    given: dict[str, str | bytes] = dict.fromkeys(secrets, "private")
    given |= {"X-Api-Key-Hint": "none", "X-Name": b"caf\xe9 \xc3\xbc"}
    tell(shared, "POST", "/reset")
    sent = request("POST", CREDITS, b"", {**given, "Accept": "text/html"})
    ask_raw(shared, sent.replace(b"\r\n\r\n", b"\r\nAccept: application/json\r\n\r\n"))
    listed = tell(shared, "GET", "/requests")
    headers = {k.lower(): v for k, v in listed["requests"][0]["headers"].items()}

    assert ["****"] * 4 == [headers[name.lower()] for name in secrets]
    assert ["none", "caf? ü", "application/json"] == picked(
        headers, "x-api-key-hint", "x-name", "accept"
    )
    assert "private" not in str(listed)


@pytest.mark.parametrize(
    ("body", "noted"),
    [
        (b"x" * 5_000, "x" * 4_096),
        (b"\xff{", "\N{REPLACEMENT CHARACTER}{"),
        (b"a\x00b", "a\x00b"),
    ],
    ids=["long", "no UTF-8", "NUL"],
)
async def test_any_body_is_noted(api: Api, body: bytes, noted: str) -> None:
    await api.call("POST", COUNTS, data=body)

    assert [(noted, len(body) > 4_096)] == [
        (each["body"], each["cut"]) for each in await journal(api)
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("?account=test-a", [1, 2]),
        ("?operation=presets", [2, 3]),
        ("?status=404", [5]),
        ("?status=500", []),
        ("?account=demo&operation=credits&status=200", [4]),
        ("?limit=0", []),
        ("?limit=2", [4, 5]),
        ("?limit=999999999999999999", [1, 2, 3, 4, 5]),
        ("?operation=presets&limit=1", [3]),
    ],
)
async def test_requests_are_listed_by_what_they_are(
    api: Api, query: str, expected: list[int]
) -> None:
    """All that is asked must fit; a limit takes the newest, still newest last."""
    other = await opened(api, "test-a")
    await other.call("GET", PRESETS)
    await api.call("GET", PRESETS)
    await api.call("POST", CREDITS)
    await api.call("GET", "/nowhere")

    assert expected == [each["id"] for each in await journal(api, query)]


async def test_the_journal_lets_the_oldest_go(serve: Serve, limit: Limit) -> None:
    """And tells how many went; only so many are listed; cleared, it begins anew."""
    api = await serve(journal_size=5)
    for number in range(8):
        await api.call("GET", f"/{number}")
    full = await api.control("GET", "/requests")
    limit("listed requests", 2)
    newest = await journal(api, "?limit=9")
    cleared = await api.control("DELETE", "/requests")
    empty = await api.control("GET", "/requests")
    await api.call("POST", CREDITS)

    assert 3 == full["evicted"]
    assert [4, 5, 6, 7, 8] == [each["id"] for each in full["requests"]]
    assert full["requests"][-2:] == newest
    assert {"cleared": "all"} == cleared
    assert {"evicted": 0, "requests": []} == empty
    assert [1] == [each["id"] for each in await journal(api)]


async def test_the_journal_lets_the_oldest_go_for_want_of_bytes(serve: Serve) -> None:
    """Of a budget of 16 MiB it has 2: 33 requests with 60 KB of headers do not fit."""
    api = await serve(memory_budget=16)
    heavy = {f"X-{n}": "y" * 7_500 for n in range(8)}
    for _ in range(33):
        await api.call("GET", "/nowhere", headers=heavy)
    listed = await api.control("GET", "/requests")

    assert 33 == listed["evicted"] + len(listed["requests"])
    assert 28 < len(listed["requests"]) < 33


async def test_a_wait_is_for_the_requests_that_fit(api: Api) -> None:
    """200 with them, as soon as there are so many; their account may be to come."""
    what = {"account": "test-a", "operation": "credits", "status": 200, "count": 2}
    task = await waiting(api, "/requests/wait", {**what, "timeout": 60})
    client = await opened(api, "test-a")
    await client.call("GET", PRESETS)
    await api.call("POST", CREDITS)
    still = not task.done()
    await client.call("POST", CREDITS)
    async with asyncio.timeout(5):
        answer = await task
    listed = await journal(api, "?account=test-a&operation=credits")
    assert still
    assert (200, {"requests": listed}) == (answer.status, answer.json)
    assert 2 == len(listed)


WAITS = {
    "/requests/wait": {"count": 9},
    "/jobs/1300/wait": {"attempts": 9},
}


@pytest.mark.parametrize(("path", "wanted"), WAITS.items(), ids=WAITS)
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
async def test_a_wait_ends_when_its_client_hangs_up(
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    wanted: dict[str, object],
    *,
    reset: bool,
) -> None:
    """So that others may wait: there is room for one here.

    A close looks as if the client had sent all, and is found out by interim answers.
    """
    monkeypatch.setattr("reachapi_emulator.budget.MAX_WAITS", 1)
    monkeypatch.setattr("reachapi_emulator.web.http_server.PROBE_SECONDS", 0.01)
    api = await serve()
    await api.fetch_data()
    url = urlsplit(api.url)
    _, writer = await asyncio.open_connection(url.hostname, url.port)
    body = orjson.dumps({**wanted, "timeout": 600})
    writer.write(request("POST", f"/_emulator{path}", body))
    short = {**wanted, "timeout": 0}
    while (refusal := await ask(api, "POST", path, short)).status != 503:
        pass
    if reset:
        writer.transport.abort()
    writer.close()
    while (answer := await ask(api, "POST", path, short)).status == 503:
        pass

    assert refusal.json == {
        "error": "1 requests wait already: let some of them end first"
    }
    assert 408 == answer.status


async def test_a_good_client_gets_a_clean_report(api: Api) -> None:
    """A delivery to the inbox and all that comes before it is no mistake.

    Nor is asking for a report, which changes nothing.
    """
    before = await api.control("GET", "/report")
    await attempted(api)
    reports = [await api.control("GET", "/report?account=demo") for _ in range(2)]
    busiest = {"requests": 1, "limit": 10}
    assert [None, 0, True, []] == picked(
        before, "account", "requests", "clean", "findings"
    )
    assert [
        {**before, "account": "demo", "requests": 1, "busiest_second": busiest}
    ] * 2 == reports


@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}], ids=str)
@pytest.mark.parametrize(
    ("rate_limit", "expected"),
    [(2, [["rate_limit", 2, [3, 4], []], ["no_backoff", 1, [4], []]]), (0, [])],
)
async def test_too_many_requests_and_no_pause_are_found(
    serve: Serve, headers: dict[str, str], rate_limit: int, expected: list[Finding]
) -> None:
    """The refused, and those that followed; who waits is told nothing of it.

    Over one connection, or over one for each request; a limit of 0 is none.
    """
    api = await serve(rate_limit=rate_limit)
    await api.freeze()
    for _ in range(4):
        await api.call("POST", CREDITS, headers=headers)
    await api.advance(1)
    await api.call("POST", CREDITS, headers=headers)
    report = await api.control("GET", "/report?account=demo")

    assert {"requests": 4, "limit": rate_limit} == report["busiest_second"]
    assert expected == await found(api)


@pytest.mark.parametrize(("wait", "expected"), [(0.5, ["no_backoff"]), (1, [])])
async def test_after_a_429_by_a_fault_a_second_is_to_pass(
    api: Api, wait: float, expected: list[str]
) -> None:
    """The 429 that was ordered is no mistake, but going on at once is one."""
    await api.freeze()
    await rule(api, "status", status=429, times=1)
    await api.call("POST", CREDITS)
    await api.advance(wait)
    await api.call("POST", CREDITS)

    assert expected == [kind for kind, *_ in await found(api)]


LEVELS = {"job_title_level": {str(number): "x" * 10 for number in range(900)}}
TOO_MANY = {"fetchCount": 10_001, "filter": {}}
SECRET = {"webhook_secret_key": "wrong"}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "kind"),
    [
        ("POST", COUNTS, {"filter": {"job_title": {}}}, {}, None),
        ("POST", COUNTS, UNKNOWN, {}, "unknown_field"),
        ("POST", COUNTS, {"filter": {**LEVELS, "x": {}}}, {}, "unknown_field"),
        ("POST", COUNTS, {"Filter": {}}, {}, "unknown_field"),
        ("POST", COUNTS, {"filter": {}, "fetchCount": 1}, {}, None),
        ("POST", FETCH, {"fetch_count": 1, "filter": {}}, {}, "unknown_field"),
        ("GET", f"{PRESETS}?jobtitle=dev", None, {}, "unknown_field"),
        ("GET", f"{PRESETS}?website=x&job_title=dev", None, {}, None),
        ("GET", f"{PRESETS}?company_website=x&job_title=a", None, {}, "unknown_field"),
        ("GET", "/api/v2/records/batch-process?id=1", None, {}, "unknown_field"),
        ("POST", FETCH, TOO_MANY, {}, "insufficient_credit"),
        ("POST", FETCH, FETCHED, {"webhook_secret_key": "demo-webhook-secret"}, None),
        ("POST", FETCH, FETCHED, SECRET, "wrong_secret"),
        ("POST", CREDITS, None, {"X-API-Key": "nobody"}, "unauthorized"),
        ("GET", "/api/v2/nowhere", None, {}, "unknown_path"),
        ("GET", CREDITS, None, {}, "unknown_path"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_mistake_of_a_request_is_found(
    api: Api,
    method: str,
    path: str,
    body: object,
    headers: dict[str, str],
    kind: str | None,
) -> None:
    """By the request that shows it; what belongs to no account in the report of all."""
    await api.call("POST", CREDITS)
    await api.call(method, path, json=body, headers=headers)
    expected = [[kind, 1, [2], []]] if kind else []
    nobodys = kind in {"unauthorized", "unknown_path"}

    assert expected == await found(api, None)
    assert ([] if nobodys else expected) == await found(api)


async def test_a_field_that_is_ignored_is_found_all_the_same(serve: Serve) -> None:
    api = await serve(lenient=True)
    wanted: dict[str, object] = {"jobtitle": {}, "sic_code": {}, "x": {}}
    await api.call("POST", COUNTS, json={"filter": wanted})
    report = await api.control("GET", "/report")

    assert [["unknown_field", 1, [1], []]] == await found(api)
    assert "('jobtitle', 'x')" in report["findings"][0]["text"]


@pytest.mark.parametrize("status", [402, 401, 405])
async def test_what_a_fault_ordered_is_no_mistake(api: Api, status: int) -> None:
    await rule(api, "status", status=status)
    await api.call("POST", FETCH, json=FETCHED)

    assert [] == await found(api, None)


async def test_what_a_tester_ordered_of_a_receiver_is_no_mistake(api: Api) -> None:
    await script(api, {"status": 500}, {"drop": True})
    job = await attempted(api)
    await api.advance(1)
    await api.wait(job, attempts=2)
    for kind in ("EMPTY_RESPONSE", "DUPLICATE"):
        await rule(api, kind, "webhook", times=1)
    await point(api, DEAD_END)
    for attempts, wait in ((3, 5), (4, 15)):
        await api.advance(wait)
        await api.wait(job, attempts=attempts)

    assert [] == await found(api)

    await api.advance(60)
    await api.wait(job, attempts=5)
    assert [["not_acknowledged", 1, [], [job]]] == await found(api)


OK = {"status": 200, "error": None}
TIMED_OUT = {"error": "timeout", "duration_ms": 30_000}
UNACKNOWLEDGED = "not answered by 200 ({}): answer every delivery with 200"
SLOW = (
    "1 attempt took more than a third of the time-out of 30 s, up to {} s: "
    "answer 200 first, work afterwards"
)


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ([{**OK, "duration_ms": 10_000}], []),
        ([{**OK, "duration_ms": 10_001}], [SLOW.format("10.001")]),
        (
            [TIMED_OUT, {"status": 500}, {"status": 404}, {"status": 500}],
            [
                f"4 attempts {UNACKNOWLEDGED.format('404: 1, 500: 2, timeout: 1')}",
                SLOW.format("30"),
            ],
        ),
        (
            [{"error": "refused", "duration_ms": 30_000}],
            [f"1 attempt {UNACKNOWLEDGED.format('refused: 1')}"],
        ),
        *([[{"error": error}], []] for error in ("interrupted", "failed", "fault")),
        ([{"url": "http://elsewhere.example:1/_emulator/inbox/ann"}], []),
    ],
    ids=str,
)
async def test_a_receiver_is_judged_by_its_attempts(
    api: Api, attempts: list[dict[str, object]], expected: list[str]
) -> None:
    """It may take a third of the time-out of 30 s; what failed inside is not its fault.

    An inbox is not judged, not even one of an emulator elsewhere.
    """
    await point(api, DEAD_END)
    job = await attempted(api)
    snapshot = await api.control("GET", "/snapshot")
    table = snapshot["tables"]["attempts"]
    row = dict(zip(table["columns"], table["rows"][0], strict=True))
    table["rows"] = [
        list({**row, "number": number, **attempt}.values())
        for number, attempt in enumerate(attempts, start=1)
    ]
    await api.control("PUT", "/snapshot", snapshot)
    findings = (await api.control("GET", "/report?account=demo"))["findings"]

    assert expected == [each["text"] for each in findings]
    assert [([], [job])] * len(expected) == [
        (each["requests"], each["jobs"]) for each in findings
    ]


async def test_an_account_is_told_of_its_own_mistakes(api: Api) -> None:
    """All are in the report of all; a reset of the account takes them back."""
    client = await opened(api, "test-a")
    await client.call("POST", COUNTS, json=UNKNOWN)
    await point(api, DEAD_END, "test-a")
    job = await attempted(client)
    theirs = [["not_acknowledged", 1, [], [job]], ["unknown_field", 1, [2], []]]
    before = [await found(api, account) for account in ("demo", "test-a", None)]
    await api.control("POST", "/reset", {"account": "test-a"})

    assert [[], theirs, theirs] == before
    assert [] == await found(api, "test-a")


async def test_a_report_says_what_the_journal_has_lost(serve: Serve) -> None:
    api = await serve(journal_size=1)
    await api.call("POST", COUNTS, json=UNKNOWN)
    await api.call("POST", CREDITS)
    report = await api.control("GET", "/report?account=demo")

    assert [True, 1, 1] == picked(report, "clean", "requests", "evicted")
