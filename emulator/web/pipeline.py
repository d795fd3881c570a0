"""What happens around every vendor request, in the order of ruling 4.

path and method (404, 405) -> key (401, 403) -> rate limit (429) -> body (413)
-> the operation's own checks (400, 402, 404) -> journal and log.
"""

import logging
import time

from aiohttp import web
from multidict import MultiMapping

from emulator.lab.journal import LONGEST_BODY, Entry, path_of
from emulator.reachapi.account import Caller
from emulator.reachapi.errors import (
    BadRequest,
    MethodNotAllowed,
    PageNotFound,
    PayloadTooLarge,
    ReachApiError,
    ServerError,
    TooManyRequests,
    Unauthorized,
)
from emulator.web.body import read_body
from emulator.web.envelope import answer, refusal
from emulator.web.public import Operation
from emulator.web.rooms import Rooms

log = logging.getLogger("emulator.requests")


class Exchange:
    """One request to the vendor's surface, from its head to its journal entry."""

    __slots__ = ("_caller", "_request", "_rooms", "_started", "body", "message")

    def __init__(self, rooms: Rooms, request: web.Request) -> None:
        self._started = time.perf_counter()
        self._rooms = rooms
        self._request = request
        self._caller: Caller | None = None
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

    def check(self, operation: Operation | None) -> Operation:
        """Make the checks that come before the body."""
        if operation is None:
            raise PageNotFound
        if self._request.method not in operation.methods:
            raise MethodNotAllowed(operation.methods)
        self._identify(operation)
        return operation

    def answer(self, operation: Operation) -> web.Response:
        """Do what is asked."""
        success = operation.run(self._rooms, self)
        self.message = success.message
        return answer(success)

    def _identify(self, operation: Operation) -> None:
        headers = self._request.headers
        api_key = headers.get("X-API-Key", "")
        caller = self._caller = self._rooms.accounts.identify(api_key)
        if operation.takes_secret and "webhook_secret_key" in headers:
            secret = self._rooms.accounts.get(caller.account).webhook_secret
            if headers["webhook_secret_key"] != secret:
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
        return refusal(error)

    def add_limits(self, response: web.Response) -> None:
        """Tell what is left of the window, to who has one."""
        if self._caller is None or not self._rooms.limiter.limit:
            return
        api_key = self._request.headers["X-API-Key"]
        usage = self._rooms.limiter.usage(api_key, self._caller.now)
        response.headers["RateLimit-Limit"] = str(usage.limit)
        response.headers["RateLimit-Remaining"] = str(usage.remaining)
        response.headers["RateLimit-Reset"] = str(usage.reset)
        if response.status == TooManyRequests.status:
            response.headers["Retry-After"] = str(usage.reset)

    def record(self, operation: Operation | None, status: int) -> None:
        """Write down what was asked and answered, in the order of Entry's fields."""
        caller, request = self._caller, self._request
        entry = Entry(
            caller.now if caller else self._rooms.clock.now(),
            caller.account if caller else None,
            operation.name if operation else None,
            request.method,
            request.rel_url,
            request.headers,
            self.body[:LONGEST_BODY],
            status,
            self.message,
            (time.perf_counter() - self._started) * 1000,
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
        response = exchange.answer(checked)
    except ReachApiError as error:
        response = exchange.refuse(error)
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
        "%s %s %s -> %d %s, %.1f ms",
        entry.account or "-",
        entry.method,
        path,
        entry.status,
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
            }
        },
    )
