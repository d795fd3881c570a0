"""A state file outlives the emulator: what is polled for is there after a stop."""

from pathlib import Path

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.embedded import started
from support.flow import job_of
from support.polling import poll, ready, submitted


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The state file of this test."""
    return Settings(port=0, state=tmp_path / "state.db")


async def test_records_that_are_ready_are_there_again(
    dataset: Dataset, settings: Settings
) -> None:
    """The same bytes."""
    async with started(dataset, settings) as api:
        job = await ready(api)
        before = await poll(api, job)
    async with started(dataset, settings) as api:
        after = await poll(api, job)

    assert 200 == before.status
    assert before.body == after.body


async def test_what_is_in_validation_is_validated_after_a_restart(
    dataset: Dataset, settings: Settings
) -> None:
    """On the frozen clock, and is polled for as before."""
    async with started(dataset, settings) as api:
        await api.freeze()
        job = await submitted(api)
    async with started(dataset, settings) as api:
        early = await poll(api, job)
        await api.advance(1)
        late = await poll(api, job)
        shown = await job_of(api, job)

    assert [400, 200] == [early.status, late.status]
    assert ("ready", True) == (shown["state"], shown["polled"])
