"""Snapshots of a house, and what must be the same after one is restored."""

from typing import Any

import orjson

from reachapi_emulator.testing.snapshots import Snapshots
from support.house import House


def snapshots_of(house: House) -> Snapshots:
    """Return what takes snapshots of a house, and restores them."""
    return house.services.snapshots


async def remembered(house: House) -> dict[str, Any]:
    """Return all that a house remembers, its clocks by what they show.

    Facts are not among it: they are of the house, not of what happened there.
    """
    document = orjson.loads(await snapshots_of(house).take())
    tables = document["tables"]
    del tables["facts"]
    accounts = [row[0] for row in tables.pop("clocks")["rows"]]
    return {
        **tables,
        "clocks": {account: house.clock.read(account) for account in accounts},
        "windows": document["windows"],
    }
