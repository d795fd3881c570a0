"""What happens around every vendor request, in the order of ruling 4.

path and method (404, 405) -> key (401, 403) -> rate limit (429) -> body (413)
-> a fault, if a rule triggers -> the operation's own checks (400, 402, 404)
-> journal and log.
"""

import logging

from aiohttp import web

from reachapi_emulator.real_time import monotonic
from reachapi_emulator.services import Services
from reachapi_emulator.state.clock import microseconds
from reachapi_emulator.testing.faults import FaultKind, FaultPhase
from reachapi_emulator.testing.journal import (
    MAX_BODY,
    Entry,
    FindingKind,
    Remark,
    path_of,
)
from reachapi_emulator.testing.request_faults import Broken, break_off, refusal_of
from reachapi_emulator.vendor.accounts import Caller
from reachapi_emulator.vendor.errors import (
    BadRequest,
    InsufficientCredit,
    MethodNotAllowed,
    PageNotFound,
    PayloadTooLarge,
    ReachApiError,
    ServerError,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
)
from reachapi_emulator.vendor.rate_limit import WINDOW
from reachapi_emulator.web.body import read_body
from reachapi_emulator.web.http import Success, answer, refusal
from reachapi_emulator.web.http_server import opened
from reachapi_emulator.web.vendor_api import Operation, VendorRequest

SECRET_HEADER = "webhook_secret_key"  # noqa: S105 # a header's name

log = logging.getLogger("reachapi_emulator.requests")


class Exchange:
    """One request to the vendor's surface, from its head to its journal entry.

    Attributes:
        caller: whose it is, once the key has been checked.
        held: counts the body for as long as it is there.
    """

    __slots__ = (
        *("_body", "_fault", "_findings", "_message", "_notes", "_operation"),
        *("_request", "_room_at", "_services", "_started", "caller", "held"),
    )

    def __init__(
        self, services: Services, operation: Operation | None, request: web.Request
    ) -> None:
        self._started = monotonic()
        self._services = services
        self._operation = operation
        self._request = request
        self.caller: Caller | None = None
        self.held = services.quotas.bodies.holding()
        self._fault: int | None = None
        self._room_at: int | None = None
        self._findings: list[Remark] = []
        self._notes: list[str] = []
        self._body = b""
        self._message = ""

    async def answer(self) -> web.Response:
        """Make the checks in their order, then do what is asked.

        Raises:
            ReachApiError: it is refused.
            Broken: a fault breaks the connection.
        """
        operation = self._known()
        if operation.needs_key:
            await self._identify(operation)
        if self._request.can_read_body:
            await self._read()
            if operation.shows_credit:
                await self._read_credit()
        if self._services.faults.rules:
            await self._meet_fault(operation)
        if operation.is_unit:
            success = await self._services.store.unit(self._run, operation)
        else:
            success = self._run(operation)
        self._message = success.message
        return answer(success)

    def _known(self) -> Operation:
        """Check path and method."""
        operation = self._operation
        if operation is None:
            raise PageNotFound
        if self._request.method not in operation.methods:
            raise MethodNotAllowed(operation.methods)
        return operation

    async def _identify(self, operation: Operation) -> None:
        """Check the key, the webhook secret where one is sent, the rate limit."""
        services, headers = self._services, self._request.headers
        api_key = ", ".join(headers.getall("X-API-Key", ()))  # two keys are none
        sends_secret = operation.takes_secret and SECRET_HEADER in headers
        caller, secret = await services.store.unit(
            _identify, services, api_key, with_secret=sends_secret
        )
        self.caller = caller
        services.activity.note(caller.account)
        if sends_secret and headers[SECRET_HEADER] != secret:
            self._findings.append((FindingKind.WRONG_SECRET, ""))
            raise Unauthorized
        services.limiter.admit(caller.account, caller.now)

    async def _read(self) -> None:
        try:
            self._body = await read_body(self._request, self.held)
        except web.HTTPRequestEntityTooLarge:
            raise PayloadTooLarge from None
        except web.HTTPServiceUnavailable:
            raise ServiceUnavailable from None
        except web.RequestPayloadError as error:
            raise BadRequest(f"Request body cannot be read: {error}") from None

    async def _meet_fault(self, operation: Operation) -> None:
        """Suffer what a rule orders, if one triggers.

        Raises:
            ReachApiError: it orders a refusal.
            Broken: it orders a broken connection.
        """
        services, caller = self._services, self.caller
        account = caller.account if caller else None
        rule = await services.store.unit(
            services.faults.trigger, FaultPhase.REQUEST, operation.name, account
        )
        if rule is None:
            return
        self._fault = rule.id
        if rule.status is not None:
            raise refusal_of(rule.status, operation.name, operation.methods, self._body)
        if rule.seconds is None:
            raise Broken(rule.kind)
        await services.delays.delay(account, microseconds(rule.seconds))
        await self._read_credit()

    async def _read_credit(self) -> None:
        """Read the caller's credit again: it may have changed meanwhile."""
        services, caller = self._services, self.caller
        if caller is None:
            return
        try:
            credit = await services.store.unit(services.ledger.credit, caller.account)
        except LookupError:  # nor is it certain that there still is an account
            raise Unauthorized from None
        self.caller = caller._replace(credit=credit)

    def _run(self, operation: Operation) -> Success:
        """Do what is asked; a unit may run again, so it begins without findings."""
        self._findings, self._notes = [], []
        asked = VendorRequest(
            *(self.caller, self._request.query, self._body),
            *(self._findings, self._notes),
        )
        try:
            return operation.run(self._services, asked)
        except InsufficientCredit:
            self._findings.append((FindingKind.INSUFFICIENT_CREDIT, ""))
            raise

    def refuse(self, error: ReachApiError) -> web.Response:
        """Say no."""
        self._message = error.message
        if isinstance(error, TooManyRequests) and self.caller:
            self._room_at = error.room_at or self.caller.now + WINDOW
        return refusal(error)

    def break_off(self, kind: FaultKind) -> web.Response:
        """Break the connection; the response that is returned goes nowhere."""
        self._message = kind
        if self._request.transport is not None:
            break_off(self._request.transport, kind)
        return web.Response()

    async def add_limits(self, response: web.Response) -> None:
        """Tell what is left of the window, to who has one."""
        services, caller, limiter = self._services, self.caller, self._services.limiter
        if caller is None or not limiter.limit:
            return
        now = caller.now
        if self._room_at is None:  # it was admitted, and may have taken its time
            now = await services.store.unit(services.clock.now, caller.account)
        usage = limiter.usage(caller.account, now)
        response.headers["RateLimit-Limit"] = str(usage.limit)
        response.headers["RateLimit-Remaining"] = str(usage.remaining)
        response.headers["RateLimit-Reset"] = str(usage.reset)
        if response.status == TooManyRequests.status:
            response.headers["Retry-After"] = str(usage.reset)

    def record(self, at: int, status: int | None) -> None:
        """Write down what was asked and answered, in the order of Entry's fields."""
        caller, request = self.caller, self._request
        entry = Entry(
            at,
            caller.account if caller else None,
            self._operation.name if self._operation else None,
            request.method,
            request.rel_url,
            request.headers,
            self._body[:MAX_BODY],
            status,
            self._message,
            (monotonic() - self._started) * 1000,
            self._fault,
            opened(request),
            self._started,
            self._room_at,
            tuple(self._findings),
            len(self._body) > MAX_BODY,
        )
        self._services.journal.record(entry)
        for note in self._notes:
            log.warning("%s: %s", entry.account or "-", note)
        if log.isEnabledFor(logging.INFO):
            _log(entry)


async def respond(
    services: Services, operation: Operation | None, request: web.Request
) -> web.Response:
    """Answer a request to the vendor's surface, whatever happens, and write it down.

    Args:
        services: everything behind the routes.
        operation: that is asked for; None where there is no such path.
        request: its head, the body yet to be read.
    """
    exchange = Exchange(services, operation, request)
    with exchange.held:
        return await _respond(exchange, services, request)


async def _respond(
    exchange: Exchange, services: Services, request: web.Request
) -> web.Response:
    answered = True
    try:
        response = await exchange.answer()
    except ReachApiError as error:
        response = exchange.refuse(error)
    except Broken as broken:
        response, answered = exchange.break_off(broken.kind), False
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        response = exchange.refuse(ServerError())
    if answered and services.settings.rate_limit_headers:
        await exchange.add_limits(response)
    caller = exchange.caller
    at = caller.now if caller else await services.store.unit(services.clock.now)
    exchange.record(at, response.status if answered else None)
    return response


def _identify(
    services: Services, api_key: str, *, with_secret: bool
) -> tuple[Caller, str | None]:
    """Return who calls and, if it is asked for, the webhook secret of their account."""
    caller = services.accounts.identify(api_key)
    if not with_secret:
        return caller, None
    return caller, services.accounts.get(caller.account).webhook_secret


def _log(entry: Entry) -> None:
    path = path_of(entry)
    log.info(
        "%s %s %s -> %s %s, %.1f ms",
        entry.account or "-",
        entry.method,
        path,
        "-" if entry.status is None else entry.status,
        entry.message,
        entry.duration_ms,
        extra={
            "fields": {
                "account": entry.account,
                "operation": entry.operation,
                "method": entry.method,
                "path": path,
                "status": entry.status,
                "message": entry.message,
                "duration_ms": round(entry.duration_ms, 3),
                "fault": entry.fault,
            }
        },
    )
