"""Emulators for tests: in their event loop, in a thread, as a program.

`start(mode, **settings)` is the way to all of them. Every mode takes the same
settings, on a free port unless `port` is given; https is a setting like any other
(`tls=True, ca_dir=folder`), and a restart is a second start with the same `state`.
"""

# ruff: noqa: ANN401 # one of each setting

import asyncio
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import Any, Literal, Protocol, overload
from urllib.parse import urlsplit

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import default_path
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.client import Api
from support.measuring import UNMEASURED
from support.vendor_host import VendorHost, served

ENDS_WITHIN = 15
"""Real seconds that a program gets to end."""


@dataclass(frozen=True)
class Served:
    """Where an emulator listens, and the file to trust for its https.

    Attributes:
        url: of http.
        tls_url: of https; empty where that is off.
        certificate: of its authority; None where https is off.
    """

    url: str
    tls_url: str = ""
    certificate: Path | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of http."""
        return address(self.url)


@dataclass(frozen=True)
class Program(Served):
    """A started program; its log goes to `process.stderr`."""

    process: "subprocess.Popen[str]" = field(kw_only=True)

    def end(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        """Send it a signal; return its exit status and its log."""
        self.process.send_signal(how)
        _, log = self.process.communicate(timeout=ENDS_WITHIN)
        return self.process.returncode, log

    def let_it_log(self) -> None:
        """Pass over what it logs from now on, so that a full pipe never stops it."""
        if self.process.stderr is not None:
            log = self.process.stderr.fileno()
            Thread(target=_pass_over, args=(log,), daemon=True).start()


def _pass_over(log: int) -> None:
    with suppress(OSError):  # closed under its hands
        while os.read(log, 65_536):
            pass


@overload
def start(
    mode: Literal["loop"], contacts: Dataset | None = None, **settings: Any
) -> AbstractAsyncContextManager[Api]: ...
@overload
def start(
    mode: Literal["thread"], contacts: Dataset | None = None, **settings: Any
) -> AbstractContextManager[Served]: ...
@overload
def start(
    mode: Literal["program"],
    variables: Mapping[str, str] = UNMEASURED,
    **settings: Any,
) -> AbstractContextManager[Program]: ...
@overload
def start(
    mode: Literal["vendor"], folder: Path
) -> AbstractContextManager[VendorHost]: ...


def start(mode: str, *more: Any, **settings: Any) -> Any:
    """Run an emulator until the block ends.

    Args:
        mode: `loop`, that of the test (an asynchronous block, which yields a
            client); `thread`, one of its own; `program`, as users start it, by
            default without coverage; `vendor`, a program under the vendor's host
            names in a network of its own, with its files in a folder.
        more: contacts in place of the default data set, environment variables of
            a program, or the folder.
        settings: by name, as `Settings` has them.
    """
    modes: dict[str, Callable[..., Any]] = {
        "loop": _in_loop,
        "thread": _in_thread,
        "program": _as_program,
        "vendor": served,
    }
    return modes[mode](*more, **settings)


@cache
def default_dataset() -> Dataset:
    """The data set that comes along, loaded once."""
    return Dataset.load(default_path())


def server(
    contacts: Dataset | None = None, **settings: Any
) -> Server:  # one of each setting
    """Return an emulator that is yet to be started, on free ports."""
    ports = {"port": 0, "tls_port": 0}
    return Server(Settings(**{**ports, **settings}), contacts or default_dataset())


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def address(url: str) -> tuple[str, int]:
    """Return host and port of an address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


@asynccontextmanager
async def _in_loop(
    contacts: Dataset | None = None, **settings: Any
) -> AsyncIterator[Api]:
    emulator = server(contacts, **settings)
    await emulator.start()
    try:
        async with Api.to(emulator.url) as api:
            yield api
    finally:
        await emulator.stop()


@contextmanager
def _in_thread(contacts: Dataset | None = None, **settings: Any) -> Iterator[Served]:
    emulator = server(contacts, **settings)
    with threaded(emulator):
        yield Served(emulator.url, emulator.tls_url, emulator.ca_certificate)


class Startable(Protocol):
    """A server that is started and stopped, as an emulator is."""

    url: str

    async def start(self) -> None:
        """Listen."""
        ...

    async def stop(self) -> None:
        """End."""
        ...


@contextmanager
def threaded(emulator: Startable) -> Iterator[tuple[str, int]]:
    """Start a server beside the test and stop it afterwards."""
    with (
        _plain_tracebacks(),
        asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner,
    ):
        loop = runner.get_loop()
        thread = Thread(target=loop.run_forever, name="emulator")
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(emulator.start(), loop).result(10)
            yield address(emulator.url)
            asyncio.run_coroutine_threadsafe(emulator.stop(), loop).result(10)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


@contextmanager
def _plain_tracebacks() -> Iterator[None]:
    """Log what fails beside the test without the carets that Python draws.

    It parses the lines for them, and cannot in two threads at once: where pytest
    draws a failure meanwhile, CPython 3.11 ends it with a SystemError.
    """
    make = logging.getLogRecordFactory()

    def plain(*args: Any, **kwargs: Any) -> logging.LogRecord:  # as make's
        record = make(*args, **kwargs)
        if record.exc_info and current_thread() is not main_thread():
            _, error, trace = record.exc_info
            frames = traceback.extract_tb(trace)
            record.exc_text = "\n".join([*map(str, frames), repr(error)])
        return record

    logging.setLogRecordFactory(plain)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)


@contextmanager
def _as_program(
    variables: Mapping[str, str] = UNMEASURED, **settings: Any
) -> Iterator[Program]:
    arguments = options(**{"port": 0, **settings})
    with program(arguments, variables, tls="tls" in settings) as started:
        yield started


def options(**settings: Any) -> list[str]:
    """Return the arguments of the command line for settings."""
    found = []
    for name, value in settings.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            found.append(option)
        elif isinstance(value, tuple) and name == "retry_schedule":
            found += [option, ",".join(map(str, value))]
        else:
            every = value if isinstance(value, tuple) else (value,)
            found += [each for one in every for each in (option, str(one))]
    return found


def popen(*arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """Start the program with arguments and environment variables of one's own."""
    return subprocess.Popen(
        [sys.executable, "-m", "reachapi_emulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
    )


@contextmanager
def program(
    arguments: list[str], variables: Mapping[str, str], *, tls: bool = False
) -> Iterator[Program]:
    """Run the program until the block ends; it says where when it is ready."""
    process = popen(*arguments, **variables)
    try:
        url = _url(process)
        if not tls:
            yield Program(url, process=process)
            return
        *_, (_, tls_url), (_, certificate, *_) = (_words(process) for _ in range(5))
        yield Program(url, tls_url, Path(certificate), process=process)
    finally:
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN)


def _url(process: "subprocess.Popen[str]") -> str:
    line = " ".join(_words(process))
    if found := re.search(r"http://\S+", line):
        return found[0]
    _, log = process.communicate(timeout=ENDS_WITHIN)
    raise AssertionError(f"the program did not start: {log}")


def _words(process: "subprocess.Popen[str]") -> list[str]:
    if process.stdout is None:
        raise AssertionError("the program was started without a pipe")
    return process.stdout.readline().split()
