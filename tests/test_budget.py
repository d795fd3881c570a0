"""Quotas: who waits for room, and in which order they get it."""

import asyncio

from reachapi_emulator.budget import Quota


async def test_room_goes_to_the_next_who_has_not_given_up() -> None:
    quota = Quota(1)
    quota.take(1)
    first, second = [asyncio.ensure_future(quota.wait_for(1)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    quota.give(1)
    await second

    assert (True, 1) == (first.cancelled(), quota.held)


async def test_who_gives_up_with_room_gives_it_back() -> None:
    quota = Quota(1)
    quota.take(1)
    waiting = asyncio.ensure_future(quota.wait_for(1))
    await asyncio.sleep(0)
    quota.give(1)
    waiting.cancel()
    await asyncio.wait([waiting])

    assert (True, 0) == (waiting.cancelled(), quota.held)
