"""An emulator in a thread of its own, steered by requests that are synchronous."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from typing import Any

import orjson

from support.client import FETCH
from support.raw import Address, ask, request
from support.start import threaded as threaded

DEMO = {"X-API-Key": "demo-api-key"}
JOB = 1300
"""The job that is there when a test begins; it has been delivered."""


def tell(address: Address, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Send a good control request, expect success, return its JSON."""
    body = b"" if json is None else orjson.dumps(json)
    reply = ask(address, request(method, f"/_emulator{path}", body))
    if reply.status >= 400:
        raise AssertionError(f"{method} {path}: {reply.status} {reply.body!r}")
    return reply.json


def state(address: Address) -> object:
    """Return what bad input must not change: accounts, credits, jobs, clock."""
    clock = tell(address, "GET", "/clock")
    return {
        "accounts": tell(address, "GET", "/accounts"),
        "jobs": [
            {name: job[name] for name in ("unique_processing_id", "state", "charged")}
            for job in tell(address, "GET", "/jobs")
        ],
        "clock": clock if clock["frozen"] else "goes",
    }


def prepare(address: Address) -> None:
    """Make the state in which a test begins: one job, delivered; time frozen."""
    tell(address, "POST", "/reset", {})
    tell(address, "PATCH", "/clock", {"frozen": True})
    wanted = orjson.dumps({"fetchCount": 3, "filter": {}})
    ask(address, request("POST", FETCH, wanted, DEMO))
    tell(address, "POST", "/clock/advance", {"seconds": 1})
    tell(address, "POST", f"/jobs/{JOB}/wait", {"state": "delivered"})
