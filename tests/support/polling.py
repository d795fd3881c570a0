"""The old name of `support.client`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from support.client import Answer, Api, ready as ready


async def submitted(api: Api, count: int = 3, **wanted: object) -> int:
    """Submit a request to be polled for."""
    return await api.fetch_data(count, **wanted)


async def poll(api: Api, job: object) -> Answer:
    """Ask for the records of a request."""
    return await api.poll(job)
