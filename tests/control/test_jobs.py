"""/_emulator/jobs: listed, shown, waited for, delivered again."""

import asyncio
from typing import Any

import pytest

from reachapi_emulator.services import Services
from reachapi_emulator.web.control import jobs
from support.client import (
    Answer,
    Api,
    Serve,
    account,
    ask,
    attempted,
    begin,
    job_of,
    opened,
    point,
    ready,
    refused,
    script,
)
from support.control import Limit, ids, picked
from support.receiver import receiving
from support.steering import waiting

BAD = {"status": 500}


async def ended(api: Api, *steps: object) -> int:
    """Return a job whose first attempt has ended, on the frozen clock."""
    await script(api, *steps)
    return await attempted(api)


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

    assert ["submitted", 2, {"job_title_level": wanted}, None, None] == picked(
        shown, "state", "fetch_count", "filter", "valid", "charged"
    )
    assert [now, pytest.approx(now + 0.05, abs=1e-5)] == picked(
        shown, "created_at", "due_at"
    )
    assert shown["matched"] > 2


async def test_an_attempt_shows_who_was_asked_and_not_how(api: Api) -> None:
    """User, password and the query's values are masked, however odd."""
    masked = {
        "http://user:word@127.0.0.1:9/hook": "http://****@127.0.0.1:9/hook",
        "https://user@127.0.0.1:9/": "https://****@127.0.0.1:9/",
        "http://u:p@w@127.0.0.1:9/": "http://****@127.0.0.1:9/",
        "http://@127.0.0.1:9/": "http://****@127.0.0.1:9/",
        "http://u:p@127.0.0.1:9/u:p@b?x=@c": "http://****@127.0.0.1:9/u:p@b?x=****",
        "http://127.0.0.1:9/@b?c=d@e": "http://127.0.0.1:9/@b?c=****",
        "http://127.0.0.1:9/?s&a=&=b=c#d": "http://127.0.0.1:9/?****&a=&=****",
        "http://[::1]:9/?": "http://[::1]:9/?",
    }
    job = await ended(api)
    for url in masked:
        await point(api, url)
        shown = await redelivered(api, job)
        assert url == (await account(api))["webhook"]["url"]
    _, *attempts = shown["attempts"]
    assert [*masked.values()] == [attempt["url"] for attempt in attempts]


async def test_jobs_are_listed_by_account_and_state(serve: Serve) -> None:
    """Oldest first, each as it is shown by itself; each parameter narrows the list."""
    api = await serve(retry_schedule=())
    other = await opened(api, "test-a")
    failed = await ended(api, BAD)
    theirs, mine, polled = (
        await other.fetch(),
        await api.fetch(),
        await api.fetch_data(),
    )
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
async def test_a_polled_job_has_nothing_to_deliver(
    api: Api, method: str, path: str
) -> None:
    """409, before and after validation, and where its records are."""
    await api.freeze()
    job = await api.fetch_data()
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


async def test_a_polled_job_is_shown(api: Api) -> None:
    """Before validation as any job; then ready, and nothing is due (ruling 32)."""
    await api.freeze()
    jobs = [await api.fetch(500), await api.fetch_data(500)]
    delivered, polled = [await job_of(api, job) for job in jobs]
    await api.advance(1)
    shown = await job_of(api, jobs[1])
    nowhere = {"endpoint": None, "circuit": None}
    own = {"unique_processing_id": jobs[1], "polled": True, **nowhere}
    assert {**delivered, **own} == polled
    assert shown["valid"] > 0
    assert ["ready", True, shown["valid"], None, []] == picked(
        shown, "state", "polled", "charged", "due_at", "attempts"
    )
    assert [shown] == await api.control("GET", "/jobs?state=ready")


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
        job = await (api.fetch_data() if polled else api.fetch())
        form = {**what, "timeout": 60}
        tasks = [await waiting(api, f"/jobs/{job}/wait", form) for _ in range(3)]

        await api.advance(1)
        answers = [await awaited(task) for task in tasks]

    assert [(200, state)] * 3 == [(a.status, a.json["state"]) for a in answers]


async def test_a_wait_looks_when_its_own_job_has_moved(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What else happens meanwhile wakes the worker, and nobody who waits."""
    looks: list[int] = []
    is_held = jobs._is_held  # noqa: SLF001 # what each look calls

    def counted(services: Services, job: int, form: jobs.JobWait) -> bool:
        looks.append(job)
        return is_held(services, job, form)

    await api.freeze()
    job = await api.fetch()
    monkeypatch.setattr(jobs, "_is_held", counted)
    task = await waiting(api, f"/jobs/{job}/wait", {"timeout": 60})
    other = await opened(api, "test-a")
    await other.control("PATCH", "/accounts/test-a/clock", {"frozen": False})
    await other.wait(await other.fetch())
    before = looks.count(job)
    await api.advance(1)

    assert (1, 200) == (before, (await awaited(task)).status)


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
    """State and attempts must hold together; either way the job is shown."""
    job = await ended(api, BAD, BAD)
    await api.advance(1)
    shown = await api.wait(job, attempts=2)
    answer = await ask(api, "POST", f"/jobs/{job}/wait", {**what, "timeout": 0})

    assert (status, shown) == (answer.status, answer.json)


async def test_an_attempt_under_way_counts_when_it_has_ended(api: Api) -> None:
    """Until then it has neither status nor error, and no other can be ordered."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        path = f"/jobs/{job}/wait"
        early = await ask(api, "POST", path, {"attempts": 1, "timeout": 0})
        busy = await refused(api, "POST", f"/jobs/{job}/redeliver")
        task = await waiting(api, path, {"attempts": 1, "timeout": 60})

        receiver.release()
        answer = await awaited(task)
    (attempt,) = early.json["attempts"]
    assert [408, 200] == [early.status, answer.status]
    assert ["delivering", None] == picked(early.json, "state", "due_at")
    assert [None] * 3 == picked(attempt, "status", "error", "duration_ms")
    assert (409, f"an attempt of job {job} is under way: wait for its end") == busy
    assert [200] == [attempt["status"] for attempt in answer.json["attempts"]]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/reset"), ("DELETE", "/accounts/demo")]
)
async def test_who_waits_for_what_is_gone_is_told_at_once(
    api: Api, method: str, path: str
) -> None:
    await api.freeze()
    job = await api.fetch()
    task = await waiting(api, f"/jobs/{job}/wait", {"timeout": 600})
    await api.control(method, path)
    answer = await awaited(task)
    gone = {"error": f"job {job} is gone: a reset took it, or newer ones did"}
    assert (404, gone) == (answer.status, answer.json)


async def test_a_redelivery_is_waited_for(api: Api) -> None:
    """A wait without a body ends when no attempt is due or under way."""
    job = await ended(api)
    await api.control("POST", f"/jobs/{job}/redeliver")

    assert 2 == len((await api.control("POST", f"/jobs/{job}/wait"))["attempts"])


async def test_an_exhausted_job_that_fails_again_is_exhausted(serve: Serve) -> None:
    api = await serve(retry_schedule=())
    job = await ended(api, BAD, BAD)
    again = await redelivered(api, job)
    await api.advance(3_600)

    assert ["exhausted", None] == picked(again, "state", "due_at")
    assert again == await job_of(api, job)


async def test_after_a_redelivery_that_fails_the_schedule_goes_on(api: Api) -> None:
    """At the instant of the retry that it took the place of, nothing happens."""
    job = await ended(api, BAD, BAD)
    again = await redelivered(api, job)
    await api.advance(4.9)
    early = await job_of(api, job)
    await api.advance(0.1)
    last = await api.wait(job)

    assert again["due_at"] == pytest.approx(again["attempts"][1]["started_at"] + 5)
    assert 2 == len(early["attempts"])
    assert ["first", "redelivery", "retry"] == [a["trigger"] for a in last["attempts"]]


async def test_a_job_has_an_end_of_attempts(api: Api, limit: Limit) -> None:
    limit("attempts", 2)
    job = await ended(api)
    await redelivered(api, job)

    assert (409, f"job {job} has had 2 attempts: submit anew") == await refused(
        api, "POST", f"/jobs/{job}/redeliver"
    )
