"""Requests to the control API of one emulator, their answers, and the connections."""

import json
import re
import socket
import ssl
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPSConnection,
    RemoteDisconnected,
)
from os import PathLike
from selectors import EVENT_READ, DefaultSelector
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from reachapi_emulator import forks
from reachapi_emulator.client.errors import ConnectionLost, EmulatorError, NotAnEmulator
from reachapi_emulator.real_time import monotonic

MAX_IDLE = 8
MAX_IDLE_S = 5.0
"""Real seconds after which an idle connection is not trusted to be open still."""

CONTROL_PATH = "/_emulator"
TIMEOUT = 15.0
"""Real seconds for a request, besides what it waits for on purpose."""

NOT_YET = 408
"""The status of a wait whose time is over."""

MAX_ANSWER = 512 * 1024 * 1024
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
_REFUSED = 400
_PREVIOUS = re.compile(rf'<{CONTROL_PATH}([^>]*)>; rel="prev"')

# Bound here: a test may put others in their place.
_Socket, _look_up = socket.socket, socket.getaddrinfo


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
        forks.tell(self._forked)

    def idle(self, timeout: float) -> HTTPConnection | None:
        """Return a connection that is open, it seems; None if there is none."""
        with suppress(IndexError):  # there is none left
            while True:
                since, connection = self._idle.pop()
                if monotonic() - since < MAX_IDLE_S and _is_quiet(connection):
                    connection.sock.settimeout(timeout)
                    return connection
                connection.close()
        return None

    def new(self, timeout: float) -> HTTPConnection:
        """Return a connection that is yet to be opened."""
        if not self._secure:
            return _Connection(self._host, self._port, timeout=timeout)
        context = ssl.create_default_context(cafile=self._ca)
        return _Secure(self._host, self._port, timeout=timeout, context=context)

    def keep(self, connection: HTTPConnection) -> None:
        """Take back a connection whose last answer has been read."""
        if connection.sock is not None and len(self._idle) < MAX_IDLE:
            self._idle.append((monotonic(), connection))
        else:
            connection.close()

    def close(self) -> None:
        """Close what is idle."""
        with suppress(IndexError):
            while True:
                self._idle.pop()[1].close()

    def _forked(self) -> None:
        """In a child: on the same connections it would read the parent's answers."""
        self.close()


class _Connection(HTTPConnection):
    """A connection for which nothing is asked of `socket` as a test may have it."""

    def connect(self) -> None:
        """Connect to the first address that answers."""
        found = _look_up(self.host, self.port, 0, socket.SOCK_STREAM)
        failure = OSError(f"{self.host} has no address")
        for family, kind, protocol, _, address in found:
            self.sock = _Socket(family, kind, protocol)
            try:
                self.sock.settimeout(self.timeout)
                self.sock.connect(address)
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                self.close()
                failure = error
            else:
                return
        raise failure


class _Secure(HTTPSConnection, _Connection):
    """The same for https."""


def _is_quiet(connection: HTTPConnection) -> bool:
    """Return whether nothing has come, not even its end, as of a server that stops."""
    with DefaultSelector() as selector:
        selector.register(connection.sock, EVENT_READ)
        return not selector.select(0)


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


class Answer(NamedTuple):
    """An answer, read whole.

    Attributes:
        previous: the path of the page before, of a list that has one.
    """

    status: int
    body: bytes
    previous: str | None = None

    @property
    def json(self) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """The body, parsed."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:  # the vast numbers of an inbox's bodies
            return json.loads(self.body)


class Wait(NamedTuple):
    """A POST that is answered when something holds, or after `seconds`."""

    path: str
    body: dict[str, object]
    seconds: float


class Transport:
    """Speaks to one emulator; safe to share between threads.

    Args:
        url: where it listens, such as http://127.0.0.1:9010.
        token: of an emulator that asks for one (`--control-token`).
        ca: a file with the certificates to trust, for https.

    Raises:
        EmulatorError: the URL is none.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        ca: str | PathLike[str] | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._connections = Connections(self.url, ca)
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close the connections; another request opens a new one."""
        self._connections.close()

    def send(self, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Send a request and return the JSON of its answer.

        Raises:
            EmulatorError: it was refused, or nobody answers.
        """
        return _accepted(self.ask(method, path, json)).json

    def pages(self, path: str) -> Iterator[Any]:
        """Yield the pages of a list, the one with the newest entries first.

        Raises:
            EmulatorError: it was refused, or nobody answers.
        """
        following: str | None = path
        while following is not None:
            answer = _accepted(self.ask("GET", following))
            yield answer.json
            following = answer.previous

    def every(self, path: str) -> list[Any]:
        """Return a list whole, page by page, oldest first.

        Raises:
            EmulatorError: it was refused, or nobody answers.
        """
        pages = [*self.pages(path)]
        return [entry for page in reversed(pages) for entry in page]

    def ask(
        self, method: str, path: str, json: object = None, *, waits: float = 0
    ) -> Answer:
        """Send a request and return its answer, a refusal too.

        Args:
            method: of HTTP.
            path: below /_emulator.
            json: the body; None sends none.
            waits: seconds that the emulator may take besides.

        Raises:
            ConnectionLost: nobody answers.
        """
        body = None if json is None else orjson.dumps(json)
        timeout = TIMEOUT + waits
        used = self._connections.idle(timeout)
        try:
            if used is not None:
                return self._exchange(used, method, path, body)
        except (HTTPException, OSError) as error:
            if method not in _REPEATABLE or isinstance(error, TimeoutError):
                raise self._lost(error) from error
        try:
            return self._exchange(self._connections.new(timeout), method, path, body)
        except (HTTPException, OSError) as error:
            raise self._lost(error) from error

    def wait(self, *waits: Wait) -> Answer:
        """Return the first answer to any of these.

        Raises:
            EmulatorError: it is a refusal other than 408, or nobody answers.
        """
        if len(waits) == 1:
            ((path, body, seconds),) = waits
            timed = {**body, "timeout": seconds}
            answer = self.ask("POST", path, timed, waits=seconds)
        else:
            try:
                answer = self._first(waits)
            except (HTTPException, OSError) as error:
                raise self._lost(error) from error
        return answer if answer.status == NOT_YET else _accepted(answer)

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, body: bytes | None
    ) -> Answer:
        try:
            connection.request(method, CONTROL_PATH + path, body, self._headers)
            answer = _read(connection)
        except BaseException:  # Ctrl-C too leaves half an answer behind
            connection.close()
            raise
        self._connections.keep(connection)
        return answer

    def _first(self, waits: Sequence[Wait]) -> Answer:
        longest = max(wait.seconds for wait in waits) + TIMEOUT
        with ExitStack() as exits, DefaultSelector() as selector:
            for wait in waits:
                connection = self._connections.new(longest)
                exits.callback(connection.close)
                body = orjson.dumps({**wait.body, "timeout": wait.seconds})
                connection.request(
                    "POST", CONTROL_PATH + wait.path, body, self._headers
                )
                selector.register(connection.sock, EVENT_READ, connection)
            for key, _ in selector.select(longest):
                return _read(key.data)
        raise TimeoutError(f"no answer in {longest:g} s")

    def _lost(self, error: Exception) -> EmulatorError:
        if isinstance(error, TimeoutError):
            return ConnectionLost(
                f"{self.url} did not answer in time: is it overloaded, or stopped?"
            )
        if isinstance(error, HTTPException) and not isinstance(
            error, RemoteDisconnected
        ):
            return NotAnEmulator(f"{self.url} does not answer in HTTP: {error!r}")
        return ConnectionLost(
            f"{self.url} does not answer: is an emulator (still) running there? "
            f"({error})"
        )


def _read(connection: HTTPConnection) -> Answer:
    response = connection.getresponse()
    body = response.read(MAX_ANSWER)
    if not response.isclosed():
        raise HTTPException(f"the answer is longer than {MAX_ANSWER:,} bytes")
    link = _PREVIOUS.fullmatch(response.getheader("Link", ""))
    return Answer(response.status, body, link and link[1])


def _accepted(answer: Answer) -> Answer:
    if answer.status < _REFUSED:
        return answer
    try:
        text = str(answer.json["error"])
    except (ValueError, KeyError, TypeError):
        text = answer.body[:200].decode(errors="replace")
    raise EmulatorError(text, answer.status)
