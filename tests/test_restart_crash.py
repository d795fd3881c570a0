"""The emulator as a program, ended in the midst of its work: nothing is lost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from support.client import Api, account, begin, job_of, point, script
from support.receiver import receiving
from support.start import ENDS_WITHIN, Program, start

pytestmark = pytest.mark.slow


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


async def _end(program: Program) -> int:
    return await asyncio.to_thread(program.process.wait, ENDS_WITHIN)


async def _standing(api: Api) -> tuple[Any, ...]:
    shown = await account(api)
    clock = await api.control("GET", "/clock")
    return await api.control("GET", "/jobs"), clock, shown["credits"], shown["reserved"]


async def test_what_waits_survives_a_crash(state: Path) -> None:
    with start("program", state=state) as program:
        async with Api.to(program.url) as api:
            await api.freeze()
            await script(api, 500)
            jobs = [await begin(api)]
            await api.wait(jobs[0], attempts=1)
            jobs.append(await api.fetch(1))
            before = await _standing(api)
            program.process.kill()
            await _end(program)
    async with start("loop", state=state) as api:
        assert before == await _standing(api)
        await api.advance(1)
        assert ["delivered"] * 2 == [(await api.wait(job))["state"] for job in jobs]


async def test_an_attempt_cut_off_by_a_crash_is_made_again(state: Path) -> None:
    """Marked interrupted, with the same bytes, and charged once (ruling 31)."""
    async with receiving() as receiver:
        with start("program", state=state) as program:
            async with Api.to(program.url) as api:
                await point(api, receiver.url)
                receiver.hang()
                job = await api.fetch()
                await receiver.arrival()
                program.process.kill()
                await _end(program)
        receiver.release()
        async with start("loop", state=state) as api:
            shown = await api.wait(job)
            entries = await api.control("GET", "/accounts/demo/ledger")

    assert [("first", None, "interrupted"), ("recovery", 200, None)] == [
        (attempt["trigger"], attempt["status"], attempt["error"])
        for attempt in shown["attempts"]
    ]
    assert [(job, -shown["valid"])] == [
        (entry["unique_processing_id"], entry["delta"])
        for entry in entries
        if entry["reason"] == "charge"
    ]
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_a_graceful_end_loses_nothing(state: Path) -> None:
    async with receiving() as receiver:
        with start("program", state=state) as program:
            async with Api.to(program.url) as api:
                await point(api, receiver.url)
                receiver.hang()
                job = await api.fetch()
                await receiver.arrival()
            program.process.terminate()
            receiver.release()
            status = await _end(program)
    async with start("loop", state=state) as api:
        shown = await job_of(api, job)

    assert 0 == status
    assert ("delivered", [("first", 200)]) == (
        shown["state"],
        [(attempt["trigger"], attempt["status"]) for attempt in shown["attempts"]],
    )
