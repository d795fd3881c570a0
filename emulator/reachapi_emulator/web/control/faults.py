"""Control routes of the fault rules: /_emulator/faults."""

from enum import StrEnum
from typing import Annotated, TypeVar

from aiohttp import web
from msgspec import Meta, structs

from reachapi_emulator.testing.faults import (
    DELIVERED,
    KINDS,
    MAX_DELAY,
    STATUSES,
    FaultError,
    FaultKind,
    FaultPhase,
    FaultRule,
)
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
from reachapi_emulator.web.control.requests import known_operation
from reachapi_emulator.web.vendor_api import OPERATIONS

E = TypeVar("E", bound=StrEnum)

DEFAULT_SEED = 1
MAX_TIMES = 1_000_000
MAX_SEED = 2**53 - 1  # what every JSON reader keeps exactly
_KEYS = {FaultKind.STATUS: "status", FaultKind.DELAY: "seconds"}
"""What a kind needs, and no other takes."""
_KEYLESS = {each.name for each in OPERATIONS if not each.needs_key}


class NewFault(Form):
    """What POST /faults takes."""

    phase: str
    kind: str
    operation: str | None = None
    account: str | None = None
    status: Annotated[int, Meta(ge=STATUSES[0], le=STATUSES[-1])] | None = None
    seconds: Annotated[float, Meta(gt=0, le=MAX_DELAY)] | None = None
    times: Annotated[int, Meta(ge=1, le=MAX_TIMES)] | None = None
    probability: Annotated[float, Meta(gt=0, le=1)] | None = None
    seed: Annotated[int, Meta(ge=0, le=MAX_SEED)] | None = None


async def listed(request: web.Request) -> web.Response:
    """GET /faults."""
    asked(request)
    return reply(rooms(request).faults.shown())


async def create(request: web.Request) -> web.Response:
    """POST /faults: what can never strike is refused."""
    form = await read(request, NewFault)
    fault = _fault(form)
    _check_event(request, fault)
    try:
        number = rooms(request).faults.add(fault)
    except FaultError as error:
        raise ControlError(409, str(error)) from None
    (shown,) = (each for each in rooms(request).faults.shown() if each["id"] == number)
    return reply(shown, 201)


def _fault(form: NewFault) -> FaultRule:
    """Make a fault of what was asked for, if it makes sense."""
    phase = _one_of(FaultPhase, form.phase, "phase")
    kind = _one_of(FaultKind, form.kind, "kind")
    _check_kind(phase, kind)
    for owner, key in _KEYS.items():
        _check_key(kind, owner, key, given=getattr(form, key) is not None)
    if form.seed is not None and form.probability is None:
        raise ControlError(400, "seed belongs to probability: give both, or neither")
    values = structs.asdict(form) | {"phase": phase, "kind": kind}
    if form.probability is not None and form.seed is None:
        values["seed"] = DEFAULT_SEED
    return FaultRule(**values)


def _one_of(names: type[E], text: str, what: str) -> E:
    try:
        return names(text)
    except ValueError:
        known = ", ".join(names)
        raise ControlError(400, f"unknown {what} {text!r}: one of {known}") from None


def _check_kind(phase: FaultPhase, kind: FaultKind) -> None:
    if kind in KINDS[phase]:
        return
    if kind is FaultKind.STATUS:
        raise ControlError(
            400,
            "a delivery has no status of ours: PUT /_emulator/inbox/{name}/script "
            "lets an inbox answer one",
        )
    raise ControlError(400, f"{kind} strikes deliveries: its phase is webhook")


def _check_key(kind: FaultKind, owner: FaultKind, key: str, *, given: bool) -> None:
    if kind is owner and not given:
        raise ControlError(400, f"kind {owner} needs {key}")
    if kind is not owner and given:
        raise ControlError(400, f"{key} belongs to kind {owner}, not to {kind}")


def _check_event(request: web.Request, fault: FaultRule) -> None:
    """Refuse a rule for what never happens."""
    if fault.account is not None:
        _check_account(request, fault.account)
    known_operation(fault.operation)
    if fault.account is not None and fault.operation in _KEYLESS:
        raise ControlError(
            400, f"{fault.operation} is nobody's: it takes no key, leave account out"
        )
    if fault.phase is FaultPhase.WEBHOOK and fault.operation not in {None, DELIVERED}:
        raise ControlError(
            400, f"{fault.operation} delivers nothing: {DELIVERED}, or leave it out"
        )


def _check_account(request: web.Request, account: str) -> None:
    """Take an account that there is, or one that its key will open."""
    if not rooms(request).accounts.opens(account):
        existing(request, account)


async def clear(request: web.Request) -> web.Response:
    """DELETE /faults?account=."""
    account = asked(request, "account")["account"]
    if account is not None:
        _check_account(request, account)
    rooms(request).faults.clear(account)
    return reply({"cleared": account or "all"})


async def delete(request: web.Request) -> web.Response:
    """DELETE /faults/{id}."""
    fault = whole(request.match_info["fault"], "a fault id") or 0
    if not rooms(request).faults.remove(fault):
        raise ControlError(404, f"there is no fault {fault}: GET /_emulator/faults")
    return reply({"deleted": fault})


ROUTES = (
    web.get("/faults", listed),
    web.post("/faults", create),
    web.delete("/faults", clear),
    web.delete("/faults/{fault}", delete),
)
