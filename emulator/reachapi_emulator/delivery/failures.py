"""From what went wrong below to the error code that an attempt is logged with."""

from __future__ import annotations

import errno
import logging
import ssl

import aiohttp

from reachapi_emulator.delivery.outcomes import ErrorCode

FAILURES = (aiohttp.ClientError, OSError, ValueError, RuntimeError)
"""All that an attempt may end with; time-outs are OSErrors."""

_CODES: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (aiohttp.InvalidURL, ErrorCode.INVALID_URL),
    (aiohttp.NonHttpUrlClientError, ErrorCode.INVALID_URL),
    (UnicodeError, ErrorCode.INVALID_URL),
    (aiohttp.ClientConnectorDNSError, ErrorCode.DNS),
    (aiohttp.ClientSSLError, ErrorCode.TLS),
    (aiohttp.ConnectionTimeoutError, ErrorCode.CONNECT_TIMEOUT),
    (TimeoutError, ErrorCode.TIMEOUT),
    (aiohttp.ClientResponseError, ErrorCode.INVALID_RESPONSE),
)
_log = logging.getLogger(__name__)


def code_of(failure: Exception, lost: Exception | None) -> ErrorCode:
    """Name the failure of an attempt.

    Args:
        failure: One of FAILURES.
        lost: What broke the connection, as the event loop told it.
    """
    for kind, code in _CODES:
        if isinstance(failure, kind):
            return code
    if isinstance(failure, aiohttp.ClientConnectorError):
        return _unconnected(failure.os_error)
    if isinstance(failure, aiohttp.ServerDisconnectedError):
        return _closed(failure)
    if isinstance(failure, aiohttp.ClientOSError):
        return _broken(lost)
    _log.error("An attempt failed unexpectedly", exc_info=failure)
    return ErrorCode.FAILED


def _unconnected(cause: OSError) -> ErrorCode:
    if isinstance(cause, ConnectionResetError | ConnectionAbortedError):
        return ErrorCode.TLS
    # Where a host has several addresses their errors arrive joined in one text.
    if f"[Errno {errno.ECONNREFUSED}]" in str(cause):
        return ErrorCode.REFUSED
    return ErrorCode.UNREACHABLE


def _closed(failure: aiohttp.ServerDisconnectedError) -> ErrorCode:
    """A close in the middle of the head leaves what there was of it as the message."""
    unanswered = isinstance(failure.message, str)
    return ErrorCode.DISCONNECTED if unanswered else ErrorCode.INVALID_RESPONSE


def _broken(lost: Exception | None) -> ErrorCode:
    # A broken pipe is what an orderly close becomes when more is sent after it.
    if lost is None or isinstance(lost, BrokenPipeError):
        return ErrorCode.DISCONNECTED
    return ErrorCode.TLS if isinstance(lost, ssl.SSLError) else ErrorCode.RESET
