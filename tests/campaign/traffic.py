"""Mixed traffic for a long time: memory stays flat, and so does the state file."""

import asyncio
import time
from pathlib import Path
from random import Random

from benchmarks.memory import resident
from campaign.failing_receiver import failing
from campaign.program import emulator
from campaign.report import CampaignReport
from support.client import BATCH, COUNTS, CREDITS, PRESETS, Api, opened, point, under

SAMPLES = 60
MAX_GROWTH = 1.1
"""Of the last third's largest figure over the middle third's."""

MAX_NOISE_MB = 5

CLIENTS = 4


async def traffic(minutes: float, seed: int, folder: Path) -> CampaignReport:
    """Let clients do what clients do for so many minutes; return what was found."""
    report = CampaignReport("mixed traffic")
    state = folder / "traffic.db"
    async with failing(seed) as receiver, emulator(state) as (program, api):
        counts = [0] * CLIENTS
        ends = time.monotonic() + minutes * 60
        clients = [
            asyncio.create_task(_client(api, n, receiver.url, counts, ends))
            for n in range(CLIENTS)
        ]
        memory, sizes = [], []
        for _ in range(SAMPLES):
            await asyncio.sleep(minutes * 60 / SAMPLES)
            memory.append(resident(program.process.pid) or 0)
            sizes.append(state.stat().st_size / 1e6)
        await asyncio.gather(*clients)
    report.figures |= {"minutes": minutes, "requests": sum(counts)}
    _expect_flat(report, "memory", memory)
    _expect_flat(report, "state file", sizes)
    return report


async def _client(
    api: Api, number: int, hook: str, counts: list[int], ends: float
) -> None:
    """Ask for everything, in an account that is deleted and opened anew at times."""
    random = Random(number)  # noqa: S311 # the order of requests is no secret
    key = f"test-client-{number}"
    client = under(api, key)
    while time.monotonic() < ends:
        await opened(api, key)
        await point(api, hook, key)
        for _ in range(200):
            counts[number] += 1
            await _request(client, random)
        if random.random() < 0.2:
            await api.control("DELETE", f"/accounts/{key}")


async def _request(client: Api, random: Random) -> None:
    chosen = random.random()
    wanted = {"filter": {"job_title_level": {"0": "C-Suite"}}}
    if chosen < 0.3:
        await client.fetch(random.randint(1, 50))
    elif chosen < 0.4:
        job = await client.fetch_data(5)
        await client.call("GET", f"{BATCH}?batch_process_id={job}")
    elif chosen < 0.6:
        await client.call("POST", COUNTS, json=wanted)
    elif chosen < 0.8:
        await client.call("GET", f"{PRESETS}?job_title=dev")
    else:
        await client.call("POST", CREDITS)


def _expect_flat(report: CampaignReport, what: str, samples: list[float]) -> None:
    third = len(samples) // 3
    middle, last = max(samples[third : 2 * third]), max(samples[2 * third :])
    report.figures[what] = f"{samples[0]:.0f}, then {middle:.0f}, at last {last:.0f} MB"
    report.hold(last <= middle * MAX_GROWTH + MAX_NOISE_MB, f"the {what} is flat")
