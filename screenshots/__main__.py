"""`python -m screenshots`: take docs/console-light.png and docs/console-dark.png."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Literal
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from reachapi_emulator import Emulator
from reachapi_emulator.client.account import Account

Theme = Literal["light", "dark"]

DOCS = Path(__file__).parents[1] / "docs"
THEMES: tuple[Theme, ...] = ("light", "dark")
SIZE = ViewportSize(width=1280, height=800)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

FETCHES: tuple[tuple[int, dict[str, Any]], ...] = (
    (250, {"company_address_state": {"0": "California", "1": "Texas"}}),
    (40, {"job_dept_name": {"0": "Marketing"}}),
    (5, {"job_title_level": {"0": "C-Suite"}, "sic_code": {"0": "8082"}}),
)
ANSWERS: tuple[list[int], ...] = ([], [404, 200], [500, 503, 200])
"""What the inbox answers to the attempts of each job."""
WAITS = (0.05, 1, 5)
"""Seconds until validation, and between the attempts."""


def main() -> None:
    """Take both pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("there is no Chromium here: install it, then try again")
    with Emulator() as emulator, sync_playwright() as playwright:
        jobs = happen(emulator)
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        for theme in THEMES:
            take(browser, emulator.url, theme, jobs[-1])
        browser.close()


def happen(emulator: Emulator) -> list[int]:
    """Let there be jobs, each with more attempts than the one before."""
    account = emulator.account("demo")
    account.freeze()
    return [
        deliver(emulator.url, account, count, wanted, answers)
        for (count, wanted), answers in zip(FETCHES, ANSWERS, strict=True)
    ]


def deliver(
    url: str, account: Account, count: int, wanted: dict[str, Any], answers: list[int]
) -> int:
    """Submit a data request and let its inbox answer so; return the job's id."""
    account.script_inbox(answers)
    job = submit(url, account.api_key, {"fetchCount": count, "filter": wanted})
    for number, seconds in enumerate(WAITS[: len(answers) or 1], 1):
        account.advance(seconds)
        account.wait_for_job(job, attempts=number)
    return job


def submit(url: str, api_key: str, form: dict[str, Any]) -> int:
    """Ask as any client does."""
    headers = {"X-API-Key": api_key, "Content-Type": "application/json"}
    body = json.dumps(form).encode()
    request = Request(f"{url}/api/v2/async/records/filter", body, headers)  # noqa: S310 # our own
    with urlopen(request, timeout=10) as answer:  # noqa: S310 # likewise
        job: int = json.load(answer)["data"]["unique_processing_id"]
    return job


def take(browser: Browser, url: str, theme: Theme, job: int) -> None:
    """Open a job and take the picture."""
    page = browser.new_page(viewport=SIZE, color_scheme=theme)
    page.goto(f"{url}/_emulator/#/jobs")
    expect(page.locator("#connection")).to_have_text("live")
    page.get_by_role("button", name=f"Job {job}").click()
    expect(page.locator(".timeline li")).to_have_count(len(ANSWERS[-1]) + 1)
    page.screenshot(path=DOCS / f"console-{theme}.png")
    page.close()


if __name__ == "__main__":
    main()
