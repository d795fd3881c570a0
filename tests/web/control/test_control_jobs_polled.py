"""/_emulator/jobs: those that are polled for (ruling 32)."""

import pytest

from support.api import Api
from support.flow import job_of
from support.polling import ready, submitted
from support.steering import ask, refused, waiting


async def test_a_polled_job_is_shown(api: Api) -> None:
    """Validated it is ready: valid and charged are known, nothing is due."""
    shown = await job_of(api, await ready(api, 500))

    assert shown["valid"] > 0
    assert ("ready", True, shown["valid"], None, []) == (
        shown["state"],
        shown["polled"],
        shown["charged"],
        shown["due_at"],
        shown["attempts"],
    )


async def test_before_validation_it_is_as_any_job(api: Api) -> None:
    """But for telling that it is polled for."""
    await api.freeze()
    first, second = await api.fetch(), await submitted(api)
    delivered, polled = [await job_of(api, job) for job in (first, second)]

    assert (False, True) == (delivered.pop("polled"), polled.pop("polled"))
    assert delivered | {"unique_processing_id": second} == polled


async def test_ready_jobs_are_listed(api: Api) -> None:
    """By their state."""
    job = await ready(api)
    await api.fetch()

    listed = await api.control("GET", "/jobs?state=ready")

    assert [job] == [each["unique_processing_id"] for each in listed]


@pytest.mark.parametrize("what", [{}, {"state": "ready"}])
async def test_a_wait_ends_when_it_is_ready(api: Api, what: dict[str, str]) -> None:
    """That is a final state."""
    await api.freeze()
    job = await submitted(api)
    task = await waiting(api, f"/jobs/{job}/wait", {**what, "timeout": 60})

    await api.advance(1)
    answer = await task

    assert (200, "ready") == (answer.status, answer.json["state"])


@pytest.mark.parametrize("what", [{"state": "delivered"}, {"attempts": 1}])
async def test_a_wait_for_a_delivery_is_in_vain(
    api: Api, what: dict[str, object]
) -> None:
    """408 with the job, which tells that it is polled for."""
    job = await ready(api)

    answer = await ask(api, "POST", f"/jobs/{job}/wait", {**what, "timeout": 0})

    assert (408, True) == (answer.status, answer.json["polled"])


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "payload"), ("POST", "redeliver")]
)
async def test_it_has_nothing_to_deliver(api: Api, method: str, path: str) -> None:
    """409, before and after validation, and where its records are."""
    await api.freeze()
    job = await submitted(api)
    early = await refused(api, method, f"/jobs/{job}/{path}")
    await api.advance(1)
    late = await refused(api, method, f"/jobs/{job}/{path}")

    reason = (
        f"job {job} is polled for and has no delivery: its records are at "
        f"/api/v2/records/batch-process?batch_process_id={job}"
    )
    assert [(409, reason)] * 2 == [early, late]


async def test_a_refused_redelivery_leaves_it_as_it_was(api: Api) -> None:
    """Nothing of it is due."""
    job = await ready(api)
    before = await job_of(api, job)
    await refused(api, "POST", f"/jobs/{job}/redeliver")

    assert before == await job_of(api, job)
