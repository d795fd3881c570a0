"""A stand-in for an emulator, whose answers a test chooses."""

from collections.abc import Iterator

import pytest

from support.stub import Stub, stubbed


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A stand-in for an emulator, which has an account `ann`."""
    with stubbed() as stub:
        account = {"id": "ann", "api_key": "key", "webhook": {"secret": "s"}}
        stub.answers["GET /accounts/ann"] = 200, account
        yield stub
