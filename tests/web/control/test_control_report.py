"""GET /_emulator/report: what the client under test did wrong."""

import pytest

from support.api import COUNTS, CREDITS, FETCH, PRESETS, Api
from support.flow import attempted
from support.receiver import Receiver, Serving, listening
from support.serving import Serve
from support.steering import ask, opened, point, refused, script, under

Finding = tuple[str, int, list[int], list[int]]


async def found(api: Api, account: str | None = "demo") -> list[Finding]:
    """Return the findings: kind, count, requests, jobs."""
    query = f"?account={account}" if account else ""
    report = await api.control("GET", f"/report{query}")
    return [
        (each["kind"], each["count"], each["requests"], each["jobs"])
        for each in report["findings"]
    ]


async def counts(api: Api, **body: object) -> None:
    """Send a counts request."""
    await api.call("POST", COUNTS, json=body)


async def test_a_good_client_gets_a_clean_report(api: Api) -> None:
    """A delivery to the inbox and all that comes before it is no mistake."""
    await attempted(api)

    assert {
        "account": "demo",
        "evicted": 0,
        "clean": True,
        "requests": 1,
        "busiest_second": {"requests": 1, "limit": 10},
        "findings": [],
    } == await api.control("GET", "/report?account=demo")


async def test_nothing_was_done_wrong_before_anything_was_done(api: Api) -> None:
    """The report of all is there from the start."""
    report = await api.control("GET", "/report")

    assert (None, True, 0) == (report["account"], report["clean"], report["requests"])


async def test_too_many_requests_and_no_pause_are_found(serve: Serve) -> None:
    """The refused one, and those that followed it over the same connection."""
    api = await serve(rate_limit=2)
    await api.freeze()
    for _ in range(4):
        await api.call("POST", CREDITS)
    await api.advance(1)
    await api.call("POST", CREDITS)
    report = await api.control("GET", "/report?account=demo")

    assert {"requests": 4, "limit": 2} == report["busiest_second"]
    assert [("rate_limit", 2, [3, 4], []), ("no_backoff", 1, [4], [])] == await found(
        api
    )


async def test_a_pause_over_a_new_connection_is_missed_as_well(serve: Serve) -> None:
    """Clients that open one for each request are no exception."""
    api = await serve(rate_limit=1)
    await api.freeze()
    for _ in range(3):
        await api.call("POST", CREDITS, headers={"Connection": "close"})

    assert ("no_backoff", 1, [3], []) in await found(api)


async def test_who_waits_after_a_429_is_told_nothing_of_it(serve: Serve) -> None:
    """The 429 itself is found."""
    api = await serve(rate_limit=1)
    await api.freeze()
    for _ in range(2):
        await api.call("POST", CREDITS)
    await api.advance(1)
    await api.call("POST", CREDITS)

    assert [("rate_limit", 1, [2], [])] == await found(api)


@pytest.mark.parametrize(("wait", "expected"), [(0.5, ["no_backoff"]), (1, [])])
async def test_after_a_429_by_a_fault_a_second_is_to_pass(
    api: Api, wait: float, expected: list[str]
) -> None:
    """The 429 that was ordered is no mistake, but going on at once is one."""
    await api.freeze()
    rule = {"phase": "request", "kind": "status", "status": 429, "times": 1}
    await api.control("POST", "/faults", rule)
    await api.call("POST", CREDITS)
    await api.advance(wait)
    await api.call("POST", CREDITS)

    assert expected == [kind for kind, *_ in await found(api)]


async def test_a_limit_of_none_is_never_exceeded(serve: Serve) -> None:
    """The busiest second is told all the same."""
    api = await serve(rate_limit=0)
    await api.freeze()
    for _ in range(11):
        await api.call("POST", CREDITS)
    report = await api.control("GET", "/report")

    assert report["clean"]
    assert {"requests": 11, "limit": 0} == report["busiest_second"]


async def test_submissions_beyond_the_credits_are_found(api: Api) -> None:
    """And only those."""
    await api.fetch(1)
    body = {"fetchCount": 10_001, "filter": {}}
    await api.call("POST", FETCH, json=body)

    assert [("insufficient_credit", 1, [2], [])] == await found(api)


async def test_a_402_by_a_fault_is_no_mistake(api: Api) -> None:
    """The tester wanted it."""
    rule = {"phase": "request", "kind": "status", "status": 402}
    await api.control("POST", "/faults", rule)
    await api.call("POST", FETCH, json={"fetchCount": 1, "filter": {}})

    assert [] == await found(api)


@pytest.mark.parametrize("lenient", [False, True])
async def test_unknown_filter_fields_are_found(serve: Serve, *, lenient: bool) -> None:
    """Whether they are refused or ignored."""
    api = await serve(lenient=lenient)
    await counts(api, filter={"job_title": {}})
    await counts(api, filter={"jobtitle": {}, "sic_code": {}, "x": {}})
    report = await api.control("GET", "/report")

    assert [("unknown_field", 1, [2], [])] == await found(api)
    assert "('jobtitle', 'x')" in report["findings"][0]["text"]


async def test_unknown_keys_of_a_body_are_found(api: Api) -> None:
    """Though nobody refuses them; those of the page's bodies are known."""
    await counts(api, filter={}, fetchCount=1)
    await counts(api, Filter={})
    await api.call("POST", FETCH, json={"fetch_count": 1, "filter": {}})

    assert [("unknown_field", 2, [2, 3], [])] == await found(api)


async def test_unknown_fields_beyond_the_journals_cut_are_found(api: Api) -> None:
    """They were noticed when the body was whole."""
    levels = {str(number): "x" * 10 for number in range(900)}
    await counts(api, filter={"job_title_level": levels, "nonsense": {}})

    assert [("unknown_field", 1, [1], [])] == await found(api)


@pytest.mark.parametrize(
    "path",
    [
        f"{PRESETS}?jobtitle=dev",
        f"{PRESETS}?company_website=x&job_title=dev",
        "/api/v2/records/batch-process?id=1300",
    ],
)
async def test_unknown_parameters_are_found(api: Api, path: str) -> None:
    """Of presets, and of polling."""
    await api.call("GET", path)

    assert [("unknown_field", 1, [1], [])] == await found(api)


async def test_a_wrong_secret_is_found(api: Api) -> None:
    """The right one is not."""
    for secret in ("demo-webhook-secret", "wrong"):
        await api.call(
            "POST",
            FETCH,
            json={"fetchCount": 1, "filter": {}},
            headers={"webhook_secret_key": secret},
        )

    assert [("wrong_secret", 1, [2], [])] == await found(api)


async def test_what_belongs_to_no_account_is_in_the_report_of_all(api: Api) -> None:
    """Unknown keys, paths and methods."""
    await under(api, "nobody").call("POST", CREDITS)
    await api.call("GET", "/api/v2/nowhere")
    await api.call("GET", CREDITS)

    assert [] == await found(api)
    assert [
        ("unauthorized", 1, [1], []),
        ("unknown_path", 2, [2, 3], []),
    ] == await found(api, None)


async def test_a_receiver_that_does_not_acknowledge_is_found(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """Every attempt counts; one that it acknowledges does not."""
    await listening(api, aiohttp_raw_server, Receiver([500]))
    job = await attempted(api)
    await api.advance(1)
    await api.wait(job, state="delivered")

    assert [("not_acknowledged", 1, [], [job])] == await found(api)


async def test_a_receiver_that_is_not_there_is_found(api: Api) -> None:
    """It is one's own, and nobody listens."""
    await point(api, "http://127.0.0.1:9/hook")
    job = await attempted(api)

    assert [("not_acknowledged", 1, [], [job])] == await found(api)


async def test_what_an_inbox_was_told_to_answer_is_no_mistake(api: Api) -> None:
    """Nor is a delivery that a fault has broken."""
    await script(api, {"status": 500}, {"drop": True})
    job = await attempted(api)
    await api.advance(1)
    await api.wait(job, attempts=2)
    rule = {"phase": "webhook", "kind": "EMPTY_RESPONSE", "times": 1}
    await api.control("POST", "/faults", rule)
    await point(api, "http://127.0.0.1:9/hook")
    await api.advance(5)
    await api.wait(job, attempts=3)

    assert [] == await found(api)


async def test_an_account_is_told_of_its_own_mistakes(api: Api) -> None:
    """Those of others are theirs, and all are in the report of all."""
    client = await opened(api, "test-a")
    await counts(client, filter={"x": {}})

    assert [] == await found(api)
    assert [("unknown_field", 1, [2], [])] == await found(api, "test-a")
    assert [("unknown_field", 1, [2], [])] == await found(api, None)


async def test_a_report_says_what_the_journal_has_lost(serve: Serve) -> None:
    """What is gone is no finding any more."""
    api = await serve(journal_size=1)
    await counts(api, filter={"x": {}})
    await counts(api, filter={})
    report = await api.control("GET", "/report?account=demo")

    assert (True, 1, 1) == (report["clean"], report["requests"], report["evicted"])


async def test_after_a_reset_the_report_is_clean(api: Api) -> None:
    """Deliveries included."""
    await point(api, "http://127.0.0.1:9/hook")
    await attempted(api)
    await counts(api, filter={"x": {}})
    await api.control("POST", "/reset", {"account": "demo"})

    assert [] == await found(api)


async def test_the_report_of_nobody_is_not_found(api: Api) -> None:
    """An account that does not exist has none."""
    status, text = await refused(api, "GET", "/report?account=nobody")

    assert 404 == status
    assert "there is no account 'nobody'" in text


async def test_asking_for_a_report_is_in_no_report(api: Api) -> None:
    """Nor does it change the next."""
    first = (await ask(api, "GET", "/report")).body

    assert first == (await ask(api, "GET", "/report")).body
