"""An emulator in the process of the test, for tests of its start and its end."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.api import Api


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@asynccontextmanager
async def client_of(emulator: Server) -> AsyncIterator[Api]:
    """Yield a client to an emulator that is running."""
    async with aiohttp.ClientSession() as session:
        yield Api(emulator.url, session)


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
