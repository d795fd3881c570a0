"""The connections to one emulator, kept open between requests."""

import ssl
from collections import deque
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from os import PathLike
from time import monotonic
from urllib.parse import urlsplit

from reachapi_emulator.client.errors import EmulatorError

MOST_IDLE = 8
LONGEST_IDLE = 5.0
"""Real seconds after which an idle connection is not trusted to be open still."""


class Connections:
    """Hands out connections, an idle one first; safe to share between threads.

    Args:
        url: scheme, host and port, such as http://127.0.0.1:9010.
        ca: a file with the certificates to trust, for https; left out, the
            system's.

    Raises:
        EmulatorError: that is no such URL.
    """

    def __init__(self, url: str, ca: str | PathLike[str] | None = None) -> None:
        self._secure, self._host, self._port = _parts(url)
        self._ca = ca
        self._idle: deque[tuple[float, HTTPConnection]] = deque()

    def idle(self, timeout: float) -> HTTPConnection | None:
        """Return a connection that is open, it seems; None if there is none."""
        with suppress(IndexError):  # there is none left
            while True:
                since, connection = self._idle.pop()
                if monotonic() - since < LONGEST_IDLE:
                    connection.sock.settimeout(timeout)
                    return connection
                connection.close()
        return None

    def new(self, timeout: float) -> HTTPConnection:
        """Return a connection that is yet to be opened."""
        if not self._secure:
            return HTTPConnection(self._host, self._port, timeout=timeout)
        context = ssl.create_default_context(cafile=self._ca)
        return HTTPSConnection(self._host, self._port, timeout=timeout, context=context)

    def keep(self, connection: HTTPConnection) -> None:
        """Take back a connection whose last answer has been read."""
        if connection.sock is not None and len(self._idle) < MOST_IDLE:
            self._idle.append((monotonic(), connection))
        else:
            connection.close()

    def close(self) -> None:
        """Close what is idle."""
        with suppress(IndexError):
            while True:
                self._idle.pop()[1].close()


def _parts(url: str) -> tuple[bool, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(url) from None
    bare = not (parts.query or parts.fragment or parts.username) and parts.path in {
        "",
        "/",
    }
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare:
        raise _refused(url)
    return parts.scheme == "https", parts.hostname, port


def _refused(url: str) -> EmulatorError:
    return EmulatorError(
        f"{url!r} is no address of an emulator: give one such as http://127.0.0.1:9010"
    )
