"""Control routes of jobs: /_emulator/jobs."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from reachapi_emulator.state.store import Row
from reachapi_emulator.vendor.jobs import FINAL, STATES, JobBusy
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    asked,
    existing,
    read,
    reply,
    rooms,
    whole,
)
from reachapi_emulator.web.http import JSON

Seconds = Annotated[float, Meta(ge=0, le=600)]


class JobWait(Form):
    """What POST /jobs/{id}/wait takes; neither state nor attempts: a final state."""

    state: str | None = None
    attempts: Annotated[int, Meta(ge=1, le=1000)] | None = None
    timeout: Seconds = 10.0


async def listed(request: web.Request) -> web.Response:
    """GET /jobs?account=&state=."""
    query = asked(request, "account", "state")
    if query["account"] is not None:
        existing(request, query["account"])
    if query["state"] is not None:
        _known_state(query["state"])
    jobs = rooms(request).jobs
    return reply([jobs.shown(job) for job in jobs.find(**query)])


def _known_state(state: str) -> None:
    if state not in STATES:
        raise ControlError(400, f"unknown state {state!r}: one of {', '.join(STATES)}")


def _known_job(request: web.Request) -> int:
    job = whole(request.match_info["job"], "a job id") or 0
    try:
        rooms(request).jobs.row(job)
    except LookupError as error:
        raise ControlError(404, str(error)) from None
    return job


async def get(request: web.Request) -> web.Response:
    """GET /jobs/{id}."""
    return reply(rooms(request).jobs.shown(_known_job(request)))


async def payload(request: web.Request) -> web.Response:
    """GET /jobs/{id}/payload: the exact body of its delivery."""
    try:
        chunks = rooms(request).jobs.payload(_known_job(request))
    except JobBusy as error:
        raise ControlError(409, str(error)) from None
    return web.Response(body=b"".join(chunks), headers=JSON)


async def redeliver(request: web.Request) -> web.Response:
    """POST /jobs/{id}/redeliver: one more attempt now, no charge."""
    job = _known_job(request)
    try:
        rooms(request).jobs.redeliver(job)
    except JobBusy as error:
        raise ControlError(409, str(error)) from None
    return reply(rooms(request).jobs.shown(job))


async def wait(request: web.Request) -> web.Response:
    """POST /jobs/{id}/wait: 200 when it holds, 408 with the job as it is."""
    job = _known_job(request)
    form = await read(request, JobWait)
    if form.state is not None:
        _known_state(form.state)
    jobs = rooms(request).jobs

    def holds() -> bool | None:
        return _holds(form, jobs.row(job), jobs.attempts(job)[1]) or None

    try:
        held = await jobs.changed.until(holds, form.timeout)
    except LookupError:
        raise ControlError(404, f"job {job} is gone: a reset took it") from None
    return reply(jobs.shown(job), 200 if held else 408)


def _holds(form: JobWait, row: Row, finished: int) -> bool:
    if form.state is None and form.attempts is None:
        return row["state"] in FINAL and row["due_at"] is None
    states = STATES if form.state is None else {form.state}
    return row["state"] in states and finished >= (form.attempts or 0)


ROUTES = (
    web.get("/jobs", listed),
    web.get("/jobs/{job}", get),
    web.get("/jobs/{job}/payload", payload),
    web.post("/jobs/{job}/redeliver", redeliver),
    web.post("/jobs/{job}/wait", wait),
)
