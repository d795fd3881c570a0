"""SIGKILL at random moments: nothing accepted is lost, nothing is charged twice.

A receiver that fails a third of its deliveries stays up, the emulator does not: it is
killed while it starts, works, tidies up, restores a snapshot and stops, and started
again on the same state file.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import orjson

from campaign.failing_receiver import FailingReceiver, failing
from campaign.program import HASTE, emulator
from campaign.report import CampaignReport
from support.client import FETCH, Api, opened, point, under
from support.start import Program, options, popen

ALL = 1_000_000
"""Jobs that are kept, so that each can be looked at."""

WORKERS = ("test-ann", "test-bob", "test-cyd", "test-dan")
"""Keys of accounts of which nothing may be lost."""

TIDIED, DELETED = "test-tidied", "test-deleted"
BETWEEN_CHECKS = 50
MAX_LIFE = 0.4
"""Seconds after which it is killed at the latest."""

KINDS = ("work",) * 12 + ("tidy",) * 4 + ("snapshot", "stop", "start", "start")


@dataclass
class Kills:
    """The campaign: rounds that end with a kill, and what is known of the state.

    Attributes:
        accepted: jobs of each of the WORKERS since the last check.
        issued: how many ids were answered, and which.
    """

    state: Path
    receiver: FailingReceiver
    random: Random
    report: CampaignReport
    accepted: dict[str, list[int]] = field(
        default_factory=lambda: {key: [] for key in WORKERS}
    )
    issued: set[int] = field(default_factory=set)
    checked: int = 0

    async def run(self, rounds: int) -> None:
        """Kill it so many times, and look at what is left now and then."""
        await self._running(self._prepare)
        for number in range(1, rounds + 1):
            await self._round(self.random.choice(KINDS))
            if number % BETWEEN_CHECKS == 0 or number == rounds:
                await self._running(self._check)
                print(
                    f"{number} kills, {self.checked} jobs checked, "
                    f"{len(self.report.broken)} promises broken",
                    file=sys.stderr,
                )
        self.report.figures |= {
            "kills": rounds,
            "jobs accepted": self.checked,
            "deliveries acknowledged": self.receiver.acknowledged.total(),
            "deliveries failed": self.receiver.failed,
        }

    async def _running(self, work: Callable[[Api], Awaitable[None]]) -> None:
        async with emulator(self.state, keep_jobs=ALL) as (_, api):
            await work(api)

    async def _prepare(self, api: Api) -> None:
        for key in (*WORKERS, TIDIED):
            await opened(api, key)
            await point(api, self.receiver.url, key)

    async def _round(self, kind: str) -> None:
        life = self.random.uniform(0, MAX_LIFE)
        if kind == "start":
            process = popen(*options(port=0, state=self.state, keep_jobs=ALL, **HASTE))
            await asyncio.sleep(life)
            process.kill()
            await asyncio.to_thread(process.communicate)
            return
        async with emulator(self.state, keep_jobs=ALL) as (program, api):
            await self._kill(program, kind, life, self._actions(api, kind))

    def _actions(self, api: Api, kind: str) -> list[Awaitable[None]]:
        if kind == "snapshot":
            return [self._restore(api)]
        work: list[Awaitable[None]]
        work = [self._submit(under(api, key), key) for key in WORKERS]
        return [*work, self._tidy(api)] if kind == "tidy" else work

    async def _kill(
        self,
        program: Program,
        kind: str,
        life: float,
        actions: Iterable[Awaitable[None]],
    ) -> None:
        """Let actions go on until the program is killed under their hands."""
        acting = [asyncio.ensure_future(each) for each in actions]
        await asyncio.sleep(life)
        if kind == "stop":  # it is killed while it ends
            program.process.terminate()
            await asyncio.sleep(self.random.uniform(0, 0.1))
        program.process.kill()
        for ended in await asyncio.gather(*acting, return_exceptions=True):
            if not isinstance(ended, aiohttp.ClientError | ConnectionError | None):
                self.report.broken.append(f"an action failed: {ended!r}")

    async def _submit(self, api: Api, key: str) -> None:
        while True:
            body = {"fetchCount": self.random.randint(1, 4), "filter": {}}
            answer = await api.call("POST", FETCH, json=body)
            self.report.expect(200, answer.status, f"a fetch of {key}")
            job = answer.json["data"]["unique_processing_id"]
            if job in self.issued:
                self.report.broken.append(f"the id {job} was issued twice")
            self.issued.add(job)
            self.accepted[key].append(job)

    async def _tidy(self, api: Api) -> None:
        while True:
            for key in (TIDIED, DELETED):
                await under(api, key).call("POST", FETCH, json=_SMALL)
            await api.control("POST", "/reset", {"account": TIDIED})
            await api.send("DELETE", f"/_emulator/accounts/{DELETED}")

    async def _restore(self, api: Api) -> None:
        """Take a snapshot and put it back, while only deliveries go on."""
        while True:
            await api.control("PUT", "/snapshot", await api.control("GET", "/snapshot"))

    async def _check(self, api: Api) -> None:
        for key, jobs in self.accepted.items():
            await self._check_jobs(api, jobs)
            await self._check_ledger(api, key, jobs)
            self.checked += len(jobs)
            jobs.clear()
        if (await api.send("GET", f"/_emulator/accounts/{TIDIED}")).status == 200:
            await self._check_ledger(api, TIDIED, [])

    async def _check_jobs(self, api: Api, jobs: list[int]) -> None:
        for job in jobs:
            shown = await api.control("POST", f"/jobs/{job}/wait", {"timeout": 60})
            self.report.expect("delivered", shown["state"], f"the state of job {job}")
            self.report.expect(
                (True, 1),
                (self.receiver.acknowledged[job] > 0, len(self.receiver.contents[job])),
                f"job {job}: arrived, always with the same bytes",
            )

    async def _check_ledger(self, api: Api, key: str, jobs: list[int]) -> None:
        entries = await every(api, f"/accounts/{key}/ledger")
        account = await api.control("GET", f"/accounts/{key}")
        charged = [
            each["unique_processing_id"]
            for each in entries
            if each["reason"] == "charge"
        ]
        self.report.expect(len(set(charged)), len(charged), f"charges of {key}, once")
        missing = set(jobs) - set(charged)
        for job in missing:
            shown = await api.control("GET", f"/jobs/{job}")
            self.report.expect(0, shown["valid"], f"job {job}, not charged, valid")
        balance = entries[-1]["balance"] if entries else account["credits"]
        self.report.expect(account["credits"], balance, f"the ledger of {key}")
        for earlier, later in pairwise(entries):
            total = earlier["balance"] + later["delta"]
            self.report.expect(total, later["balance"], f"an entry of {key}")


_SMALL = {"fetchCount": 1, "filter": {}}


async def every(api: Api, path: str) -> list[Any]:
    """Return a list of the control API, page after page, in its order."""
    pages: list[list[Any]] = []
    target: str | None = f"/_emulator{path}"
    while target is not None:
        answer = await api.send("GET", target)
        pages.append(orjson.loads(answer.body))
        older = re.search(r'<([^>]+)>; rel="prev"', answer.headers.get("Link", ""))
        target = older[1] if older else None
    return [entry for page in reversed(pages) for entry in page]


async def kills(rounds: int, seed: int, folder: Path) -> CampaignReport:
    """Kill an emulator again and again; return what was found."""
    report = CampaignReport("kills")
    async with failing(seed) as receiver:
        random = Random(seed)  # noqa: S311 # when it is killed is no secret
        await Kills(folder / "kills.db", receiver, random, report).run(rounds)
    return report
