"""Host names to addresses, in threads that nobody waits for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from socket import (
    AI_ADDRCONFIG,
    AI_NUMERICHOST,
    SOCK_STREAM,
    gaierror,
    getaddrinfo,  # bound here: a test may put another in its place
)
from threading import Thread
from typing import TYPE_CHECKING

from reachapi_emulator.delivery.blocked import is_blocked
from reachapi_emulator.delivery.outcome import AttemptFailed, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohappyeyeballs import AddrInfoType

    Addresses = Sequence[AddrInfoType]

MAX_THREADS = 256
"""As many as attempts may be in flight: a slow look-up holds up no other."""


class Resolver:
    """Looks names up as the system does, each in a daemon thread of its own.

    The event loop's own pool has few threads, which slow name servers would
    fill, and joins them at its end: a look-up that hangs would hold up a stop.

    Args:
        limit: look-ups at a time; those beyond it wait their turn.
    """

    def __init__(self, limit: int = MAX_THREADS) -> None:
        self._free = asyncio.Semaphore(limit)

    async def look_up(self, host: str, port: int) -> Addresses:
        """Return the addresses of a host.

        Raises:
            AttemptFailed: there are none.
        """
        await self._free.acquire()
        found: asyncio.Future[Addresses | Exception] = (
            asyncio.get_running_loop().create_future()
        )
        try:
            Thread(target=self._run, args=(found, host, port), daemon=True).start()
        except RuntimeError:  # the system has no more threads
            self._free.release()
            raise
        addresses = await found
        if isinstance(addresses, Exception):
            raise AttemptFailed(_code(addresses)) from addresses
        return addresses

    def _run(
        self, found: asyncio.Future[Addresses | Exception], host: str, port: int
    ) -> None:
        """Look up, in the thread, and tell the loop unless it is closed by then."""
        result: Addresses | Exception
        try:
            result = _addresses(host, port, AI_ADDRCONFIG)
        except Exception as failure:  # noqa: BLE001 - told on the loop
            result = failure
        with suppress(RuntimeError):
            found.get_loop().call_soon_threadsafe(self._tell, found, result)

    def _tell(
        self,
        found: asyncio.Future[Addresses | Exception],
        result: Addresses | Exception,
    ) -> None:
        self._free.release()
        if not found.done():
            found.set_result(result)


def numeric(host: str, port: int) -> Addresses:
    """Return an address as one that can be connected to; nothing is looked up.

    Raises:
        AttemptFailed: the system knows none of its kind.
    """
    try:
        return _addresses(host, port, AI_NUMERICHOST)
    except OSError as failure:
        raise AttemptFailed(ErrorCode.UNREACHABLE) from failure


def unblocked(host: str, addresses: Addresses) -> Addresses:
    """Return those of a host's addresses that something may be sent to.

    Raises:
        AttemptFailed: there are none.
    """
    found = [each for each in addresses if not is_blocked(str(each[4][0]), host)]
    if not found:
        raise AttemptFailed(ErrorCode.BLOCKED)
    return found


def _addresses(host: str, port: int, flags: int) -> Addresses:
    found = getaddrinfo(host, port, 0, SOCK_STREAM, 0, flags)
    if not found:
        raise gaierror(host)
    return found


def _code(failure: Exception) -> ErrorCode:
    return ErrorCode.INVALID_URL if isinstance(failure, ValueError) else ErrorCode.DNS
