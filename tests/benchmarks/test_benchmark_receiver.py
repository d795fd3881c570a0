"""The receiver that tells when the last byte arrived."""

import asyncio
from unittest.mock import Mock

import pytest

from benchmarks.receiver import Receiver

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\ncontent-length: 4\r\n\r\nbody"


@pytest.mark.parametrize("size", [1, 7, len(REQUEST), 2 * len(REQUEST)])
def test_each_request_is_answered_once_however_it_is_cut(
    size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two requests on one connection: two answers, two instants told."""
    transport = Mock(asyncio.Transport)
    receiver = Receiver()
    receiver.connection_made(transport)

    for request in (REQUEST, REQUEST):
        for start in range(0, len(request), size):
            receiver.data_received(request[start : start + size])

    assert 2 == transport.write.call_count
    assert ["=", "="] == capsys.readouterr().out.split()[::2]


def test_an_unfinished_body_is_not_answered() -> None:
    """The last byte counts."""
    transport = Mock(asyncio.Transport)
    receiver = Receiver()
    receiver.connection_made(transport)

    receiver.data_received(REQUEST[:-1])

    assert 0 == transport.write.call_count
