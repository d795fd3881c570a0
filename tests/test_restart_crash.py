"""The emulator as a program, ended in the midst of its work: nothing is lost."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.api import Api
from support.embedded import started
from support.hanging import receiving
from support.process import ENDS_WITHIN, Running, running
from support.steering import begin, point, script


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Name the state file of this test."""
    return Settings(port=0, state=tmp_path / "state.db")


async def _end(program: Running) -> int:
    """Return the exit status of a program that has been told to end."""
    return await asyncio.to_thread(program.process.wait, ENDS_WITHIN)


def _charges(entries: list[Any]) -> list[tuple[int, int]]:
    return [
        (entry["unique_processing_id"], entry["delta"])
        for entry in entries
        if entry["reason"] == "charge"
    ]


async def test_an_attempt_cut_off_by_a_crash_is_made_again(
    dataset: Dataset, settings: Settings
) -> None:
    """Marked interrupted, with the same bytes, and charged once (ruling 31)."""
    async with receiving() as receiver:
        with running("--state", str(settings.state)) as program:
            async with aiohttp.ClientSession() as session:
                api = Api(program.url, session)
                await point(api, receiver.url)
                receiver.hang()
                job = await api.fetch()
                await receiver.arrival()
                program.process.kill()
                await _end(program)
        receiver.release()
        async with started(dataset, settings) as api:
            shown = await api.wait(job)
            entries = await api.control("GET", "/accounts/demo/ledger")

    assert [("first", None, "interrupted"), ("recovery", 200, None)] == [
        (attempt["trigger"], attempt["status"], attempt["error"])
        for attempt in shown["attempts"]
    ]
    assert [(job, -shown["valid"])] == _charges(entries)
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_what_waits_survives_a_crash(
    dataset: Dataset, settings: Settings
) -> None:
    """A retry, a job yet to be validated, the frozen clock, and the balance."""
    with running("--state", str(settings.state)) as program:
        async with aiohttp.ClientSession() as session:
            api = Api(program.url, session)
            await api.freeze()
            await script(api, {"status": 500})
            jobs = [await begin(api)]
            await api.wait(jobs[0], attempts=1)
            jobs.append(await api.fetch(1))
            before = await api.control("GET", "/jobs"), await _standing(api)
            program.process.kill()
            await _end(program)
    async with started(dataset, settings) as api:
        after = await api.control("GET", "/jobs"), await _standing(api)
        await api.advance(1)
        states = [(await api.wait(job))["state"] for job in jobs]

    assert before == after
    assert ["delivered"] * 2 == states


async def _standing(api: Api) -> tuple[Any, int, int]:
    account = await api.control("GET", "/accounts/demo")
    clock = await api.control("GET", "/clock")
    return clock, account["credits"], account["reserved"]


async def test_a_graceful_end_loses_nothing(
    dataset: Dataset, settings: Settings
) -> None:
    """SIGTERM lets the attempt that is under way end, and says goodbye with 0."""
    async with receiving() as receiver:
        with running("--state", str(settings.state)) as program:
            async with aiohttp.ClientSession() as session:
                api = Api(program.url, session)
                await point(api, receiver.url)
                receiver.hang()
                job = await api.fetch()
                await receiver.arrival()
            program.process.terminate()
            receiver.release()
            status = await _end(program)
    async with started(dataset, settings) as api:
        shown = await api.control("GET", f"/jobs/{job}")

    assert 0 == status
    assert ("delivered", [("first", 200)]) == (
        shown["state"],
        [(attempt["trigger"], attempt["status"]) for attempt in shown["attempts"]],
    )
