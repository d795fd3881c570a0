"""POST /_emulator/jobs/{id}/redeliver: one more attempt now, no charge."""

from typing import Any

import pytest

from support.api import Api
from support.hanging import receiving
from support.serving import Serve
from support.steering import (
    begin,
    held_validation,
    point,
    refused,
    script,
)

OK, BAD = {"status": 200}, {"status": 500}


async def _ended(api: Api, *steps: object) -> int:
    """Return a job whose first attempt has ended on the frozen clock.

    Args:
        api: speaks to the emulator.
        steps: how the inbox answers.
    """
    await api.freeze()
    await script(api, *steps)
    job = await begin(api)
    await api.wait(job, attempts=1)
    return job


async def _redelivered(api: Api, job: int, attempts: int = 2) -> Any:  # noqa: ANN401 # whatever the JSON holds
    await api.control("POST", f"/jobs/{job}/redeliver")
    return await api.wait(job, attempts=attempts)


async def test_a_delivered_job_is_delivered_again(api: Api) -> None:
    """One more attempt, named for what it is, with the same bytes."""
    job = await _ended(api, OK)

    again = await _redelivered(api, job)

    first, second = await api.control("GET", "/inbox/demo")
    assert first["body"] == second["body"]
    assert ("delivered", ["first", "redelivery"]) == (
        again["state"],
        [attempt["trigger"] for attempt in again["attempts"]],
    )


async def test_a_redelivery_costs_nothing(api: Api) -> None:
    """The ledger has one charge of the job, before and after."""
    job = await _ended(api, OK)
    before = await api.control("GET", "/accounts/demo/ledger")

    await _redelivered(api, job)

    assert before == await api.control("GET", "/accounts/demo/ledger")


async def test_the_answer_is_the_job(api: Api) -> None:
    """It is due now on the account's clock."""
    job = await _ended(api, OK)
    await api.control(
        "PUT", "/accounts/demo/webhook", {"url": "inbox:demo", "active": False}
    )

    answer = await api.control("POST", f"/jobs/{job}/redeliver")

    now = (await api.control("GET", "/clock"))["now"]
    assert (job, now) == (answer["unique_processing_id"], answer["due_at"])


async def test_a_failed_redelivery_leaves_a_delivered_job_delivered(api: Api) -> None:
    """And nothing follows it."""
    job = await _ended(api, OK, BAD)

    again = await _redelivered(api, job)

    assert ("delivered", None, [200, 500]) == (
        again["state"],
        again["due_at"],
        [attempt["status"] for attempt in again["attempts"]],
    )


@pytest.mark.parametrize(
    ("step", "state"), [(OK, "delivered"), (BAD, "exhausted")], ids=["200", "500"]
)
async def test_an_exhausted_job_gets_one_attempt(
    serve: Serve, step: object, state: str
) -> None:
    """Acknowledged, it is delivered; else it stays exhausted, without a retry."""
    api = await serve(retry_schedule=())
    job = await _ended(api, BAD, step)

    again = await _redelivered(api, job)

    assert (state, None, 2) == (again["state"], again["due_at"], len(again["attempts"]))


async def test_a_redelivery_replaces_the_scheduled_retry(api: Api) -> None:
    """At the instant of the old retry nothing happens; the schedule goes on."""
    job = await _ended(api, BAD, BAD)

    again = await _redelivered(api, job)
    await api.advance(4.9)
    early = await api.control("GET", f"/jobs/{job}")
    await api.advance(0.1)
    last = await api.wait(job)

    assert again["due_at"] == pytest.approx(again["attempts"][1]["started_at"] + 5)
    assert 2 == len(early["attempts"])
    assert ["first", "redelivery", "retry"] == [a["trigger"] for a in last["attempts"]]


async def test_a_redelivery_can_fulfil_a_failing_delivery(api: Api) -> None:
    """Acknowledged, the retries end."""
    job = await _ended(api, BAD, OK)

    again = await _redelivered(api, job)
    await api.advance(3_600)

    assert ("delivered", None) == (again["state"], again["due_at"])
    assert again == await api.control("GET", f"/jobs/{job}")


async def test_a_redelivery_goes_to_the_webhook_as_it_is_now(api: Api) -> None:
    """URL and secret are those of the attempt (ruling 30)."""
    job = await _ended(api, OK)
    async with receiving() as receiver:
        await point(api, receiver.url)

        await _redelivered(api, job)

    assert [job] == receiver.jobs


async def test_a_redelivery_waits_while_the_webhook_is_inactive(api: Api) -> None:
    """It is made as soon as the webhook is active again (ruling 30)."""
    job = await _ended(api, OK)
    webhook = {"url": "inbox:demo", "active": False}
    await api.control("PUT", "/accounts/demo/webhook", webhook)
    await api.control("POST", f"/jobs/{job}/redeliver")
    await api.advance(3_600)
    early = await api.control("GET", f"/jobs/{job}")

    await api.control("PUT", "/accounts/demo/webhook", {"url": "inbox:demo"})
    late = await api.wait(job, attempts=2)

    assert [1, 2] == [len(early["attempts"]), len(late["attempts"])]


async def test_a_job_before_validation_is_not_redelivered(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 while submitted, and while validating."""
    await api.freeze()
    with held_validation(monkeypatch):
        job = await api.fetch()
        reasons = [await refused(api, "POST", f"/jobs/{job}/redeliver")]
        await api.control("PATCH", "/clock", {"frozen": False})
        await api.wait(job, state="validating")
        reasons.append(await refused(api, "POST", f"/jobs/{job}/redeliver"))

    busy = f"job {job} is being validated: wait until it delivers"
    assert [(409, busy)] * 2 == reasons


async def test_a_job_with_an_attempt_under_way_is_not_redelivered(api: Api) -> None:
    """409, and the attempt goes on undisturbed."""
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


async def test_a_job_has_an_end_of_attempts(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 when it has had as many as one job may."""
    monkeypatch.setattr("reachapi_emulator.vendor.jobs.MAX_ATTEMPTS", 2)
    job = await _ended(api, OK)
    await _redelivered(api, job)

    assert (409, f"job {job} has had 2 attempts: submit anew") == await refused(
        api, "POST", f"/jobs/{job}/redeliver"
    )
