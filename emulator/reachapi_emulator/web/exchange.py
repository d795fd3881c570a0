"""What happens around every vendor request, in the order of ruling 4.

path and method (404, 405) -> key (401, 403) -> rate limit (429) -> body (413)
-> a fault, if a rule triggers -> the operation's own checks (400, 402, 404)
-> journal and log.
"""

import logging
import time
from collections.abc import Iterable
from itertools import islice

from aiohttp import web
from multidict import MultiMapping

from reachapi_emulator.state.clock import microseconds
from reachapi_emulator.testing.client_report import MAX_NAMES
from reachapi_emulator.testing.faults import FaultPhase
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
    TooManyRequests,
    Unauthorized,
)
from reachapi_emulator.vendor.rate_limit import WINDOW
from reachapi_emulator.web.http import answer, read_body, refusal
from reachapi_emulator.web.http_server import opened
from reachapi_emulator.web.rooms import Rooms
from reachapi_emulator.web.vendor_api import Operation

log = logging.getLogger("reachapi_emulator.requests")


class Exchange:
    """One request to the vendor's surface, from its head to its journal entry."""

    __slots__ = (
        *("_caller", "_fault", "_request", "_rooms", "_room_at", "_started"),
        *("body", "message", "remarks"),
    )

    def __init__(self, rooms: Rooms, request: web.Request) -> None:
        self._started = time.perf_counter()
        self._rooms = rooms
        self._request = request
        self._caller: Caller | None = None
        self._fault: int | None = None
        self._room_at: int | None = None
        self.remarks: tuple[Remark, ...] = ()
        self.body = b""
        self.message = ""

    @property
    def caller(self) -> Caller:
        """Whose request it is, once its key has been checked."""
        if self._caller is None:
            raise Unauthorized
        return self._caller

    @property
    def query(self) -> MultiMapping[str]:
        """The parameters of its URL."""
        return self._request.query

    def note(self, kind: FindingKind, names: Iterable[str] = ("",)) -> None:
        """Remember what its client did wrong, and the names that it concerns."""
        self.remarks += tuple((kind, name) for name in islice(names, MAX_NAMES))

    def check(self, operation: Operation | None) -> Operation:
        """Make the checks that come before the body."""
        if operation is None:
            raise PageNotFound
        if self._request.method not in operation.methods:
            raise MethodNotAllowed(operation.methods)
        if operation.needs_key:
            self._identify(operation)
        return operation

    async def meet_fault(self, operation: Operation) -> None:
        """Suffer what a rule orders, if one strikes.

        Raises:
            ReachApiError: it orders a refusal.
            Broken: it orders a broken connection.
        """
        rooms, caller = self._rooms, self._caller
        account = caller.account if caller else None
        fault = rooms.faults.strike(FaultPhase.REQUEST, operation.name, account)
        if fault is None:
            return
        self._fault = fault.id
        if fault.status is not None:
            raise refusal_of(fault.status, operation.name, operation.methods, self.body)
        if fault.seconds is None:
            raise Broken(fault.kind)
        await rooms.holds.hold(account, microseconds(fault.seconds))
        if caller:  # its credit may have changed meanwhile
            credit = rooms.ledger.credit(caller.account)
            self._caller = caller._replace(credit=credit)

    def answer(self, operation: Operation) -> web.Response:
        """Do what is asked."""
        try:
            success = operation.run(self._rooms, self)
        except InsufficientCredit:
            self.note(FindingKind.INSUFFICIENT_CREDIT)
            raise
        self.message = success.message
        return answer(success)

    def _identify(self, operation: Operation) -> None:
        headers = self._request.headers
        api_key = ", ".join(headers.getall("X-API-Key", ()))  # two keys are none
        caller = self._caller = self._rooms.accounts.identify(api_key)
        if operation.takes_secret and "webhook_secret_key" in headers:
            secret = self._rooms.accounts.get(caller.account).webhook_secret
            if headers["webhook_secret_key"] != secret:
                self.note(FindingKind.WRONG_SECRET)
                raise Unauthorized
        self._rooms.limiter.admit(api_key, caller.now)

    async def read(self) -> None:
        """Read the body."""
        try:
            self.body = await read_body(self._request)
        except web.HTTPRequestEntityTooLarge:
            raise PayloadTooLarge from None
        except web.RequestPayloadError as error:
            raise BadRequest(f"Request body cannot be read: {error}") from None

    def refuse(self, error: ReachApiError) -> web.Response:
        """Say no."""
        self.message = error.message
        if isinstance(error, TooManyRequests) and self._caller:
            self._room_at = error.room_at or self._caller.now + WINDOW
        return refusal(error)

    def break_off(self, broken: Broken) -> web.Response:
        """Break the connection; the response that is returned goes nowhere."""
        self.message = broken.kind
        if self._request.transport is not None:
            break_off(self._request.transport, broken.kind)
        return web.Response()

    def add_limits(self, response: web.Response) -> None:
        """Tell what is left of the window, to who has one."""
        caller, limiter = self._caller, self._rooms.limiter
        if caller is None or not limiter.limit:
            return
        refused = self._room_at is not None
        now = caller.now if refused else self._rooms.clock.now(caller.account)
        usage = limiter.usage(self._request.headers["X-API-Key"], now)
        response.headers["RateLimit-Limit"] = str(usage.limit)
        response.headers["RateLimit-Remaining"] = str(usage.remaining)
        response.headers["RateLimit-Reset"] = str(usage.reset)
        if response.status == TooManyRequests.status:
            response.headers["Retry-After"] = str(usage.reset)

    def record(self, operation: Operation | None, status: int | None) -> None:
        """Write down what was asked and answered, in the order of Entry's fields."""
        caller, request = self._caller, self._request
        entry = Entry(
            caller.now if caller else self._rooms.clock.now(),
            caller.account if caller else None,
            operation.name if operation else None,
            request.method,
            request.rel_url,
            request.headers,
            self.body[:MAX_BODY],
            status,
            self.message,
            (time.perf_counter() - self._started) * 1000,
            self._fault,
            opened(request),
            self._started,
            self._room_at,
            self.remarks,
        )
        self._rooms.journal.record(entry)
        if log.isEnabledFor(logging.INFO):
            _log(entry)


async def respond(
    rooms: Rooms, operation: Operation | None, request: web.Request
) -> web.Response:
    """Answer, whatever happens, and write it down."""
    exchange = Exchange(rooms, request)
    try:
        checked = exchange.check(operation)
        if request.can_read_body:
            await exchange.read()
        if rooms.faults.rules:
            await exchange.meet_fault(checked)
        response = exchange.answer(checked)
    except ReachApiError as error:
        response = exchange.refuse(error)
    except Broken as broken:
        response = exchange.break_off(broken)
        exchange.record(operation, None)
        return response
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        response = exchange.refuse(ServerError())
    if rooms.rate_limit_headers:
        exchange.add_limits(response)
    exchange.record(operation, response.status)
    return response


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
