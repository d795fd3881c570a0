"""The old name of `support.start`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.client import Api
from support.start import free_port as free_port


@asynccontextmanager
async def client_of(emulator: Server) -> AsyncIterator[Api]:
    """Yield a client to an emulator that is running."""
    async with Api.to(emulator.url) as api:
        yield api


@asynccontextmanager
async def embedded(dataset: Dataset, settings: Settings) -> AsyncIterator[Server]:
    """Run an emulator until the block ends."""
    emulator = Server(settings, dataset)
    await emulator.start()
    try:
        yield emulator
    finally:
        await emulator.stop()


@asynccontextmanager
async def started(dataset: Dataset, settings: Settings) -> AsyncIterator[Api]:
    """Run an emulator until the block ends; yield a client to it."""
    async with embedded(dataset, settings) as emulator, client_of(emulator) as api:
        yield api
