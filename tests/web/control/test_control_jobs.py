"""/_emulator/jobs: listed and shown."""

from typing import Any

import pytest

from support.api import Api
from support.hanging import receiving
from support.serving import Serve
from support.steering import (
    begin,
    opened,
    point,
    refused,
    script,
)


def _ids(jobs: list[Any]) -> list[int]:
    return [job["unique_processing_id"] for job in jobs]


async def test_an_accepted_job_is_shown(api: Api) -> None:
    """Before validation it has neither valid nor charged records, nor attempts."""
    await api.freeze()
    wanted = {"0": "C-Suite"}
    job = await api.fetch(2, job_title_level=wanted)
    now = (await api.control("GET", "/clock"))["now"]

    shown = await api.control("GET", f"/jobs/{job}")

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
    """What was valid was charged; nothing is due any more."""
    await api.freeze()
    job = await begin(api, 30)
    shown = await api.wait(job)

    (arrived,) = await api.control("GET", "/inbox/demo")
    valid = len(arrived["body"]["data"])
    assert ("delivered", valid, valid, None) == (
        shown["state"],
        shown["valid"],
        shown["charged"],
        shown["due_at"],
    )


async def test_an_acknowledged_attempt_is_shown(api: Api) -> None:
    """Number, trigger, instant, URL, status and answer; no error, no retry."""
    await api.freeze()
    job = await begin(api)

    (attempt,) = (await api.wait(job))["attempts"]

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
    await api.freeze()
    await script(api, {"status": 503})
    job = await begin(api)

    shown = await api.wait(job, attempts=1)

    (attempt,) = shown["attempts"]
    now = (await api.control("GET", "/clock"))["now"]
    assert (503, "unexpected_status") == (attempt["status"], attempt["error"])
    assert ("delivering", pytest.approx(now + 1)) == (shown["state"], shown["due_at"])
    assert shown["due_at"] == attempt["next_due_at"]


async def test_an_attempt_under_way_is_shown(api: Api) -> None:
    """It is recorded before it is made, without an outcome."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)

        shown = await api.control("GET", f"/jobs/{job}")

    (attempt,) = shown["attempts"]
    assert ("delivering", None) == (shown["state"], shown["due_at"])
    assert (None, None, None) == (
        attempt["status"],
        attempt["error"],
        attempt["duration_ms"],
    )


async def test_jobs_are_listed_oldest_first(api: Api) -> None:
    """Those of every account, each as it is shown by itself."""
    await api.freeze()
    other = await opened(api, "test-a")
    first, second, third = await api.fetch(), await other.fetch(), await api.fetch()

    listed = await api.control("GET", "/jobs")

    assert [first, second, third] == _ids(listed)
    assert await api.control("GET", f"/jobs/{second}") == listed[1]


async def test_jobs_are_listed_by_account_and_state(serve: Serve) -> None:
    """Each narrows the list, and both together."""
    api = await serve(retry_schedule=())
    await api.freeze()
    other = await opened(api, "test-a")
    await script(api, {"status": 500})
    failed = await begin(api)
    await api.wait(failed)
    theirs, waiting = await other.fetch(), await api.fetch()

    found = [
        _ids(await api.control("GET", f"/jobs?{query}"))
        for query in (
            "account=demo",
            "state=submitted",
            "account=demo&state=exhausted",
            "account=test-a&state=exhausted",
        )
    ]

    assert [[failed, waiting], [theirs, waiting], [failed], []] == found


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("state=done", 400, "unknown state 'done': one of submitted, validating, "),
        ("state=", 400, "unknown state ''"),
        ("account=nobody", 404, "there is no account 'nobody'"),
        ("account=", 404, "there is no account ''"),
        ("limit=5", 400, "unknown parameter 'limit': known are account, state"),
        ("state=submitted&state=delivered", 400, "parameter 'state' is there twice"),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(
    api: Api, query: str, status: int, reason: str
) -> None:
    """What is wrong with the query is said."""
    found = await refused(api, "GET", f"/jobs?{query}")

    assert (status, reason) == (found[0], found[1][: len(reason)])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/payload"), ("POST", "/redeliver"), ("POST", "/wait")],
)
@pytest.mark.parametrize(
    ("job", "status", "reason"),
    [
        ("1300", 404, "there is no job 1300"),
        ("0", 404, "there is no job 0"),
        ("9" * 18, 404, f"there is no job {'9' * 18}"),
        ("9" * 19, 400, "a job id must be a whole number"),
        ("-1", 400, "a job id must be a whole number"),
        ("1e3", 400, "a job id must be a whole number"),
        ("%D9%A1", 400, "a job id must be a whole number"),
    ],
)
async def test_a_job_that_is_not_there_is_not_found(
    api: Api, method: str, path: str, job: str, status: int, reason: str
) -> None:
    """404 where there is none with the id, 400 where it is no id."""
    assert (status, reason) == await refused(api, method, f"/jobs/{job}{path}")


async def test_a_password_in_the_url_is_shown_by_the_account_alone(api: Api) -> None:
    """Attempts show who was asked, and not how."""
    url = "http://ann:word@127.0.0.1:9/hook"
    await point(api, url)
    await api.freeze()
    job = await api.fetch(1)
    await api.advance(1)
    (attempt,) = (await api.wait(job, attempts=1))["attempts"]

    assert "http://****@127.0.0.1:9/hook" == attempt["url"]
    assert url == (await api.control("GET", "/accounts/demo"))["webhook"]["url"]
