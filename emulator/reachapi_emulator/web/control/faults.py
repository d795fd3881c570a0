"""Control routes of the fault rules: /_emulator/faults."""

from enum import StrEnum
from typing import Annotated, TypeVar

from aiohttp import web
from msgspec import Meta, structs

from reachapi_emulator.services import Services
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
    existing,
    parameters,
    read,
    reply,
    unit,
    whole_number,
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


def _all_to_json(services: Services) -> list[dict[str, object]]:
    return services.faults.to_json()


async def listed(request: web.Request) -> web.Response:
    """GET /faults."""
    parameters(request)
    return reply(await unit(request, _all_to_json))


async def create(request: web.Request) -> web.Response:
    """POST /faults: what can never trigger is refused."""
    rule = _rule(await read(request, NewFault))
    return reply(await unit(request, _create, rule), 201)


def _create(services: Services, rule: FaultRule) -> dict[str, object]:
    _check_event(services, rule)
    try:
        number = services.faults.add(rule)
    except FaultError as error:
        raise ControlError(409, str(error)) from None
    (created,) = (each for each in services.faults.to_json() if each["id"] == number)
    return created


def _rule(form: NewFault) -> FaultRule:
    """Make a rule of what was asked for, if it makes sense."""
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
    raise ControlError(400, f"{kind} is for deliveries: its phase is webhook")


def _check_key(kind: FaultKind, owner: FaultKind, key: str, *, given: bool) -> None:
    if kind is owner and not given:
        raise ControlError(400, f"kind {owner} needs {key}")
    if kind is not owner and given:
        raise ControlError(400, f"{key} belongs to kind {owner}, not to {kind}")


def _check_event(services: Services, rule: FaultRule) -> None:
    """Refuse a rule for what never happens."""
    if rule.account is not None:
        _check_account(services, rule.account)
    known_operation(rule.operation)
    if rule.account is not None and rule.operation in _KEYLESS:
        raise ControlError(
            400,
            f"{rule.operation} needs no API key, so it has no account: "
            "leave account out",
        )
    if rule.phase is FaultPhase.WEBHOOK and rule.operation not in {None, DELIVERED}:
        raise ControlError(
            400,
            f"{rule.operation} has no delivery: operation must be {DELIVERED}, or "
            "left out",
        )


def _check_account(services: Services, account: str) -> None:
    """Take an account that there is, or one that its key will open."""
    if not services.accounts.opens(account):
        existing(services, account)


async def clear(request: web.Request) -> web.Response:
    """DELETE /faults?account=."""
    account = parameters(request, "account")["account"]
    await unit(request, _clear, account)
    return reply({"cleared": account or "all"})


def _clear(services: Services, account: str | None) -> None:
    if account is not None:
        _check_account(services, account)
    services.faults.clear(account)


async def delete(request: web.Request) -> web.Response:
    """DELETE /faults/{id}."""
    rule = whole_number(request.match_info["fault"], "a fault id") or 0
    if not await unit(request, _remove, rule):
        raise ControlError(404, f"there is no fault {rule}: GET /_emulator/faults")
    return reply({"deleted": rule})


def _remove(services: Services, rule: int) -> bool:
    return services.faults.remove(rule)


ROUTES = (
    web.get("/faults", listed),
    web.post("/faults", create),
    web.delete("/faults", clear),
    web.delete("/faults/{fault}", delete),
)
