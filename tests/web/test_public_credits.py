"""Credit check API, over real sockets."""

from collections.abc import AsyncIterator

import pytest

from support.api import CREDITS, Api
from support.flow import VALIDATION_DELAY, account, attempted
from support.serving import Serve
from support.surface import available, given, promised


async def test_the_answer_is_that_of_the_page(serve: Serve) -> None:
    """The page's sample: 720 credits in the envelope."""
    api = await serve(credits=720)

    answer = await api.call("POST", CREDITS)

    assert promised(200, "success", {"available_credit": 720}) == given(answer)


async def test_the_demo_account_starts_with_10000_credits(api: Api) -> None:
    """Ruling 8."""
    assert 10_000 == await available(api)


@pytest.mark.parametrize("body", [None, b"", b"{}", b'{"filter": {}}'])
async def test_no_body_is_needed(api: Api, body: bytes | None) -> None:
    """The operation has no parameters, so that none is missing."""
    answer = await api.call("POST", CREDITS, data=body)

    assert promised(200, "success", {"available_credit": 10_000}) == given(answer)


async def test_what_validation_has_reserved_is_not_available(api: Api) -> None:
    """Available is the balance less the fetchCount of accepted requests."""
    await api.freeze()
    await api.fetch(3000)

    assert 7000 == await available(api)
    assert (10_000, 3000) == _credits(await account(api))


async def test_a_reservation_ends_with_the_validation(api: Api) -> None:
    """Of 20 credits reserved, only those of the 9 records delivered are gone."""
    await api.freeze()
    await api.fetch(20, company_name={"0": "DataCaptive"})
    before = await available(api)
    await api.advance(VALIDATION_DELAY)

    assert (9980, 9991) == (before, await available(api))
    assert (9991, 0) == _credits(await account(api))


async def test_each_account_has_credits_of_its_own(api: Api) -> None:
    """What one account spends, another does not miss."""
    await attempted(api, 5)
    api.key = "test-other"

    assert 10_000 == await available(api)


async def test_a_balance_set_by_the_tester_is_seen_at_once(api: Api) -> None:
    """The control API sets the balance of an account."""
    await api.control("PATCH", "/accounts/demo", {"credits": 0})

    assert 0 == await available(api)


def _credits(shown: dict[str, int]) -> tuple[int, int]:
    return shown["credits"], shown["reserved"]


async def test_a_body_that_takes_its_time_is_answered_of_today(api: Api) -> None:
    """What has changed while it was on its way counts."""
    patch = {"credits": 5}

    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await api.control("PATCH", "/accounts/demo", patch)
        yield b"}"

    async with api.session.post(
        api.url + CREDITS, data=body(), headers={"X-API-Key": "demo-api-key"}
    ) as response:
        answer = await response.json()

    assert {"available_credit": 5} == answer["data"]
