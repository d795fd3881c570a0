"""What a tester turns while deliveries are under way (rulings 29 to 31)."""

import socket

import pytest

from support.api import Api
from support.flow import (
    VALIDATION_DELAY,
    account,
    attempted,
    inbox,
    job_of,
    ledger,
    script,
    set_webhook,
)
from support.receiver import Receiver, Serving, listening


@pytest.fixture
def closed_url() -> str:
    """A URL where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


async def redeliver(api: Api, job: int, attempts: int) -> None:
    """Ask for one more attempt and see it to its end."""
    await api.control("POST", f"/jobs/{job}/redeliver")
    await api.wait(job, attempts=attempts)


async def test_a_mended_url_heals(api: Api, closed_url: str) -> None:
    """The next attempt goes where the webhook is configured by then."""
    mended = (await account(api))["webhook"]["url"]
    await set_webhook(api, closed_url)
    job = await attempted(api)
    await set_webhook(api, mended)
    await api.advance(1)
    shown = await api.wait(job, state="delivered")

    assert [(closed_url, "refused"), (mended, None)] == [
        (attempt["url"], attempt["error"]) for attempt in shown["attempts"]
    ]


async def test_a_secret_generated_anew_is_sent_with_the_next_attempt(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """The secret is that of the moment, the body as before."""
    receiver = await listening(api, aiohttp_raw_server, Receiver([500]))
    job = await attempted(api)
    await api.control("POST", "/accounts/demo/webhook/secret")
    await api.advance(1)
    await api.wait(job, state="delivered")

    first, second = [dict(arrival.headers) for arrival in receiver.arrivals]
    assert "demo-webhook-secret" == first["webhook_secret_key"]
    assert (await account(api))["webhook"]["secret"] == second["webhook_secret_key"]


async def test_while_the_webhook_is_inactive_due_attempts_wait(api: Api) -> None:
    """However long it rests, none is made and none is lost."""
    await script(api, [500])
    job = await attempted(api)
    await set_webhook(api, active=False)
    await api.advance(1_000_000)

    shown = await job_of(api, job)
    assert ("delivering", 1) == (shown["state"], len(shown["attempts"]))


async def test_an_active_webhook_gets_what_has_waited(api: Api) -> None:
    """At once: the clock need not move."""
    await script(api, [500])
    job = await attempted(api)
    await set_webhook(api, active=False)
    await api.advance(1)
    await set_webhook(api, active=True)
    shown = await api.wait(job, state="delivered")

    assert 2 == len(shown["attempts"])


async def test_without_a_webhook_due_attempts_wait(api: Api) -> None:
    """A URL taken away is as good as an inactive webhook."""
    url = (await account(api))["webhook"]["url"]
    await api.freeze()
    job = await api.fetch()
    await api.control("PUT", "/accounts/demo/webhook", {"url": None})
    await api.advance(VALIDATION_DELAY)
    waiting = await job_of(api, job)
    await set_webhook(api, url)
    await api.wait(job, state="delivered")

    assert ("delivering", []) == (waiting["state"], waiting["attempts"])


async def test_an_exhausted_delivery_can_be_redelivered(api: Api) -> None:
    """One more attempt, and acknowledged it is delivered after all."""
    await script(api, [500] * 6)
    job = await attempted(api)
    for number, wait in enumerate((1, 5, 15, 60, 300), start=2):
        await api.advance(wait)
        await api.wait(job, attempts=number)
    await redeliver(api, job, 7)

    assert "delivered" == (await job_of(api, job))["state"]


async def test_a_delivery_acknowledged_can_be_had_again(api: Api) -> None:
    """The same body arrives twice."""
    job = await attempted(api)
    await redeliver(api, job, 2)

    first, second = await inbox(api)
    assert first["body"] == second["body"]


async def test_a_redelivery_that_fails_leaves_it_delivered(api: Api) -> None:
    """And no retry behind."""
    job = await attempted(api)
    await script(api, [500])
    await redeliver(api, job, 2)
    await api.advance(1_000_000)

    shown = await job_of(api, job)
    assert ("delivered", 2) == (shown["state"], len(shown["attempts"]))


async def test_a_redelivery_replaces_the_scheduled_retry(api: Api) -> None:
    """Acknowledged now, nothing is left to do in a second."""
    await script(api, [500])
    job = await attempted(api)
    await redeliver(api, job, 2)
    await api.advance(1_000_000)

    triggers = [a["trigger"] for a in (await job_of(api, job))["attempts"]]
    assert ["first", "redelivery"] == triggers


async def test_credits_are_taken_once_whatever_becomes_of_a_delivery(
    api: Api,
) -> None:
    """Failures, a rest, a retry and redeliveries leave one charge."""
    await script(api, [500])
    job = await attempted(api)
    await set_webhook(api, active=False)
    await set_webhook(api, active=True)
    await api.advance(1)
    await api.wait(job, attempts=2)
    await redeliver(api, job, 3)

    assert [("opened", 10_000, 10_000), ("charge", -3, 9997)] == await ledger(api)
