"""Control routes of jobs: /_emulator/jobs."""

from typing import Annotated

import orjson
from aiohttp import web
from msgspec import Meta

from reachapi_emulator.services import Services
from reachapi_emulator.state.page import Page
from reachapi_emulator.vendor.job import FINAL, STATES, JobBusy
from reachapi_emulator.vendor.payload import Payload
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    existing,
    parameters,
    read,
    reply,
    services_of,
    unit,
    waiting,
    whole_number,
)
from reachapi_emulator.web.control.paging import (
    PAGING,
    Listed,
    listed,
    page_of,
    send_page,
)
from reachapi_emulator.web.http import StreamedRecords

_GONE = 404
Seconds = Annotated[float, Meta(ge=0, le=600)]


class JobWait(Form):
    """What POST /jobs/{id}/wait takes; neither state nor attempts: a final state."""

    state: str | None = None
    attempts: Annotated[int, Meta(ge=1, le=1000)] | None = None
    timeout: Seconds = 10.0


async def every(request: web.Request) -> web.Response:
    """GET /jobs?account=&state=&limit=&before=&after=."""
    query = parameters(request, "account", "state", *PAGING)
    page = page_of(query)
    found, gone = await unit(request, _every, query["account"], query["state"], page)
    jobs = [_with_circuit(request, orjson.loads(job)) for job in found.entries]
    found = found._replace(entries=[*map(orjson.dumps, jobs)])
    return await send_page(request, page, found, headers={"Evicted": str(gone)})


def _every(
    services: Services, account: str | None, state: str | None, page: Page
) -> tuple[Listed, int]:
    existing(services, account)
    _known_state(state)
    jobs = services.jobs
    found = jobs.find(account, state, page)
    shown = listed(page, found, int, lambda job: orjson.dumps(jobs.to_json(job)))
    return shown, jobs.gone()


def _known_state(state: str | None) -> None:
    if state is not None and state not in STATES:
        raise ControlError(400, f"unknown state {state!r}: one of {', '.join(STATES)}")


def _id(request: web.Request) -> int:
    return whole_number(request.match_info["job"], "a job id") or 0


def _to_json(services: Services, job: int) -> dict[str, object]:
    try:
        return services.jobs.to_json(job)
    except LookupError as error:
        raise ControlError(404, str(error)) from None


def _with_circuit(request: web.Request, job: dict[str, object]) -> dict[str, object]:
    """Add what the worker alone knows, in memory: the circuit of the endpoint."""
    endpoint = job["endpoint"]
    circuit = services_of(request).worker.circuit(str(endpoint)) if endpoint else None
    return {**job, "circuit": circuit}


async def get(request: web.Request) -> web.Response:
    """GET /jobs/{id}."""
    return reply(_with_circuit(request, await unit(request, _to_json, _id(request))))


async def payload(request: web.Request) -> web.Response:
    """GET /jobs/{id}/payload: the exact body of its delivery."""
    exact = await unit(request, _payload, _id(request))
    return web.Response(body=StreamedRecords(exact))


def _payload(services: Services, job: int) -> Payload:
    try:
        return services.jobs.payload(job)
    except LookupError as error:
        raise ControlError(404, str(error)) from None
    except JobBusy as error:
        raise ControlError(409, str(error)) from None


async def redeliver(request: web.Request) -> web.Response:
    """POST /jobs/{id}/redeliver: one more attempt now, no charge."""
    job = await unit(request, _redeliver, _id(request))
    return reply(_with_circuit(request, job))


def _redeliver(services: Services, job: int) -> dict[str, object]:
    try:
        services.jobs.redeliver(job)
    except LookupError as error:
        raise ControlError(404, str(error)) from None
    except JobBusy as error:
        raise ControlError(409, str(error)) from None
    return services.jobs.to_json(job)


async def wait(request: web.Request) -> web.Response:
    """POST /jobs/{id}/wait: 200 when it holds, 408 with the job as it is."""
    job = _id(request)
    await unit(request, _to_json, job)
    form = await read(request, JobWait)
    _known_state(form.state)

    async def held() -> bool | None:
        return await unit(request, _is_held, job, form) or None

    moved = services_of(request).jobs.moved.of(job)
    try:
        with waiting(request):
            found = await moved.until(held, form.timeout)
        shown = await unit(request, _to_json, job)
    except LookupError:
        raise _gone(job) from None
    except ControlError as error:
        if error.status == _GONE:
            raise _gone(job) from None
        raise
    return reply(_with_circuit(request, shown), 200 if found else 408)


def _gone(job: int) -> ControlError:
    text = f"job {job} is gone: a reset took it, or newer ones did"
    return ControlError(_GONE, text)


def _is_held(services: Services, job: int, form: JobWait) -> bool:
    row, jobs = services.jobs.row(job), services.jobs
    if form.state is None and form.attempts is None:
        return row["state"] in FINAL and row["due_at"] is None
    states = STATES if form.state is None else {form.state}
    finished = jobs.attempts(job)[1]
    return row["state"] in states and finished >= (form.attempts or 0)


ROUTES = (
    web.get("/jobs", every),
    web.get("/jobs/{job}", get),
    web.get("/jobs/{job}/payload", payload),
    web.post("/jobs/{job}/redeliver", redeliver),
    web.post("/jobs/{job}/wait", wait),
)
