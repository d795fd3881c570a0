"""The console for everybody: by axe's rules, by keyboard, in light and dark."""

import pytest
from axe_playwright_python.async_playwright import (  # type: ignore[import-untyped] # it has none
    Axe,
)
from playwright.async_api import expect

from support.client import Api
from support.console import VIEWS, Console

pytestmark = pytest.mark.asyncio(loop_scope="session")

GRAVE = {"serious", "critical"}


async def grave(console: Console, *rules: str) -> list[str]:
    """Return the violations, of some rules or all, that axe finds grave, and where."""
    only = {"runOnly": list(rules)} if rules else {}
    options = {"resultTypes": ["violations"], **only}
    found = (await Axe().run(console.page, options=options)).response["violations"]
    return [
        f"{rule['id']}: {[node['html'] for node in rule['nodes']]}"
        for rule in found
        if rule["impact"] in GRAVE
    ]


async def populate(api: Api) -> None:
    """Let every view have something to show."""
    await api.freeze()
    await api.control("PUT", "/inbox/demo/script", [{"status": 500}])
    rule = {"phase": "request", "kind": "status", "status": 500, "operation": "batch"}
    await api.control("POST", "/faults", rule)
    job = await api.fetch(2)
    await api.advance(0.05)
    await api.wait(job, attempts=1)
    await api.call("GET", "/nowhere")


@pytest.mark.parametrize("view", VIEWS)
async def test_no_view_has_a_grave_fault(api: Api, console: Console, view: str) -> None:
    """In light and in dark, with a row's details where there are any."""
    await populate(api)
    await console.open(view)
    if view in {"requests", "jobs", "inbox"}:
        await console.rows().first.get_by_role("button").click()
        await expect(console.panel("Details")).to_be_visible()
    await console.page.get_by_label("Theme").select_option("light")
    assert [] == await grave(console)
    await console.page.get_by_label("Theme").select_option("dark")

    assert [] == await grave(console, "color-contrast")


async def test_neither_dialog_nor_alert_has_a_grave_fault(console: Console) -> None:
    await console.open("inbox")
    await console.page.get_by_label("One for each delivery").fill("maybe")
    await console.press("Set answers")
    alert = console.page.get_by_role("alert")
    await expect(alert).to_contain_text('"maybe" is not an answer')
    assert [] == await grave(console)
    await console.go("account")
    await console.press("Delete account")

    assert [] == await grave(console)


async def test_the_menu_is_used_by_keyboard(console: Console) -> None:
    """Tab leads to it, Enter goes; the focus is on the new view's heading."""
    await console.open()
    await console.page.locator("#theme").focus()
    for _ in range(2):
        await console.page.keyboard.press("Tab")
    await console.page.keyboard.press("Enter")
    heading = console.page.get_by_role("heading", level=1)

    await expect(heading).to_have_text("Requests")
    await expect(heading).to_be_focused()
    await expect(console.page.locator("#to-requests")).to_have_attribute(
        "aria-current", "page"
    )


async def test_the_first_tab_skips_to_the_content(console: Console) -> None:
    """Past bar and menu; the view stays."""
    await console.open("jobs")
    await console.page.keyboard.press("Tab")
    await console.page.keyboard.press("Enter")

    await expect(console.page.locator("main")).to_be_focused()
    await expect(console.page.get_by_role("heading", level=1)).to_have_text("Jobs")


async def test_the_focus_stays_while_rows_arrive(api: Api, console: Console) -> None:
    await api.fetch()
    await console.open("requests")
    button = console.page.get_by_role("button", name="Request 1", exact=True)
    await button.focus()
    await api.fetch()
    await expect(console.rows()).to_have_count(2)

    await expect(button).to_be_focused()


async def test_news_are_said(api: Api, console: Console) -> None:
    await console.open("inbox")
    await api.fetch()

    await expect(console.page.locator("#news")).to_have_text("A delivery has arrived")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_theme_is_the_systems_until_chosen(
    console: Console, scheme: str
) -> None:
    """And the choice outlives a reload."""
    other = {"light": "dark", "dark": "light"}[scheme]
    await console.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of its words
    await console.open()
    root = console.page.locator("html")
    before = await root.evaluate("root => getComputedStyle(document.body).color")
    await console.page.get_by_label("Theme").select_option(other)
    await console.page.reload()

    await expect(root).to_have_attribute("data-theme", other)
    after = await root.evaluate("root => getComputedStyle(document.body).color")
    assert before != after
