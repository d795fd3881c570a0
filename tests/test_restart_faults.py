"""Fault rules outlive the emulator where there is a state file."""

from pathlib import Path

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.api import CREDITS
from support.embedded import started
from support.faulty import rule


async def test_a_rule_goes_on_after_a_restart(dataset: Dataset, tmp_path: Path) -> None:
    """It has struck once, and may once more."""
    settings = Settings(port=0, state=tmp_path / "state.db")
    async with started(dataset, settings) as api:
        await rule(api, "status", status=503, times=2)
        statuses = [(await api.call("POST", CREDITS)).status]
    async with started(dataset, settings) as api:
        statuses += [(await api.call("POST", CREDITS)).status for _ in range(2)]
        (shown,) = await api.control("GET", "/faults")

    assert ([503, 503, 200], 2) == (statuses, shown["struck"])


async def test_a_delivery_that_is_put_off_stays_so(
    dataset: Dataset, tmp_path: Path
) -> None:
    """It falls due as it would have."""
    settings = Settings(port=0, state=tmp_path / "state.db")
    async with started(dataset, settings) as api:
        await api.freeze()
        number = await rule(api, "delay", "webhook", seconds=30)
        job = await api.fetch(1)
        await api.advance(1)
    async with started(dataset, settings) as api:
        await api.advance(30)
        delivered = await api.wait(job, state="delivered")

    assert [number] == [attempt["fault"] for attempt in delivered["attempts"]]
