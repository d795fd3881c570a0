"""`make campaign`: run the campaigns that are named, or all; print what was found."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from campaign.disk import full_disk
from campaign.hostile import hostile_receivers
from campaign.kills import kills
from campaign.report import CampaignReport
from campaign.traffic import traffic

Run = Callable[[argparse.Namespace, Path], Awaitable[CampaignReport]]

CAMPAIGNS: dict[str, Run] = {
    "kills": lambda given, folder: kills(given.kills, given.seed, folder),
    "disk": lambda given, folder: full_disk(given.fills, folder),
    "hostile": lambda _, folder: hostile_receivers(folder),
    "traffic": lambda given, folder: traffic(given.minutes, given.seed, folder),
}


def main(arguments: list[str] | None = None) -> int:
    """Return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__)
    parser.add_argument("--only", action="append", choices=CAMPAIGNS)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--fills", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    reports = [_run(name, given) for name in given.only or CAMPAIGNS]
    print("\n\n".join(map(str, reports)))
    return int(any(report.broken for report in reports))


def _run(name: str, given: argparse.Namespace) -> CampaignReport:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_awaited(CAMPAIGNS[name](given, Path(folder))))


async def _awaited(report: Awaitable[CampaignReport]) -> CampaignReport:
    return await report


if __name__ == "__main__":
    sys.exit(main())
