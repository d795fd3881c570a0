"""Steps of polling (ruling 32), for tests that drive it by the clock."""

from support.api import BATCH, FETCH_DATA, Answer, Api
from support.flow import VALIDATION_DELAY


async def submitted(api: Api, count: int = 3, **wanted: object) -> int:
    """Submit a request to be polled for, expect it accepted, return its id."""
    body = {"fetchCount": count, "filter": wanted}
    answer = await api.call("POST", FETCH_DATA, json=body)
    if answer.status != 200:
        raise AssertionError(f"fetch data: {answer.status} {answer.body!r}")
    job: int = answer.json["data"]["batch_process_id"]
    return job


async def ready(api: Api, count: int = 3, **wanted: object) -> int:
    """Freeze, submit, see the validation to its end, and return the job's id."""
    await api.freeze()
    job = await submitted(api, count, **wanted)
    await api.advance(VALIDATION_DELAY)
    return job


async def poll(api: Api, job: object) -> Answer:
    """Ask for the records of a request."""
    return await api.call("GET", f"{BATCH}?batch_process_id={job}")
