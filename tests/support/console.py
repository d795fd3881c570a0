"""The console in a real browser, as somebody at the desk uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import (
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    expect,
)

VIEWS = ("account", "requests", "jobs", "inbox", "faults", "clock", "dataset")


@dataclass
class Console:
    """A page that shows the console, and what went wrong in it.

    Attributes:
        errors: what the browser has complained of.
        strangers: addresses it has asked that are not the emulator's.
        expected: a complaint that has this text is none.
    """

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    expected: str | None = None

    async def open(self, view: str = "account") -> None:
        """Open a view in the page; it is live when this returns."""
        await self.page.goto(f"{self.url}/_emulator/#/{view}")
        await expect(self.page.locator("#connection")).to_have_text("live")

    async def go(self, view: str) -> None:
        """Go to a view by the menu."""
        await self.page.locator(f"#to-{view}").click()

    async def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press a button of this very name."""
        place = within or self.page
        await place.get_by_role("button", name=name, exact=True).click()

    async def act(self, name: str, path: str, *, within: Locator | None = None) -> None:
        """Press a button, and return when the emulator has answered at a path."""
        async with self.page.expect_response(f"{self.url}/_emulator{path}"):
            await self.press(name, within=within)

    async def confirm(self, name: str) -> None:
        """Press a button, and that of the same effect in the dialog it opens."""
        await self.press(name)
        await self.page.get_by_role("dialog").locator("button.risky").click()

    def panel(self, name: str) -> Locator:
        """Return a part of the view by its name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def rows(self) -> Locator:
        """Return the rows of the view's tables."""
        return self.page.locator("tbody tr")

    def faults(self) -> list[str]:
        """Return what went wrong and was not expected."""
        wanted = self.expected
        errors = [each for each in self.errors if not (wanted and wanted in each)]
        return errors + self.strangers

    def watch(self) -> None:
        """Write down what goes wrong from now on."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._catch)
        self.page.on("request", self._see)

    def leave(self) -> None:
        """Write nothing down any more."""
        self.page.remove_listener("console", self._hear)
        self.page.remove_listener("pageerror", self._catch)
        self.page.remove_listener("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"{message.text} {message.location}")

    def _catch(self, error: Error) -> None:
        self.errors.append(str(error))

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc:
            self.strangers.append(request.url)


@asynccontextmanager
async def console_of(page: Page, url: str) -> AsyncIterator[Console]:
    """Yield the console of an emulator; the page has no past, and keeps none.

    Raises:
        AssertionError: the browser has complained of what no test expected.
    """
    console = Console(page, url)
    console.watch()
    try:
        yield console
        assert [] == console.faults()
    finally:
        console.leave()
        if page.url != "about:blank":
            await page.evaluate("localStorage.clear(); sessionStorage.clear()")
        await page.emulate_media(color_scheme="null")
        await page.goto("about:blank")
