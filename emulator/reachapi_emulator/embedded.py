"""An emulator in this process, in a thread of its own, and the driver of it."""

import asyncio
import atexit
import logging
import os
from concurrent.futures import Future
from selectors import DefaultSelector
from threading import RLock, Thread
from typing import TYPE_CHECKING, Any, Self

from reachapi_emulator import forks
from reachapi_emulator.client.driver import Driver
from reachapi_emulator.client.threads import finished
from reachapi_emulator.client.transport import Transport
from reachapi_emulator.real_time import monotonic
from reachapi_emulator.server import GRACE, Server
from reachapi_emulator.settings import FREE_PORTS, Settings

if TYPE_CHECKING:
    from pathlib import Path

STARTS_WITHIN = 60.0
"""Real seconds that a start may take; a data set of a million contacts fits."""
STOPS_WITHIN = GRACE + 10.0

log = logging.getLogger("reachapi_emulator.embedded")


class Emulator(Driver):
    """An emulator of one's own: `with Emulator() as emu:`, or `async with`.

    It serves in a thread with an event loop of its own, on a free port, and is
    ready when the block begins. The same methods drive one that runs elsewhere:
    `Emulator.connect(url)`.

    Args:
        settings: all of them; left out, the defaults on a free port.
        values: single ones instead, such as `credits=100`.

    Attributes:
        tls_url: where it speaks https, once started with the setting `tls`; else
            empty, and so for one that runs elsewhere.
        ca_certificate: the file to trust for that; else None.

    Raises:
        SettingsError: a value is out of its bounds.
    """

    def __init__(self, settings: Settings | None = None, **values: Any) -> None:  # noqa: ANN401 # one of each setting
        if settings is not None and values:
            raise TypeError("give Settings, or single values: not both")
        self.settings = settings or Settings(**{**FREE_PORTS, **values})
        self._lock = RLock()
        self._depth = 0
        self._serving: _Serving | None = None
        self.tls_url = ""
        self.ca_certificate: Path | None = None
        forks.tell(self._forked)

    def __enter__(self) -> Self:
        with self._lock:
            self.start()
            self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._depth -= 1
            if not self._depth:
                self.close()

    async def __aenter__(self) -> Self:
        try:
            return await finished(self.__enter__)
        except asyncio.CancelledError:
            await self.__aexit__()
            raise

    async def __aexit__(self, *_: object) -> None:
        await finished(self.__exit__)

    def start(self) -> None:
        """Serve from now on; nothing happens if it does, or was connected to.

        Raises:
            DatasetError: the data set file is refused.
            StoreError: the state file is refused.
            StartError: the address cannot be listened on, or the state belongs
                to another data set.
        """
        with self._lock:
            if self._transport is None:
                self._serving = _Serving(self.settings)
                atexit.register(self.close)
                try:
                    url = self._serving.start()
                    token = self.settings.control_token
                    self._attach(Transport(url, token=token))
                    server = self._serving.server
                    self.tls_url = server.tls_url
                    self.ca_certificate = server.ca_certificate
                except BaseException:
                    self.close()
                    raise

    def close(self) -> None:
        """Stop, within a grace period; one that runs elsewhere goes on."""
        with self._lock:
            super().close()
            if self._serving is not None:
                self._transport = None
                self._serving.stop()
                self._serving = None
                atexit.unregister(self.close)

    def _forked(self) -> None:
        """In a child: drive on what the parent serves, and leave that to it."""
        self._lock = RLock()  # a thread that there is no more may hold the old one
        if self._serving is not None:
            self._serving.abandon()
            self._serving = None
            atexit.unregister(self.close)


class _Loop(asyncio.SelectorEventLoop):
    """A loop of our own kind, whatever policy there is, that goes by real time."""

    def time(self) -> float:
        """Return seconds, of which none is skipped or stopped by a test."""
        return monotonic()


class _Serving:
    """A thread whose event loop runs a server.

    It is a daemon: one that would not stop ends with the process all the same.

    Attributes:
        server: which has its URLs once started.
    """

    def __init__(self, settings: Settings) -> None:
        self.server = Server(settings)
        self._started: Future[str] = Future()
        self._asked_to_stop: Future[None] = Future()
        self._thread = Thread(target=self._run, name="reachapi-emulator", daemon=True)
        self._watched = DefaultSelector()

    def start(self) -> str:
        """Return the URL, as soon as requests are served."""
        self._thread.start()
        return self._started.result(STARTS_WITHIN)

    def stop(self) -> None:
        """Return when it has ended, or has had its time for it."""
        if not self._asked_to_stop.done():
            self._asked_to_stop.set_result(None)
        self._thread.join(STOPS_WITHIN)
        if self._thread.is_alive():
            log.warning("the emulator did not stop in time; it ends with the process")

    def abandon(self) -> None:
        """In a child: let go of the sockets, so that they close with the parent's.

        The selector is the parent's too, so that nothing may be taken from it. The
        sockets' numbers stay taken: whoever closes them then closes nothing else.
        """
        nothing = os.open(os.devnull, os.O_RDWR)
        for key in list((self._watched.get_map() or {}).values()):
            os.dup2(nothing, key.fd)
        os.close(nothing)

    def _run(self) -> None:
        try:
            with self._runner() as runner:
                runner.run(self._serve())
        except BaseException as error:  # raised in the caller's thread
            if self._started.done():
                log.exception("the emulator's thread failed")
            else:
                self._started.set_exception(error)

    def _runner(self) -> asyncio.Runner:
        """Return what runs a loop of ours, in no debug mode of the test's."""
        return asyncio.Runner(debug=False, loop_factory=lambda: _Loop(self._watched))

    async def _serve(self) -> None:
        await self.server.start()
        self._started.set_result(self.server.url)
        try:
            await asyncio.wrap_future(self._asked_to_stop)
        finally:
            await self.server.stop()
