"""The emulator of a campaign: a program on a state file, hasty and without limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from support.client import Api
from support.start import Program, start

HASTE: dict[str, Any] = {
    "validation_delay": 0.02,
    "retry_schedule": (0.05,) * 40,
    "webhook_timeout": 2,
    "rate_limit": 0,
    "credits": 100_000_000,
    "log_level": "error",
}
"""Settings under which a delivery that fails a third of the time is made at last."""


@asynccontextmanager
async def emulator(
    state: Path, **settings: object
) -> AsyncIterator[tuple[Program, Api]]:
    """Run the program until the block ends, however it ends, and yield a client too."""
    with start("program", state=state, **{**HASTE, **settings}) as program:
        program.let_it_log()
        async with Api.to(program.url) as api:
            yield program, api
