"""POST /_emulator/jobs/{id}/wait: 200 as soon as it holds, else 408."""

import asyncio

import pytest

from support.api import Answer, Api
from support.hanging import receiving
from support.serving import Serve
from support.steering import (
    ask,
    begin,
    held_validation,
    point,
    refused,
    script,
    waiting,
)


async def _awaited(task: asyncio.Task[Answer]) -> Answer:
    """Return the answer of a wait that is expected to end."""
    async with asyncio.timeout(5):
        return await task


async def test_a_wait_ends_with_a_final_state(api: Api) -> None:
    """Asked for nothing, it waits until the job is delivered or exhausted."""
    await api.freeze()
    job = await api.fetch()
    task = await waiting(api, f"/jobs/{job}/wait", {"timeout": 60})

    await api.advance(1)
    answer = await _awaited(task)

    assert (200, "delivered") == (answer.status, answer.json["state"])


async def test_a_wait_needs_no_body(api: Api) -> None:
    """None is as good as `{}`."""
    await api.freeze()
    job = await begin(api)

    answer = await ask(api, "POST", f"/jobs/{job}/wait")

    assert (200, "delivered") == (answer.status, answer.json["state"])


async def test_exhaustion_is_final(serve: Serve) -> None:
    """A job that has had its last attempt ends the wait too."""
    api = await serve(retry_schedule=())
    await api.freeze()
    await script(api, {"status": 500})

    assert "exhausted" == (await api.wait(await begin(api)))["state"]


async def test_a_wait_in_vain_shows_the_job(api: Api) -> None:
    """408 with the job as it is, once the real seconds are over."""
    await api.freeze()
    job = await api.fetch()

    answer = await ask(api, "POST", f"/jobs/{job}/wait", {"timeout": 0.01})

    assert 408 == answer.status
    assert await api.control("GET", f"/jobs/{job}") == answer.json


@pytest.mark.parametrize("what", [{}, {"state": "submitted"}, {"attempts": 1}])
async def test_a_wait_of_no_seconds_only_looks(api: Api, what: dict[str, str]) -> None:
    """200 if it holds now, else 408."""
    await api.freeze()
    job = await api.fetch()

    answer = await ask(api, "POST", f"/jobs/{job}/wait", {**what, "timeout": 0})

    assert (200 if "state" in what else 408) == answer.status


async def test_a_wait_for_the_beginning_of_validation(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`validating` ends the wait while it lasts."""
    await api.freeze()
    with held_validation(monkeypatch):
        job = await api.fetch()
        task = await waiting(
            api, f"/jobs/{job}/wait", {"state": "validating", "timeout": 60}
        )
        await api.control("PATCH", "/clock", {"frozen": False})
        answer = await _awaited(task)

    assert (200, "validating") == (answer.status, answer.json["state"])


async def test_a_wait_for_the_end_of_validation(api: Api) -> None:
    """`delivering` holds as soon as the first attempt is due."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await api.fetch()
        task = await waiting(
            api, f"/jobs/{job}/wait", {"state": "delivering", "timeout": 60}
        )

        await api.advance(1)
        answer = await _awaited(task)

    assert (200, "delivering") == (answer.status, answer.json["state"])


async def test_attempts_count_when_they_have_ended(api: Api) -> None:
    """One that is under way is none yet."""
    await api.freeze()
    async with receiving() as receiver:
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        await receiver.arrival()
        early = await ask(
            api, "POST", f"/jobs/{job}/wait", {"attempts": 1, "timeout": 0}
        )
        task = await waiting(api, f"/jobs/{job}/wait", {"attempts": 1, "timeout": 60})

        receiver.release()
        answer = await _awaited(task)

    assert [408, 200] == [early.status, answer.status]
    assert [200] == [attempt["status"] for attempt in answer.json["attempts"]]


async def test_more_attempts_than_asked_will_do(api: Api) -> None:
    """Attempts are at least those asked for."""
    await api.freeze()
    await script(api, {"status": 500})
    job = await begin(api)
    await api.wait(job, attempts=1)
    await api.advance(1)
    await api.wait(job, attempts=2)

    assert 2 == len((await api.wait(job, attempts=1))["attempts"])


@pytest.mark.parametrize(
    ("state", "attempts", "status"),
    [
        ("delivering", 1, 200),
        ("delivering", 2, 408),
        ("delivered", 1, 408),
    ],
)
async def test_state_and_attempts_hold_together(
    api: Api, state: str, attempts: int, status: int
) -> None:
    """Both must be as asked at the same time."""
    await api.freeze()
    await script(api, {"status": 500})
    job = await begin(api)
    await api.wait(job, attempts=1)
    what = {"state": state, "attempts": attempts, "timeout": 0}

    assert status == (await ask(api, "POST", f"/jobs/{job}/wait", what)).status


async def test_many_may_wait_for_one_job(api: Api) -> None:
    """Each is told."""
    await api.freeze()
    job = await api.fetch()
    tasks = [await waiting(api, f"/jobs/{job}/wait", {"timeout": 60}) for _ in range(3)]

    await api.advance(1)

    assert [200] * 3 == [(await _awaited(task)).status for task in tasks]


async def test_a_reset_ends_the_wait(api: Api) -> None:
    """404: the job is gone."""
    await api.freeze()
    job = await api.fetch()
    task = await waiting(api, f"/jobs/{job}/wait", {"timeout": 600})

    await api.control("POST", "/reset")
    answer = await _awaited(task)

    assert (404, {"error": f"job {job} is gone: a reset took it"}) == (
        answer.status,
        answer.json,
    )


@pytest.mark.parametrize(
    "what",
    [
        {"state": "done"},
        {"state": ["delivered"]},
        {"attempts": 0},
        {"attempts": 1_001},
        {"attempts": 1.5},
        {"timeout": -1},
        {"timeout": 601},
        {"timeout": "1"},
        {"timeout": None},
        {"seconds": 1},
        [],
    ],
    ids=str,
)
async def test_a_wait_that_makes_no_sense_is_refused(api: Api, what: object) -> None:
    """400 at once."""
    await api.freeze()
    job = await api.fetch()

    assert 400 == (await refused(api, "POST", f"/jobs/{job}/wait", what))[0]


async def test_a_redelivery_is_waited_for(api: Api) -> None:
    """By default a wait ends when no attempt is due or under way."""
    job = await api.fetch()
    await api.wait(job)
    await api.control("POST", f"/jobs/{job}/redeliver")

    attempts = (await api.wait(job))["attempts"]

    assert [200, 200] == [attempt["status"] for attempt in attempts]
