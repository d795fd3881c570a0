"""Waiting for one job, or for requests: until it holds or the time is over."""

from reachapi_emulator.client.describing import told
from reachapi_emulator.client.errors import WaitTimeout
from reachapi_emulator.client.shapes import Job, Request, made
from reachapi_emulator.client.transport import NOT_YET, Transport, Wait


def wait_for_job(
    transport: Transport,
    job: int,
    timeout: float,
    state: str | None = None,
    attempts: int | None = None,
) -> Job:
    """Return a job once it has that state and so many attempts have ended.

    Raises:
        WaitTimeout: it does not within `timeout` real seconds.
    """
    wanted = _given(state=state, attempts=attempts)
    answer = transport.wait(Wait(f"/jobs/{job}/wait", wanted, timeout))
    found = Job.of(answer.json)
    if answer.status == NOT_YET:
        text = f"{timeout:g} s were too short for job {job} to come so far: "
        text += ", ".join(f"{key} {value}" for key, value in wanted.items()) or "final"
        raise WaitTimeout("\n  ".join([text, *told([found])]))
    return found


def wait_for_requests(
    transport: Transport, count: int, timeout: float, **wanted: object
) -> list[Request]:
    """Return the requests that fit as soon as there are `count` of them.

    Raises:
        WaitTimeout: there are fewer after `timeout` real seconds.
    """
    given = _given(**wanted)
    body = {**given, "count": count}
    answer = transport.wait(Wait("/requests/wait", body, timeout))
    found = [made(Request, each) for each in answer.json["requests"]]
    if answer.status == NOT_YET:
        text = ", ".join(f"{key} {value}" for key, value in given.items()) or "any"
        raise WaitTimeout(
            f"{len(found)} of {count} requests ({text}) came within {timeout:g} s"
        )
    return found


def _given(**wanted: object) -> dict[str, object]:
    return {key: value for key, value in wanted.items() if value is not None}
