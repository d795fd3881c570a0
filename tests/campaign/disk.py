"""A disk that is full and freed again: nothing accepted is lost, nothing stands still.

The file that an emulator may write is limited (RLIMIT_FSIZE), which fails as a full
disk does, and the limit is lifted while it runs.
"""

import asyncio
import resource
from pathlib import Path

from campaign.failing_receiver import failing
from campaign.program import emulator
from campaign.report import CampaignReport
from support.client import FETCH, Api, point

MORE = 8_192
"""Bytes by which the disk has more room, or less, each time."""

BESIDE = 60
"""Requests that are sent while the disk is full."""


async def full_disk(fills: int, folder: Path) -> CampaignReport:
    """Fill the disk again and again; return what was found."""
    report = CampaignReport("a full disk")
    state = folder / "disk.db"
    accepted: list[int] = []
    statuses: dict[int, int] = {}
    async with failing(1) as receiver, emulator(state) as (program, api):
        await point(api, receiver.url)
        for fill in range(fills):
            accepted += [await api.fetch(2) for _ in range(5)]
            _limit(program.process.pid, _largest(state) + fill % 8 * MORE)
            accepted += await _submit(api, statuses)
            await asyncio.sleep(0.2)  # attempts end while nothing is written
            _limit(program.process.pid, resource.RLIM_INFINITY)
            for job in accepted[-30:]:
                await _expect_delivered(api, job, report)
        for job in accepted:
            await _expect_delivered(api, job, report)
            report.expect(1, len(receiver.contents[job]), f"contents of job {job}")
    report.expect({200, 500}, {*statuses, 200, 500}, "statuses of a fetch")
    report.figures |= {"fills": fills, "accepted": len(accepted), "answers": statuses}
    return report


def _largest(state: Path) -> int:
    return max(file.stat().st_size for file in state.parent.glob(f"{state.name}*"))


def _limit(pid: int, size: int) -> None:
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))


async def _submit(api: Api, statuses: dict[int, int]) -> list[int]:
    """Send requests while the disk is full; return the jobs of those accepted."""
    accepted = []
    for _ in range(BESIDE):
        body = {"fetchCount": 2, "filter": {}}
        answer = await api.call("POST", FETCH, json=body)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        if answer.status == 200:
            accepted.append(answer.json["data"]["unique_processing_id"])
    return accepted


async def _expect_delivered(api: Api, job: int, report: CampaignReport) -> None:
    answer = await api.send("POST", f"/_emulator/jobs/{job}/wait", json={"timeout": 30})
    report.expect("delivered", answer.json.get("state"), f"the state of job {job}")
