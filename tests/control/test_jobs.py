"""/_emulator/jobs: listed, shown, waited for, delivered again."""

import asyncio
from typing import Any

import pytest

from support.api import Answer, Api
from support.control import Limit, ids, picked
from support.flow import job_of
from support.hanging import receiving
from support.polling import ready, submitted
from support.serving import Serve
from support.steering import (
    ask,
    begin,
    held_validation,
    opened,
    point,
    refused,
    script,
    waiting,
)

OK, BAD = {"status": 200}, {"status": 500}


async def ended(api: Api, *steps: object) -> int:
    """Return a job whose first attempt has ended, on the frozen clock."""
    await api.freeze()
    await script(api, *steps)
    job = await begin(api)
    await api.wait(job, attempts=1)
    return job


async def redelivered(api: Api, job: int) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return a job after one more attempt."""
    before = await job_of(api, job)
    await api.control("POST", f"/jobs/{job}/redeliver")
    return await api.wait(job, attempts=len(before["attempts"]) + 1)


async def awaited(task: "asyncio.Task[Answer]") -> Answer:
    """Return the answer of a wait that is expected to end."""
    async with asyncio.timeout(5):
        return await task


async def test_an_accepted_job_is_shown(api: Api) -> None:
    await api.freeze()
    wanted = {"0": "C-Suite"}
    shown = await job_of(api, await api.fetch(2, job_title_level=wanted))
    now = (await api.control("GET", "/clock"))["now"]

    assert shown.pop("matched") > 2
    assert {
        "unique_processing_id": 1300,
        "account": "demo",
        "state": "submitted",
        "polled": False,
        "fetch_count": 2,
        "filter": {"job_title_level": wanted},
        "valid": None,
        "charged": None,
        "created_at": now,
        "due_at": pytest.approx(now + 0.05, abs=1e-5),
        "attempts": [],
    } == shown


async def test_a_delivered_job_is_shown(api: Api) -> None:
    """What was valid was charged; nothing is due; its attempt has no error."""
    await api.freeze()
    job = await begin(api, 30)
    shown = await api.wait(job)
    (arrived,) = await api.control("GET", "/inbox/demo")
    (attempt,) = shown["attempts"]
    valid = len(arrived["body"]["data"])

    assert ["delivered", valid, valid, None] == picked(
        shown, "state", "valid", "charged", "due_at"
    )
    assert attempt.pop("duration_ms") >= 0
    assert {
        "number": 1,
        "trigger": "first",
        "started_at": (await api.control("GET", "/clock"))["now"],
        "url": f"{api.url}/_emulator/inbox/demo",
        "status": 200,
        "error": None,
        "response_body": "",
        "next_due_at": None,
        "fault": None,
    } == attempt


async def test_a_failed_attempt_is_shown(api: Api) -> None:
    """With the error's code and the instant of the retry (ruling 29)."""
    shown = await job_of(api, await ended(api, {"status": 503}))
    (attempt,) = shown["attempts"]
    due = pytest.approx((await api.control("GET", "/clock"))["now"] + 1)

    assert [503, "unexpected_status", due] == picked(
        attempt, "status", "error", "next_due_at"
    )
    assert ["delivering", due] == picked(shown, "state", "due_at")


async def test_an_attempt_under_way_is_shown(api: Api) -> None:
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        shown = await job_of(api, await begin(api))

    (attempt,) = shown["attempts"]
    assert ["delivering", None] == picked(shown, "state", "due_at")
    assert [None] * 3 == picked(attempt, "status", "error", "duration_ms")


async def test_an_attempt_shows_who_was_asked_and_not_how(api: Api) -> None:
    """User and password are masked, however odd, and nowhere else."""
    masked = {
        "http://user:word@127.0.0.1:9/hook": "http://****@127.0.0.1:9/hook",
        "https://user@127.0.0.1:9/": "https://****@127.0.0.1:9/",
        "http://u:p@w@127.0.0.1:9/": "http://****@127.0.0.1:9/",
        "http://@127.0.0.1:9/": "http://****@127.0.0.1:9/",
        "http://u:p@127.0.0.1:9/u:p@b?x=@c": "http://****@127.0.0.1:9/u:p@b?x=@c",
        "http://127.0.0.1:9/@b?c=d@e": "http://127.0.0.1:9/@b?c=d@e",
        "http://[::1]:9/?": "http://[::1]:9/?",
    }
    job = await ended(api)
    for url in masked:
        await point(api, url)
        shown = await redelivered(api, job)
        account = await api.control("GET", "/accounts/demo")
        assert url == account["webhook"]["url"]

    _, *attempts = shown["attempts"]
    assert [*masked.values()] == [attempt["url"] for attempt in attempts]


async def test_jobs_are_listed_by_account_and_state(serve: Serve) -> None:
    """Oldest first, each as it is shown by itself; each parameter narrows the list."""
    api = await serve(retry_schedule=())
    await api.freeze()
    other = await opened(api, "test-a")
    await script(api, BAD)
    failed = await begin(api)
    await api.wait(failed)
    theirs, mine, polled = await other.fetch(), await api.fetch(), await submitted(api)
    queries = {
        "": [failed, theirs, mine, polled],
        "?account=demo": [failed, mine, polled],
        "?state=submitted": [theirs, mine, polled],
        "?account=demo&state=exhausted": [failed],
        "?account=test-a&state=exhausted": [],
    }

    listed = {query: await api.control("GET", f"/jobs{query}") for query in queries}

    assert queries == {query: ids(jobs) for query, jobs in listed.items()}
    assert await job_of(api, theirs) == listed[""][1]


async def test_there_is_a_payload_before_the_first_attempt(api: Api) -> None:
    await api.freeze()
    job = await api.fetch()
    await api.control("PUT", "/accounts/demo/webhook", {"url": None})
    await api.advance(1)

    answer = await ask(api, "GET", f"/jobs/{job}/payload")

    assert "application/json" == answer.headers["Content-Type"]
    assert [job, "data_notification"] == picked(
        answer.json, "unique_processing_id", "event"
    )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "payload"), ("POST", "redeliver")]
)
async def test_what_is_being_validated_has_nothing_to_deliver(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    api = await serve()
    await api.freeze()
    with held_validation(monkeypatch):
        job = await api.fetch()
        reasons = [await refused(api, method, f"/jobs/{job}/{path}")]
        await api.control("PATCH", "/clock", {"frozen": False})
        await api.wait(job, state="validating")
        reasons.append(await refused(api, method, f"/jobs/{job}/{path}"))

    busy = f"job {job} is being validated: wait until it delivers"
    assert [(409, busy)] * 2 == reasons


async def test_a_polled_job_is_shown(api: Api) -> None:
    """Before validation as any job; then ready, and nothing is due (ruling 32)."""
    await api.freeze()
    first = await api.fetch(500)
    early = [await job_of(api, job) for job in (first, await submitted(api, 500))]
    await api.advance(1)
    shown = await job_of(api, first + 1)

    differing = [picked(job, "unique_processing_id", "polled") for job in early]
    assert [[first, False], [first + 1, True]] == differing
    for job in early:
        del job["unique_processing_id"], job["polled"]
    assert early[0] == early[1]
    assert shown["valid"] > 0
    assert ["ready", True, shown["valid"], None, []] == picked(
        shown, "state", "polled", "charged", "due_at", "attempts"
    )
    assert [shown] == await api.control("GET", "/jobs?state=ready")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "payload"), ("POST", "redeliver")]
)
async def test_a_polled_job_has_nothing_to_deliver(
    api: Api, method: str, path: str
) -> None:
    """409, before and after validation, and where its records are."""
    await api.freeze()
    job = await submitted(api)
    reasons = [await refused(api, method, f"/jobs/{job}/{path}")]
    await api.advance(1)
    before = await job_of(api, job)
    reasons.append(await refused(api, method, f"/jobs/{job}/{path}"))

    reason = (
        f"job {job} is polled for and has no delivery: its records are at "
        f"/api/v2/records/batch-process?batch_process_id={job}"
    )
    assert [(409, reason)] * 2 == reasons
    assert before == await job_of(api, job)


@pytest.mark.parametrize("what", [{"state": "delivered"}, {"attempts": 1}], ids=str)
async def test_a_wait_for_the_delivery_of_a_polled_job_is_in_vain(
    api: Api, what: dict[str, object]
) -> None:
    job = await ready(api)

    answer = await ask(api, "POST", f"/jobs/{job}/wait", {**what, "timeout": 0})

    assert (408, True) == (answer.status, answer.json["polled"])


@pytest.mark.parametrize(
    ("polled", "what", "state"),
    [
        (False, {}, "delivered"),
        (False, {"state": "delivering"}, "delivering"),
        (True, {}, "ready"),
        (True, {"state": "ready"}, "ready"),
    ],
)
async def test_a_wait_ends_as_soon_as_it_holds(
    api: Api, *, polled: bool, what: dict[str, object], state: str
) -> None:
    """Asked for nothing, with a final state; each of many who wait is told."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        if what:
            receiver.hang()
        job = await (submitted(api) if polled else api.fetch())
        form = {**what, "timeout": 60}
        tasks = [await waiting(api, f"/jobs/{job}/wait", form) for _ in range(3)]

        await api.advance(1)
        answers = [await awaited(task) for task in tasks]

    assert [(200, state)] * 3 == [(a.status, a.json["state"]) for a in answers]


async def test_a_wait_for_the_beginning_of_validation(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = await serve()
    await api.freeze()
    with held_validation(monkeypatch):
        job = await api.fetch()
        what = {"state": "validating", "timeout": 60}
        task = await waiting(api, f"/jobs/{job}/wait", what)
        await api.control("PATCH", "/clock", {"frozen": False})
        answer = await awaited(task)

    assert (200, "validating") == (answer.status, answer.json["state"])


async def test_a_wait_needs_no_body(api: Api) -> None:
    answer = await ask(api, "POST", f"/jobs/{await ended(api)}/wait")

    assert (200, "delivered") == (answer.status, answer.json["state"])


async def test_exhaustion_is_final(serve: Serve) -> None:
    api = await serve(retry_schedule=())

    job = await ended(api, BAD)

    assert "exhausted" == (await api.wait(job))["state"]


async def test_a_wait_in_vain_shows_the_job(api: Api) -> None:
    await api.freeze()
    job = await api.fetch()

    answer = await ask(api, "POST", f"/jobs/{job}/wait", {"timeout": 0.01})

    assert (408, await job_of(api, job)) == (answer.status, answer.json)


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({}, 408),
        ({"state": "delivering"}, 200),
        ({"attempts": 1}, 200),
        ({"attempts": 2}, 200),
        ({"attempts": 3}, 408),
        ({"state": "delivering", "attempts": 2}, 200),
        ({"state": "delivering", "attempts": 3}, 408),
        ({"state": "delivered", "attempts": 1}, 408),
    ],
    ids=str,
)
async def test_a_wait_of_no_seconds_only_looks(
    api: Api, what: dict[str, object], status: int
) -> None:
    """State and attempts must hold together; more attempts than asked will do."""
    job = await ended(api, BAD, BAD)
    await api.advance(1)
    await api.wait(job, attempts=2)

    answer = await ask(api, "POST", f"/jobs/{job}/wait", {**what, "timeout": 0})

    assert status == answer.status


async def test_attempts_count_when_they_have_ended(api: Api) -> None:
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        await receiver.arrival()
        what = {"attempts": 1, "timeout": 0}
        early = await ask(api, "POST", f"/jobs/{job}/wait", what)
        task = await waiting(api, f"/jobs/{job}/wait", {"attempts": 1, "timeout": 60})

        receiver.release()
        answer = await awaited(task)

    assert [408, 200] == [early.status, answer.status]
    assert [200] == [attempt["status"] for attempt in answer.json["attempts"]]


async def test_a_reset_ends_the_wait(api: Api) -> None:
    await api.freeze()
    job = await api.fetch()
    task = await waiting(api, f"/jobs/{job}/wait", {"timeout": 600})

    await api.control("POST", "/reset")
    answer = await awaited(task)

    gone = {"error": f"job {job} is gone: a reset took it"}
    assert (404, gone) == (answer.status, answer.json)


async def test_a_delivered_job_is_delivered_again(api: Api) -> None:
    """One more attempt, named for what it is, with the same bytes, at no charge."""
    job = await ended(api)
    before = await api.control("GET", "/accounts/demo/ledger")

    again = await redelivered(api, job)

    first, second = await api.control("GET", "/inbox/demo")
    assert first["body"] == second["body"]
    assert ["first", "redelivery"] == [each["trigger"] for each in again["attempts"]]
    assert before == await api.control("GET", "/accounts/demo/ledger")


async def test_a_redelivery_is_waited_for(api: Api) -> None:
    """By default a wait ends when no attempt is due or under way."""
    job = await ended(api)
    await api.control("POST", f"/jobs/{job}/redeliver")

    assert 2 == len((await api.wait(job))["attempts"])


@pytest.mark.parametrize(
    ("schedule", "steps", "state"),
    [
        ((1,), [OK, BAD], "delivered"),
        ((), [BAD, OK], "delivered"),
        ((), [BAD, BAD], "exhausted"),
        ((1,), [BAD, OK], "delivered"),
    ],
    ids=["a delivered one stays so", "exhausted", "exhausted again", "failing"],
)
async def test_a_redelivery_is_the_last_attempt(
    serve: Serve, schedule: object, steps: list[object], state: str
) -> None:
    """Acknowledged once, a job is delivered; nothing follows."""
    api = await serve(retry_schedule=schedule)
    job = await ended(api, *steps)

    again = await redelivered(api, job)
    await api.advance(3_600)

    assert [state, None, 2] == [again["state"], again["due_at"], len(again["attempts"])]
    assert again == await job_of(api, job)


async def test_a_redelivery_replaces_the_scheduled_retry(api: Api) -> None:
    """At the instant of the old retry nothing happens; the schedule goes on."""
    job = await ended(api, BAD, BAD)

    again = await redelivered(api, job)
    await api.advance(4.9)
    early = await job_of(api, job)
    await api.advance(0.1)
    last = await api.wait(job)

    assert again["due_at"] == pytest.approx(again["attempts"][1]["started_at"] + 5)
    assert 2 == len(early["attempts"])
    assert ["first", "redelivery", "retry"] == [a["trigger"] for a in last["attempts"]]


async def test_a_redelivery_goes_to_the_webhook_as_it_is_by_then(api: Api) -> None:
    """It is due now, waits while that is inactive, and is then made (ruling 30)."""
    job = await ended(api)
    async with receiving() as receiver:
        webhook = {"url": receiver.url, "active": False}
        await api.control("PUT", "/accounts/demo/webhook", webhook)
        answer = await api.control("POST", f"/jobs/{job}/redeliver")
        now = (await api.control("GET", "/clock"))["now"]
        await api.advance(3_600)
        early = await job_of(api, job)
        await point(api, receiver.url)
        late = await api.wait(job, attempts=2)

    assert [job, now] == picked(answer, "unique_processing_id", "due_at")
    assert [1, 2] == [len(early["attempts"]), len(late["attempts"])]
    assert [job] == receiver.jobs


async def test_a_job_with_an_attempt_under_way_is_not_redelivered(api: Api) -> None:
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        refusal = await refused(api, "POST", f"/jobs/{job}/redeliver")
        receiver.release()
        delivered = await api.wait(job)

    busy = f"an attempt of job {job} is under way: wait for its end"
    assert (409, busy) == refusal
    assert 1 == len(delivered["attempts"])


async def test_a_job_has_an_end_of_attempts(api: Api, limit: Limit) -> None:
    limit("attempts", 2)
    job = await ended(api)
    await redelivered(api, job)

    assert (409, f"job {job} has had 2 attempts: submit anew") == await refused(
        api, "POST", f"/jobs/{job}/redeliver"
    )
