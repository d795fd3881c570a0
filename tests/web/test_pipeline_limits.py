"""The rate limit, over real sockets and on a frozen clock (rulings 9 and 10)."""

import asyncio
from collections.abc import Sequence

import pytest

from support.api import COUNTS, CREDITS, Api
from support.serving import Serve
from support.surface import SAMPLES, ask, given, promised, statuses

TOO_MANY = promised(429, "Too many requests")


@pytest.fixture
async def frozen(api: Api) -> Api:
    """A client to an emulator whose clock stands still."""
    await api.freeze()
    return api


async def checks(api: Api, number: int) -> list[int]:
    """Send credit checks one after the other and return their statuses."""
    return [(await api.call("POST", CREDITS)).status for _ in range(number)]


async def test_ten_are_admitted_and_the_eleventh_refused(frozen: Api) -> None:
    """The figure of the page: 10 requests per second."""
    assert [200] * 10 + [429] == await checks(frozen, 11)


async def test_the_refusal_has_the_message_of_the_page(frozen: Api) -> None:
    """In the envelope, without data."""
    await checks(frozen, 10)

    assert TOO_MANY == given(await frozen.call("POST", CREDITS))


async def test_all_endpoints_count_together(frozen: Api) -> None:
    """Each of the five paths twice uses up the second, and then all refuse."""
    admitted = [await ask(frozen, sample) for sample in SAMPLES * 2]
    refused = [await ask(frozen, sample) for sample in SAMPLES]

    assert [429] * 5 == list(statuses(refused))
    assert 429 not in statuses(admitted)


async def test_a_refused_request_does_not_count(frozen: Api) -> None:
    """Who goes on asking is served again after a second all the same."""
    await checks(frozen, 10)
    await frozen.advance(0.5)
    refused = await checks(frozen, 10)
    await frozen.advance(0.5)

    assert [429] * 10 + [200] * 10 == refused + await checks(frozen, 10)


async def test_a_second_later_ten_more_are_admitted(frozen: Api) -> None:
    """And the eleventh is refused again."""
    await checks(frozen, 10)
    await frozen.advance(1)

    assert [200] * 10 + [429] == await checks(frozen, 11)


async def test_a_millisecond_before_the_second_is_over_none_is(frozen: Api) -> None:
    """The window is one second long."""
    await checks(frozen, 10)
    await frozen.advance(0.999)

    assert [429] == await checks(frozen, 1)


async def test_the_window_slides(frozen: Api) -> None:
    """Five half a second ago leave room for five now, and half a second later too."""
    admitted = []
    for _ in range(3):
        admitted.append(await checks(frozen, 5))
        await frozen.advance(0.5)

    assert [[200] * 5] * 3 == admitted
    assert [200] * 5 + [429] == await checks(frozen, 6)


async def test_every_key_has_a_window_of_its_own(frozen: Api) -> None:
    """One who asks too much takes nothing from another."""
    await checks(frozen, 11)
    frozen.key = "test-other"

    assert [200] * 10 + [429] == await checks(frozen, 11)


async def test_requests_at_once_are_counted_one_by_one(frozen: Api) -> None:
    """Of thirty in flight together exactly ten are admitted."""
    answers = await asyncio.gather(*[frozen.call("POST", CREDITS) for _ in range(30)])

    assert [200] * 10 + [429] * 20 == sorted(statuses(answers))


async def test_a_malformed_request_counts(frozen: Api) -> None:
    """The body is judged after the limit, so that a bad one has been admitted."""
    answers = [await frozen.call("POST", COUNTS) for _ in range(11)]

    assert [400] * 10 + [429] == list(statuses(answers))


@pytest.mark.parametrize(
    ("method", "path", "key", "status"),
    [
        ("POST", "/nothing", "demo-api-key", 404),
        ("GET", CREDITS, "demo-api-key", 405),
        ("POST", CREDITS, None, 401),
    ],
)
async def test_what_is_refused_before_the_limit_does_not_count(
    frozen: Api, method: str, path: str, key: str | None, status: int
) -> None:
    """Neither a wrong path nor a wrong method nor a missing key uses the window."""
    headers = {} if key is None else {"X-API-Key": key}
    early = [await frozen.send(method, path, headers=headers) for _ in range(11)]

    assert [status] * 11 == list(statuses(early))
    assert [200] * 10 == await checks(frozen, 10)


async def test_the_limit_is_measured_on_the_accounts_own_clock(api: Api) -> None:
    """Frozen and advanced for one account, it is exact there."""
    await api.control("PATCH", "/accounts/demo/clock", {"frozen": True})
    before = await checks(api, 11)
    await api.control("POST", "/accounts/demo/clock/advance", {"seconds": 1})

    assert [200] * 10 + [429] + [200] * 10 == before + await checks(api, 10)


@pytest.mark.parametrize(
    ("limit", "expected"), [(1, [200, 429, 429]), (0, [200, 200, 200])]
)
async def test_the_limit_is_a_setting_and_can_be_lifted(
    serve: Serve, limit: int, expected: Sequence[int]
) -> None:
    """A limit of 0 admits all."""
    api = await serve(rate_limit=limit)
    await api.freeze()

    assert expected == await checks(api, 3)
