"""Start and stop: the data set, the ports, TLS, the worker."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import default_path
from reachapi_emulator.hostnames import is_tls_name
from reachapi_emulator.services import Services
from reachapi_emulator.settings import Settings
from reachapi_emulator.web.application import build
from reachapi_emulator.web.control import CONTROL_PATH
from reachapi_emulator.web.http_server import EnvelopeRunner, Listener

if TYPE_CHECKING:
    from pathlib import Path
    from ssl import SSLContext

    from reachapi_emulator.tls import Authority

log = logging.getLogger("reachapi_emulator.server")

GRACE = 3.0
"""Real seconds that validations and attempts get to end when the emulator stops."""

SHUTDOWN = 0.5
"""Real seconds that open requests get after that, and again once they are cancelled;
so a stop takes five seconds at most."""


class Server:
    """A ReachAPI of one's own, from `start` to `stop`.

    Args:
        settings: the defaults, where left out.
        dataset: loaded already, so that several emulators can share it.

    Attributes:
        url: where it listens, such as `http://127.0.0.1:9010`, once started.
        tls_url: likewise for https; empty where that is off.
        services: what it is made of, once started.
    """

    services: Services

    def __init__(
        self, settings: Settings | None = None, dataset: Dataset | None = None
    ) -> None:
        self.settings = settings or Settings()
        self._loaded = dataset
        self.url = self.tls_url = ""
        self._authority: Authority | None = None
        self._tls: SSLContext | None = None
        self._exits = AsyncExitStack()

    @property
    def ca_certificate(self) -> Path | None:
        """The file to trust for https, once started; None where https is off."""
        return self._authority.certificate if self._authority else None

    async def start(self) -> None:
        """Load, open, listen; requests are served when this returns.

        Raises:
            DatasetError: the data set file is refused.
            StoreError: the state file is refused.
            StartError: the address cannot be listened on, the state belongs to
                another data set, or there is no certificate to be had.
        """
        async with AsyncExitStack() as exits:
            services = self.services = Services.build(self.settings, self._load())
            exits.callback(services.store.close)
            await services.check()
            listeners = await self._listen(services, exits)
            self._certify()
            self._warn(listeners[0])
            await services.start()
            exits.push_async_callback(services.stop, GRACE)
            for listener in listeners:
                await listener.serve()
            self._write_url(exits)
            self._exits = exits.pop_all()

    async def stop(self) -> None:
        """Let what is under way end, within five seconds, and let go of all."""
        await self._exits.aclose()

    def _certify(self) -> None:
        """Make the authority, if need be, once it is sure that the start succeeds."""
        if self._tls is None:
            return
        from reachapi_emulator.tls import Authority  # noqa: PLC0415 # 70 ms

        settings = self.settings
        self._authority = Authority(settings.ca_dir)
        host = [settings.host] if is_tls_name(settings.host) else []
        self._authority.certify(self._tls, [*host, *settings.tls_name])

    def _write_url(self, exits: AsyncExitStack) -> None:
        """Tell others where it listens; it serves without that too."""
        file = self.settings.url_file
        if file is None:
            return
        try:
            file.write_text(f"{self.url}\n", encoding="ascii")
        except (OSError, UnicodeError) as error:
            log.warning("the address cannot be written: %s; see --url-file", error)
        else:
            exits.callback(_delete, file)

    def _ca_pem(self) -> bytes | None:
        return self._authority.pem if self._authority else None

    def _load(self) -> Dataset:
        return self._loaded or Dataset.load(self.settings.dataset or default_path())

    async def _listen(
        self, services: Services, exits: AsyncExitStack
    ) -> list[Listener]:
        """Take every port before any is served: a start is all or nothing."""
        application = build(services, self._ca_pem)
        runner = EnvelopeRunner(
            application,
            max_bytes=services.budget.connections,
            access_log=None,
            shutdown_timeout=SHUTDOWN,
            keepalive_timeout=self.settings.keep_alive_timeout,
        )
        await runner.setup()
        exits.push_async_callback(runner.cleanup)
        exits.callback(services.delays.cancel)
        exits.callback(services.store.feed.close)
        listeners = self._listeners(runner)
        for listener in listeners:
            await listener.start()
        self.url, self.tls_url = (*(each.url for each in listeners), "")[:2]
        services.inboxes.base_url = f"{self.url}{CONTROL_PATH}/inbox"
        return listeners

    def _listeners(self, runner: EnvelopeRunner) -> list[Listener]:
        settings = self.settings
        plain = Listener(runner, settings.host, settings.port)
        if not settings.tls:
            return [plain]
        from reachapi_emulator.tls import uncertified  # noqa: PLC0415 # 70 ms

        self._tls = uncertified()
        return [plain, Listener(runner, settings.host, settings.tls_port, self._tls)]

    def _warn(self, listener: Listener) -> None:
        """Say that everybody on the network can steer the emulator, if so."""
        if self.settings.control_token is None and listener.is_reachable_from_outside:
            log.warning(
                "other machines can reach %s, and use /_emulator without a token: "
                "listen on 127.0.0.1, or set REACHAPI_EMULATOR_CONTROL_TOKEN",
                listener.url,
            )


def _delete(file: Path) -> None:
    with suppress(OSError):
        file.unlink()
