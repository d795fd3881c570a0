"""The old name of `support.client`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from collections.abc import Iterable

from support import client
from support.client import (
    VALIDATION_DELAY as VALIDATION_DELAY,
    Api,
    account as account,
    attempted as attempted,
    delivered as delivered,
    inbox as inbox,
    job_of as job_of,
    ledger as ledger,
)


async def script(api: Api, answers: Iterable[int | dict[str, object]]) -> None:
    """Set how the demo account's inbox answers."""
    await client.script(api, *answers)


async def set_webhook(api: Api, url: str | None = None, *, active: bool = True) -> None:
    """Configure the demo account's webhook."""
    await client.point(api, url, active=active)
