"""Fixtures of the whole suite: an emulator on a free port, and a client to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.file import default_path
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support import conformance
from support.api import Api
from support.serving import Serve


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The default data set, loaded once."""
    return Dataset.load(default_path())


@pytest.fixture(autouse=True)
def _deliveries_conform() -> Iterator[None]:
    """Fail the test whose receivers saw a delivery that the document does not allow."""
    conformance.unfit.clear()
    yield
    assert [] == conformance.unfit


@pytest.fixture
async def serve(dataset: Dataset) -> AsyncIterator[Serve]:
    """Start emulators, each with settings of its own."""
    async with AsyncExitStack() as exits:

        async def start(**settings: Any) -> Api:  # noqa: ANN401 # one of each setting
            emulator = Server(Settings(port=0, **settings), dataset)
            await emulator.start()
            exits.push_async_callback(emulator.stop)
            session = await exits.enter_async_context(aiohttp.ClientSession())
            return Api(emulator.url, session)

        yield start


@pytest.fixture
async def api(serve: Serve) -> Api:
    """A client to an emulator with the default settings."""
    return await serve()
