"""What may happen between the commit of a unit and its caller's next step."""

import asyncio
from functools import partial

import pytest
from pyroaring import BitMap

from reachapi_emulator import services
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import worker
from reachapi_emulator.vendor.email_check import EmailCheck
from support.client import CREDITS, FETCH, Api, Serve
from support.in_process import InProcess, steps
from support.late_store import LateStore
from support.scripted import Hanging


@pytest.fixture
def store() -> LateStore:
    """A store of one's own."""
    return LateStore()


@pytest.fixture
async def api(store: LateStore, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A client to an emulator over the store, under a key that opens an account."""
    monkeypatch.setattr(services, "open_store", lambda _, **__: store)
    api = await serve()
    api.key = "test-a"
    return api


async def test_a_validation_that_ends_during_a_launch_is_delivered_by_it(
    store: LateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is due has been started when `settle` returns."""
    emulator = InProcess(store=store, receiver=Hanging())
    emulator.open()
    emulator.ask(3)
    gate = asyncio.Event()

    async def valid(_: EmailCheck, numbers: BitMap) -> BitMap:
        await gate.wait()
        return numbers

    async def end() -> None:
        gate.set()
        await steps(20)

    monkeypatch.setattr(EmailCheck, "valid", valid)
    store.meanwhile["_claim"] = end
    await emulator.worker.run_due()

    assert 1 == len(emulator.client.posts)


async def test_what_is_claimed_begins_though_its_claimer_is_cancelled(
    store: LateStore,
) -> None:
    """Claimed and not begun, it would never be due again."""
    emulator = InProcess(store=store)
    emulator.open()
    emulator.ask(3)

    async def cancel() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    store.meanwhile["_claim"] = cancel
    with pytest.raises(asyncio.CancelledError):
        await emulator.worker.run_due()
    await emulator.rest()

    assert ["delivered"] == emulator.states()


async def test_room_is_used_though_it_comes_after_the_change_that_made_it(
    store: LateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt is under way until its last unit has been told of."""
    monkeypatch.setattr(worker, "MAX_AT_ENDPOINT", 1)
    emulator = InProcess(store=store)
    emulator.open()
    for _ in range(2):
        emulator.ask(3)
    store.meanwhile["finish"] = partial(steps, 50)

    emulator.worker.start()
    await steps(200)
    await emulator.worker.stop(0)

    assert ["delivered"] * 2 == emulator.states()


async def test_a_clock_that_jumps_while_it_is_looked_at_ends_a_delay(
    store: LateStore,
) -> None:
    """A frozen one would let its request wait for ten minutes."""
    emulator = InProcess(store=store)
    clock = emulator.services.clock
    emulator.do(clock.freeze)
    store.meanwhile["_look"] = partial(store.unit, clock.advance, 30 * SECOND)

    delay = emulator.services.delays.delay(None, 30 * SECOND)
    await asyncio.wait_for(delay, 5)

    assert {} == store.meanwhile


async def test_an_account_that_goes_after_its_key_was_checked_is_nobodys(
    store: LateStore, api: Api
) -> None:
    """Ruling 6: 401, and not 500."""
    await api.call("POST", CREDITS)
    deletion = partial(api.control, "DELETE", "/accounts/test-a")
    store.meanwhile["_identify"] = deletion
    answer = await api.call(
        *("POST", FETCH),
        json={"fetchCount": 1, "filter": {}},
        headers={"webhook_secret_key": "another"},
    )

    assert 401 == answer.status


async def test_an_account_that_goes_during_a_delay_is_nobodys(
    store: LateStore, api: Api
) -> None:
    """Though its request has passed all checks."""
    rule = {"phase": "request", "kind": "delay", "seconds": 0.001}
    await api.control("POST", "/faults", rule)
    store.meanwhile["trigger"] = partial(api.control, "DELETE", "/accounts/test-a")

    assert 401 == (await api.call("POST", CREDITS)).status
