"""Data Fetch API, over real sockets: what it costs."""

import asyncio

import pytest

from support.api import FETCH, Answer, Api
from support.contacts import contacts, deliverable
from support.flow import (
    VALIDATION_DELAY,
    account,
    attempted,
    ledger,
    script,
    set_webhook,
)
from support.serving import Serve
from support.surface import available, given, promised, statuses


async def fetch(api: Api, count: int) -> Answer:
    """Ask for any records, accepted or not."""
    return await api.call("POST", FETCH, json={"fetchCount": count, "filter": {}})


def insufficient(available_credit: int, requested: int) -> tuple[object, ...]:
    """Return the answer of the page to who asks for too much."""
    data = {"available_credit": available_credit, "requested_fetch_count": requested}
    return promised(402, "Insufficient credit balance", data)


async def test_over_the_available_credit_is_402_with_both_figures(
    serve: Serve,
) -> None:
    """The page's sample: 2,000 asked for, 720 there."""
    api = await serve(credits=720)

    assert insufficient(720, 2000) == given(await fetch(api, 2000))


async def test_all_that_is_available_may_be_asked_for(serve: Serve) -> None:
    """Only what is over the credit is refused."""
    api = await serve(credits=720)

    assert [200, 402] == list(statuses([await fetch(api, n) for n in (720, 1)]))


async def test_what_is_asked_for_counts_not_what_matches(serve: Serve) -> None:
    """A request over the credit is refused though few records match it."""
    api = await serve(credits=720)
    wanted = {"company_name": {"0": "DataCaptive"}}
    body = {"fetchCount": 721, "filter": wanted}

    assert insufficient(720, 721) == given(await api.call("POST", FETCH, json=body))


async def test_what_others_have_reserved_is_not_available(serve: Serve) -> None:
    """While the first request is in validation, the second has the rest."""
    api = await serve(credits=10)
    await api.freeze()
    await fetch(api, 7)

    assert insufficient(3, 4) == given(await fetch(api, 4))
    assert 200 == (await fetch(api, 3)).status


async def test_what_was_reserved_in_vain_is_available_again(serve: Serve) -> None:
    """9 of 10 credits are charged; the tenth may be spent."""
    api = await serve(credits=10)
    await attempted(api, 10, company_name={"0": "DataCaptive"})

    assert insufficient(1, 2) == given(await fetch(api, 2))
    assert 200 == (await fetch(api, 1)).status


async def test_requests_at_once_cannot_overspend(serve: Serve) -> None:
    """Of twenty requests for 3 of 10 credits, three are accepted."""
    api = await serve(credits=10, rate_limit=0)
    await api.freeze()
    answers = await asyncio.gather(*[fetch(api, 3) for _ in range(20)])

    assert [200] * 3 + [402] * 17 == sorted(statuses(answers))


@pytest.mark.parametrize("count", [1, 100])
async def test_every_valid_record_costs_a_credit(api: Api, count: int) -> None:
    """Of the first hundred contacts the undeliverable ones are free."""
    valid = sum(map(deliverable, contacts()[:count]))
    await attempted(api, count)

    assert 10_000 - valid == await available(api)


async def test_a_request_is_settled_by_one_entry(api: Api) -> None:
    """The ledger knows the opening balance and one charge."""
    await attempted(api, 9, company_name={"0": "DataCaptive"})

    assert [("opened", 10_000, 10_000), ("charge", -9, 9991)] == await ledger(api)


async def test_nothing_is_charged_before_validation_ends(api: Api) -> None:
    """A reservation is no charge."""
    await api.freeze()
    await api.fetch(9)

    assert [("opened", 10_000, 10_000)] == await ledger(api)


async def test_the_charge_comes_before_the_first_attempt(api: Api) -> None:
    """While the webhook rests, the valid records are paid already."""
    await api.freeze()
    job = await api.fetch(9, company_name={"0": "DataCaptive"})
    await set_webhook(api, active=False)
    await api.advance(VALIDATION_DELAY)

    shown = await api.control("GET", f"/jobs/{job}")
    assert ("delivering", 9, []) == (
        shown["state"],
        shown["charged"],
        shown["attempts"],
    )
    assert 9991 == (await account(api))["credits"]


async def test_a_retry_is_not_charged(api: Api) -> None:
    """Whatever number of attempts a delivery takes, it costs the same."""
    await script(api, [500])
    job = await attempted(api, 9, company_name={"0": "DataCaptive"})
    await api.advance(1)
    await api.wait(job, state="delivered")

    assert [("opened", 10_000, 10_000), ("charge", -9, 9991)] == await ledger(api)


async def test_a_redelivery_is_not_charged(api: Api) -> None:
    """One more attempt is free."""
    job = await attempted(api, 9, company_name={"0": "DataCaptive"})
    await api.control("POST", f"/jobs/{job}/redeliver")
    await api.wait(job, attempts=2)

    assert [("opened", 10_000, 10_000), ("charge", -9, 9991)] == await ledger(api)
