"""Polling, over real sockets: what is accepted, and what it costs (ruling 32)."""

import pytest

from support.api import FETCH, FETCH_DATA, Api
from support.contacts import contacts, deliverable
from support.flow import inbox, job_of, ledger, set_webhook
from support.polling import poll, ready, submitted
from support.serving import Serve
from support.surface import C_SUITE, available, given, promised, statuses

GOOD = {"fetchCount": 5, "filter": C_SUITE}
MISSING = promised(400, "Required fetchCount and filter")


def accepted(job: int) -> tuple[object, ...]:
    """Return the answer to an accepted request."""
    data = {"unique_processing_id": job, "batch_process_id": job}
    return promised(200, "Records processing initiated", data)


async def bare(api: Api) -> None:
    """Go on as an account without a webhook."""
    shown = await api.control("POST", "/accounts", {"id": "bare", "webhook": None})
    api.key = shown["api_key"]


async def test_it_is_accepted_with_both_ids(api: Api) -> None:
    """The same number under two names."""
    assert accepted(1300) == given(await api.call("POST", FETCH_DATA, json=GOOD))


async def test_ids_count_on_from_those_of_fetch(api: Api) -> None:
    """An id names one request, of whichever kind."""
    jobs = [await api.fetch(), await submitted(api), await api.fetch()]

    assert [1300, 1301, 1302] == jobs


@pytest.mark.parametrize("inactive", [True, False])
async def test_no_webhook_is_needed(api: Api, *, inactive: bool) -> None:
    """An inactive one is as good as none."""
    if inactive:
        await set_webhook(api, active=False)
    else:
        await bare(api)

    assert accepted(1300) == given(await api.call("POST", FETCH_DATA, json=GOOD))


async def test_nothing_is_delivered(api: Api) -> None:
    """Though the webhook is active, and however long one waits."""
    job = await ready(api)
    await api.advance(3_600)

    assert [] == await inbox(api)
    assert [] == (await job_of(api, job))["attempts"]


async def test_valid_records_are_charged_as_of_a_fetch(api: Api) -> None:
    """Once, when validation has ended."""
    await api.freeze()
    valid = sum(map(deliverable, contacts()[:500]))
    job = await submitted(api, 500)
    reserved = await available(api)
    await api.advance(1)
    await poll(api, job)

    assert (9_500, 10_000 - valid) == (reserved, await available(api))
    charge = ("charge", -valid, 10_000 - valid)
    assert [("opened", 10_000, 10_000), charge] == await ledger(api)


async def test_polling_costs_nothing(api: Api) -> None:
    """However often."""
    job = await ready(api)
    before = await available(api)
    for _ in range(3):
        await poll(api, job)

    assert before == await available(api)


async def test_over_the_available_credit_is_402(serve: Serve) -> None:
    """What a fetch has reserved counts, and the other way round."""
    api = await serve(credits=10)
    await api.freeze()
    await api.fetch(4)
    data = {"available_credit": 6, "requested_fetch_count": 7}
    over = await api.call("POST", FETCH_DATA, json={"fetchCount": 7, "filter": {}})
    await submitted(api, 6)
    last = await api.call("POST", FETCH, json={"fetchCount": 1, "filter": {}})

    assert promised(402, "Insufficient credit balance", data) == given(over)
    assert 402 == last.status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fetchCount": 5},
        {"filter": {}},
        {"fetchCount": 0, "filter": {}},
        {"fetchCount": "5", "filter": {}},
        {"fetchCount": 5, "filter": []},
    ],
)
async def test_a_part_that_is_missing_is_told_as_of_a_fetch(
    api: Api, body: object
) -> None:
    """The body is the same."""
    assert MISSING == given(await api.call("POST", FETCH_DATA, json=body))


async def test_the_accounts_secret_may_be_sent(api: Api) -> None:
    """As with a fetch (ruling 21)."""
    headers = {"webhook_secret_key": "demo-webhook-secret"}
    answer = await api.call("POST", FETCH_DATA, json=GOOD, headers=headers)

    assert accepted(1300) == given(answer)


async def test_another_secret_is_unauthorized(api: Api) -> None:
    """A client that sends a wrong one learns of it here."""
    headers = {"webhook_secret_key": "another"}
    answer = await api.call("POST", FETCH_DATA, json=GOOD, headers=headers)

    assert promised(401, "Unauthorized") == given(answer)


async def test_any_secret_is_wrong_where_there_is_none(api: Api) -> None:
    """An account that never had a webhook has no secret to match."""
    created = {"id": "bare", "webhook": None}
    api.key = (await api.control("POST", "/accounts", created))["api_key"]
    headers = {"webhook_secret_key": "demo-webhook-secret"}
    answer = await api.call("POST", FETCH_DATA, json=GOOD, headers=headers)

    assert promised(401, "Unauthorized") == given(answer)


@pytest.mark.parametrize("key", [None, "never-issued"])
async def test_it_needs_a_key(api: Api, key: str | None) -> None:
    """One that is good."""
    api.key = key

    answer = await api.call("POST", FETCH_DATA, json=GOOD)

    assert promised(401, "Unauthorized") == given(answer)


async def test_it_is_limited(api: Api) -> None:
    """It counts together with all the others."""
    await api.freeze()
    answers = [await api.call("POST", FETCH_DATA, json=GOOD) for _ in range(11)]

    assert [200] * 10 + [429] == list(statuses(answers))


async def test_the_journal_calls_it_fetch(api: Api) -> None:
    """A rule or a question about fetch means both forms."""
    await api.fetch()
    await submitted(api)

    journal = await api.control("GET", "/requests?operation=fetch")

    assert [FETCH, FETCH_DATA] == [each["path"] for each in journal["requests"]]


async def test_get_is_405(api: Api) -> None:
    """The records are asked for elsewhere."""
    answer = await api.call("GET", FETCH_DATA)

    assert promised(405, "Method Not Allowed") == given(answer)
