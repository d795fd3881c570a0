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

    async def respond(self, operation: Operation | None) -> web.Response:
        """Answer, whatever happens, and write it down."""
        try:
            checked = self._check(operation)
            if self._request.can_read_body:
                self.body = await self._read()
            response = self._answer(checked)
        except ReachApiError as error:
            response = self._refuse(error)
        except Exception:
            log.exception("%s %s failed", self._request.method, self._request.path)
            response = self._refuse(ServerError())
        if self._rooms.rate_limit_headers and self._rooms.limiter.limit:
            self._add_limits(response)
        self._record(operation, response.status)
        return response

    def _check(self, operation: Operation | None) -> Operation:
        if operation is None:
            raise PageNotFound
        if self._request.method not in operation.methods:
            raise MethodNotAllowed(operation.methods)
        self._identify(operation)
        return operation

    def _answer(self, operation: Operation) -> web.Response:
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

    async def _read(self) -> bytes:
        try:
            return await read_body(self._request)
        except web.HTTPRequestEntityTooLarge:
            raise PayloadTooLarge from None
        except web.RequestPayloadError as error:
            raise BadRequest(f"Request body cannot be read: {error}") from None

    def _refuse(self, error: ReachApiError) -> web.Response:
        self.message = error.message
        return refusal(error)

    def _add_limits(self, response: web.Response) -> None:
        if self._caller is None:
            return
        api_key = self._request.headers["X-API-Key"]
        usage = self._rooms.limiter.usage(api_key, self._caller.now)
        response.headers["RateLimit-Limit"] = str(usage.limit)
        response.headers["RateLimit-Remaining"] = str(usage.remaining)
        response.headers["RateLimit-Reset"] = str(usage.reset)
        if response.status == TooManyRequests.status:
            response.headers["Retry-After"] = str(usage.reset)

    def _record(self, operation: Operation | None, status: int) -> None:
        caller, request = self._caller, self._request
        entry = Entry(
            at=caller.now if caller else self._rooms.clock.now(),
            account=caller.account if caller else None,
            operation=operation.name if operation else None,
            method=request.method,
            url=request.rel_url,
            headers=request.headers,
            body=self.body[:LONGEST_BODY],
            status=status,
            message=self.message,
            duration_ms=(time.perf_counter() - self._started) * 1000,
        )
        self._rooms.journal.record(entry)
        if log.isEnabledFor(logging.INFO):
            _log(entry)


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
