"""The async methods under asyncio and trio, by themselves and under anyio."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio

from reachapi_emulator.client import Account, EmulatorError
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.embedded import Emulator
from support.driven import submit

Scene = Callable[[], Awaitable[object]]
Run = Callable[[Scene], object]


def _asyncio(scene: Scene) -> object:
    async def main() -> object:
        return await scene()

    return asyncio.run(main())


def _anyio(backend: str) -> Run:
    return lambda scene: anyio.run(scene, backend=backend)


def assert_stopped(emu: Emulator) -> None:
    with pytest.raises(EmulatorError, match="it is not running"):
        _ = emu.url


RUNS = [
    pytest.param(_asyncio, id="asyncio"),
    pytest.param(trio.run, id="trio"),
    pytest.param(_anyio("asyncio"), id="anyio on asyncio"),
    pytest.param(_anyio("trio"), id="anyio on trio"),
]
CANCELS = [pytest.param(trio, trio.run, id="trio")]
CANCELS += [pytest.param(anyio, _anyio(each), id=each) for each in ("asyncio", "trio")]


@pytest.mark.parametrize("run", RUNS)
def test_a_wait_lets_the_loop_go_on(run: Run, account: Account) -> None:
    async def scene() -> int:
        job = submit(account)
        await account.async_wait_for_job(job)
        return len((await account.async_wait_for_webhook()).records)

    assert 2 == run(scene)


@pytest.mark.parametrize("run", RUNS)
def test_a_block_starts_and_stops_one(run: Run) -> None:
    emu = Emulator()

    async def scene() -> None:
        async with emu:
            assert ["demo"] == [account.id for account in emu.accounts]

    run(scene)

    assert_stopped(emu)


@pytest.mark.parametrize(("library", "run"), CANCELS)
def test_a_cancelled_block_stops_it_all_the_same(library: Any, run: Run) -> None:  # noqa: ANN401 # a module
    """Both cancel a task at each of its awaits, not only once."""
    emu = Emulator()

    async def scene() -> None:
        with library.CancelScope() as scope:
            async with emu:
                scope.cancel()
                await library.sleep_forever()

    run(scene)

    assert_stopped(emu)


@pytest.mark.parametrize(("library", "run"), CANCELS)
def test_a_block_that_is_cancelled_before_it_begins_leaves_nothing(
    library: Any,  # noqa: ANN401 # a module
    run: Run,
) -> None:
    emu = Emulator()

    async def scene() -> None:
        with library.CancelScope() as scope:
            scope.cancel()
            async with emu:
                await library.sleep_forever()

    run(scene)

    assert_stopped(emu)


@pytest.mark.parametrize("run", RUNS)
def test_a_start_that_fails_says_why(run: Run, tmp_path: Path) -> None:
    async def scene() -> None:
        with pytest.raises(DatasetError):
            async with Emulator(dataset=tmp_path / "none.ndjson"):
                pass

    run(scene)


@pytest.mark.parametrize(("library", "run"), CANCELS)
def test_a_cancelled_wait_ends_at_once(
    library: Any,  # noqa: ANN401 # a module
    run: Run,
    account: Account,
) -> None:
    async def scene() -> bool:
        with library.CancelScope() as scope:
            scope.cancel()
            await account.async_wait_for_webhook(60)
        submit(account)  # its thread need not wait any longer
        return bool(scope.cancelled_caught)

    assert run(scene)
