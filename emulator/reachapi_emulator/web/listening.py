"""Where requests are taken from: an address, and in words why it cannot be had."""

import asyncio
import errno
from ssl import SSLContext
from typing import TYPE_CHECKING, cast

from aiohttp import web

from reachapi_emulator.errors import StartError

if TYPE_CHECKING:
    from aiohttp.web_server import Server

_ADVICE = {
    errno.EADDRINUSE: "is in use: stop what listens there, or choose another {option} "
    "(0 takes a free one)",
    errno.EACCES: "is not allowed for this user: choose a {option} above 1023",
    errno.EADDRNOTAVAIL: "is no address of this machine: choose another --host",
}
_UNKNOWN_ADDRESS = "is no address that can be listened on: choose another --host"


class Listener(web.TCPSite):
    """A port that is taken first, and serves when all of them have been.

    Args:
        runner: of the application.
        host: name or address; empty for every one of this machine.
        port: 0 takes a free one.
        tls: what https is spoken with; left out, it is http.
    """

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        tls: SSLContext | None = None,
    ) -> None:
        host = host or "0.0.0.0"  # noqa: S104 # asked for
        super().__init__(runner, host, port, ssl_context=tls)
        self._at, self._tls = (host, port), tls
        self._taken: asyncio.Server

    @property
    def url(self) -> str:
        """The address under which this machine reaches it, once it is taken."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # seen, not bound
        name = everywhere.get(self._at[0], self._at[0])
        host = f"[{name}]" if ":" in name else name
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host}:{self._taken.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        """Take the port; nobody is let in as yet.

        Raises:
            StartError: it cannot be had.
        """
        await web.BaseSite.start(self)
        try:
            self._taken = await self._bound()
        except (OSError, UnicodeError) as error:
            raise self._refusal(error) from error
        self._server = self._taken  # what the runner stops

    async def serve(self) -> None:
        """Let requests in.

        Raises:
            StartError: somebody else has been quicker.
        """
        try:
            await self._taken.start_serving()
        except OSError as error:
            raise self._refusal(error) from error

    async def _bound(self) -> asyncio.Server:
        """Take one port at every address of the host."""
        host, port = self._at
        server = await self._bound_at(host, port)
        taken = {each.getsockname()[1] for each in server.sockets}
        if len(taken) == 1:
            return server
        server.close()  # 0 has taken another one at each
        return await self._bound_at(host, taken.pop())

    async def _bound_at(self, host: str, port: int) -> asyncio.Server:
        factory = cast("Server", self._runner.server)  # it has been set up
        return await asyncio.get_running_loop().create_server(
            factory, host, port, ssl=self._tls, backlog=128, start_serving=False
        )

    def _refusal(self, error: Exception) -> StartError:
        number = getattr(error, "errno", None) or 0
        option = "--tls-port" if self._tls else "--port"
        advice = _ADVICE.get(number, _UNKNOWN_ADDRESS).format(option=option)
        host, port = self._at
        return StartError(f"{host}:{port} {advice}")
