"""The view of jobs: attempts on a time line, payload, redelivery."""

import pytest
from playwright.async_api import expect

from support.client import Api
from support.console import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_job_and_its_attempts_arrive(api: Api, console: Console) -> None:
    await api.freeze()
    await api.control("PUT", "/inbox/demo/script", [{"status": 500}])
    await console.open("jobs")
    job = await api.fetch(3)
    await expect(console.rows()).to_contain_text([f"{job}submitted"])
    await console.press(f"Job {job}")
    line = console.panel("Details").locator(".timeline li")
    await expect(line).to_contain_text(["Submitted", "Validation is due"])
    await api.advance(0.05)
    await expect(line).to_contain_text(
        ["Submitted", "500 unexpected_status", "Next attempt is due"]
    )
    await api.advance(1)

    await expect(line).to_contain_text(
        ["Submitted", "Attempt 1 (first)", "Attempt 2 (retry) 200"]
    )
    await expect(console.rows()).to_contain_text([f"{job}delivered"])


async def test_a_delivered_job_shows_its_payload_and_is_delivered_again(
    api: Api, console: Console
) -> None:
    job = await api.fetch(3)
    await api.wait(job)
    await console.open("jobs")
    await console.press(f"Job {job}")
    await console.press("Show payload")
    payload = console.panel("Payload of the delivery")
    await expect(payload).to_contain_text('"event": "data_notification"')
    await console.press("Redeliver")

    line = console.panel("Details").locator(".timeline li")
    await expect(line.last).to_contain_text("Attempt 2 (redelivery) 200")
    assert 2 == len(await api.control("GET", "/inbox/demo"))


async def test_what_has_no_payload_yet_says_so(api: Api, console: Console) -> None:
    console.expected = "409"
    await api.freeze()
    job = await api.fetch(1)
    await console.open("jobs")
    await console.press(f"Job {job}")
    await console.press("Show payload")

    await expect(console.page.get_by_role("alert")).to_contain_text("being validated")


async def test_the_list_is_narrowed_to_a_state(api: Api, console: Console) -> None:
    await api.wait(await api.fetch(1))
    await console.open("jobs")
    await expect(console.rows()).to_have_count(1)
    await console.page.get_by_label("State").select_option("exhausted")

    await expect(console.rows()).to_have_count(0)


async def test_secrets_in_a_url_are_masked(api: Api, console: Console) -> None:
    """The name and password of a webhook are shown in the account view alone."""
    url = "http://ann:letmein@127.0.0.1:9/hook"
    await api.control("PUT", "/accounts/demo/webhook", {"url": url})
    job = await api.fetch(1)
    await api.wait(job, attempts=1)
    await console.open("jobs")
    await console.press(f"Job {job}")

    await expect(console.panel("Details")).to_contain_text("@127.0.0.1:9/hook")
    await expect(console.panel("Details")).not_to_contain_text("letmein")
