"""A real browser, without a window: it opens a page, whose script sends requests."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PATIENCE = 30.0
"""Seconds until a page that tells nothing counts as a hang."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SCRIPT = """<!doctype html><script type="module">
const told = [];
for (const [url, init] of await (await fetch("calls")).json()) {
  try {
    const answer = await fetch(url, init);
    const after = answer.headers.get("Retry-After");
    told.push([answer.status, (await answer.json()).message, after]);
  } catch (error) {
    told.push(error.name);
  }
}
await fetch("told", {method: "POST", body: JSON.stringify(told)});
</script>"""

Call = tuple[str, dict[str, Any]]


@dataclass
class Page:
    """A page on an origin of its own.

    Attributes:
        origin: such as `http://127.0.0.1:8000`.
    """

    origin: str = ""
    _calls: list[Call] = field(default_factory=list)
    _told: asyncio.Queue[list[Any]] = field(default_factory=asyncio.Queue)

    async def fetch(self, calls: list[Call], profile: Path) -> list[Any]:
        """Let the page send requests, one after the other; return what it sees.

        Args:
            calls: arguments of the page's own `fetch`.
            profile: an empty folder for the browser.

        Returns:
            Status, message and Retry-After of each answer; a name for an error.
        """
        self._calls = calls
        async with _browser(f"{self.origin}/", profile), asyncio.timeout(PATIENCE):
            return await self._told.get()

    def routes(self) -> list[web.RouteDef]:
        """Return what serves the page."""
        return [
            web.get("/", self._page),
            web.get("/calls", self._give),
            web.post("/told", self._take),
        ]

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/html")

    async def _give(self, _: web.Request) -> web.Response:
        return web.json_response(self._calls)

    async def _take(self, request: web.Request) -> web.Response:
        self._told.put_nowait(await request.json())
        return web.Response()


@asynccontextmanager
async def serving() -> AsyncIterator[Page]:
    """Serve a page on a free port until the block ends."""
    page, app = Page(), web.Application()
    app.add_routes(page.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        page.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield page
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _browser(url: str, profile: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        *FLAGS,
        f"--user-data-dir={profile}",
        url,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its helpers too: all are our own
        await process.wait()
