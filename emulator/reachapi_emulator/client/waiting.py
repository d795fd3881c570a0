"""Waiting for a job, for requests, for a webhook, by the wait endpoints."""

from reachapi_emulator.client import lists
from reachapi_emulator.client.clock import Clock
from reachapi_emulator.client.errors import EmulatorError, WaitTimeout
from reachapi_emulator.client.lists import described_jobs
from reachapi_emulator.client.shapes import (
    Attempt,
    Delivery,
    Job,
    Request,
    StateName,
    from_json,
)
from reachapi_emulator.client.transport import NOT_YET, Transport, Wait
from reachapi_emulator.real_time import monotonic

MAX_WAIT = 600.0
"""Real seconds that the control API waits at most."""

MAX_COUNTED = 1_000
"""How many requests the control API can wait for."""

_MAX_WATCHED = 16
_SLICE = 2.0
_Given = tuple[int, float, int, float]


def wait_for_job(
    transport: Transport,
    job: int,
    timeout: float,
    state: StateName | None = None,
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
        path = f"/accounts/{lists.segment(found.account)}/clock"
        text += _standstill([found], Clock(transport, path))
        raise WaitTimeout("\n  ".join([text, *described_jobs([found])]))
    return found


def _standstill(jobs: list[Job], clock: Clock) -> str:
    """Return what to say where nothing can fall due."""
    if any(job.due_at is not None for job in jobs) and clock.frozen:
        return "; its clock is frozen: advance() lets fall due what is to come"
    return ""


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
    found = [from_json(Request, each) for each in answer.json["requests"]]
    if answer.status == NOT_YET:
        text = ", ".join(f"{key} {value}" for key, value in given.items()) or "any"
        raise WaitTimeout(
            f"{len(found)} of {count} requests ({text}) came within {timeout:g} s"
        )
    return found


def _given(**wanted: object) -> dict[str, object]:
    return {key: value for key, value in wanted.items() if value is not None}


class Webhooks:
    """The acknowledged deliveries of an account that were not handed out yet.

    Args:
        transport: to the emulator.
        account: its id.
        clock: that it follows.
    """

    def __init__(self, transport: Transport, account: str, clock: Clock) -> None:
        self._transport = transport
        self._account = account
        self._clock = clock
        self._given: set[_Given] = set()

    def forget(self) -> None:
        """Begin anew, after a reset."""
        self._given.clear()

    def next(self, timeout: float) -> Delivery:
        """Return the oldest that was not handed out, as soon as there is one.

        Raises:
            WaitTimeout: there is none within `timeout` real seconds.
        """
        deadline = monotonic() + timeout
        while True:
            accepted = self._accepted()
            jobs = lists.jobs(self._transport, self._account)
            for job, attempt in self._new(jobs):
                return self._handed_out(job, attempt)
            left = deadline - monotonic()
            if left <= 0:
                raise WaitTimeout(self._missed(timeout, jobs))
            waits = self._waits(jobs, accepted, min(left, MAX_WAIT))
            self._transport.wait(*waits)

    def _accepted(self) -> int:
        """Return how many data requests of the account the journal holds."""
        held = lists.requests(self._transport, self._account, "fetch", 200, MAX_COUNTED)
        return len(held)

    def _new(self, jobs: list[Job]) -> list[tuple[Job, Attempt]]:
        """Return what was acknowledged and not handed out, oldest first."""
        found = [
            (job, attempt)
            for job in jobs
            for attempt in job.attempts
            if attempt.acknowledged and _key(job, attempt) not in self._given
        ]
        return sorted(found, key=lambda each: each[1].started_at)

    def _handed_out(self, job: Job, attempt: Attempt) -> Delivery:
        number = job.unique_processing_id
        body = self._transport.send("GET", f"/jobs/{number}/payload")
        self._given.add(_key(job, attempt))
        return Delivery(number, attempt, body)

    def _waits(self, jobs: list[Job], accepted: int, left: float) -> list[Wait]:
        """Return what to wait for: the end of an attempt, or another data request.

        What is left behind of a race lasts on in the emulator until its time is
        over, so that races are short, and one job that is doing well has none.
        """
        moving = [job for job in jobs if job.moving][-_MAX_WATCHED:]
        if len(moving) == 1 and not self._is_held(moving[0]):
            return [_end_of_attempt(moving[0], left)]
        if not moving:
            return [self._another(accepted, left)]
        left = min(left, _SLICE)
        waits = [_end_of_attempt(job, left) for job in moving]
        if accepted < MAX_COUNTED:
            waits.append(self._another(accepted, left))
        return waits

    def _is_held(self, job: Job) -> bool:
        """Tell whether a job has a long way to go, or may have."""
        if job.due_at is None:
            return False
        clock = self._clock.read()
        return job.ended_attempts > 0 or (clock.frozen and clock.now < job.due_at)

    def _another(self, accepted: int, seconds: float) -> Wait:
        if accepted >= MAX_COUNTED:
            raise EmulatorError(
                f"the journal holds {accepted} data requests of {self._account}, too "
                "many to wait for another: clear_requests() first"
            )
        wanted = {"account": self._account, "operation": "fetch", "status": 200}
        return Wait("/requests/wait", {**wanted, "count": accepted + 1}, seconds)

    def _missed(self, timeout: float, jobs: list[Job]) -> str:
        further = "further " if self._given else ""
        text = f"no {further}webhook of {self._account} was acknowledged within "
        text += f"{timeout:g} s"
        if not jobs:
            return f"{text}: it has no job; was a data request accepted?"
        if self._given:
            text += f"; {len(self._given)} before, each of which was returned once"
        text += _standstill(jobs, self._clock)
        return "\n  ".join([text, *described_jobs(jobs)[-20:]])


def _end_of_attempt(job: Job, seconds: float) -> Wait:
    path = f"/jobs/{job.unique_processing_id}/wait"
    return Wait(path, {"attempts": job.ended_attempts + 1}, seconds)


def _key(job: Job, attempt: Attempt) -> _Given:
    """Return what tells an attempt from all others, a reset between them too."""
    number = job.unique_processing_id
    return number, job.created_at, attempt.number, attempt.started_at
