"""The https port goes through the same code as the plain one."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.tls import Authority
from support.api import CREDITS
from support.raw import PATIENCE, Address, Wire, connected, request
from support.threaded import DEMO, threaded
from support.tls import address, trusting

GOOD = request("POST", CREDITS, headers=DEMO)
ORIGIN = "https://localhost:3000"
WAIT = request("POST", "/_emulator/requests/wait", b'{"count":1,"timeout":10}')


@contextmanager
def served(dataset: Dataset, folder: Path) -> Iterator[tuple[Address, Wire]]:
    """Run an emulator; yield its plain address and a connection to its https port."""
    settings = Settings(port=0, tls=True, tls_port=0, ca_dir=folder, cors=(ORIGIN,))
    emulator = Server(settings, dataset)
    with threaded(emulator) as plain:
        there, context = address(emulator.tls_url), trusting(_certificate(folder))
        with (
            socket.create_connection(there, PATIENCE) as inner,
            context.wrap_socket(inner, server_hostname=there[0]) as secured,
            secured.makefile("rb") as stream,
        ):
            yield plain, Wire(secured, stream)


def _certificate(folder: Path) -> Path:
    return Authority(folder).certificate


def test_a_preflight_and_requests_at_once(dataset: Dataset, tmp_path: Path) -> None:
    """In their order, and shared with the page that asked."""
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    with served(dataset, tmp_path) as (_, wire):
        wire.send(request("OPTIONS", CREDITS, headers=asked) + GOOD)
        preflight, answer = wire.reply(bodiless=True), wire.reply()

    assert (204, 200) == (preflight.status, answer.status)
    assert ORIGIN == preflight.headers["access-control-allow-origin"]


def test_who_stops_sending_ends_the_connection(
    dataset: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """TLS has no half of a connection that stays open; nothing is logged about it."""
    with caplog.at_level(logging.WARNING), served(dataset, tmp_path) as (plain, wire):
        wire.send(WAIT)
        wire.socket.unwrap()  # type: ignore[attr-defined] # TLS's own farewell
        with connected(plain) as other:  # lets the wait end
            other.send(GOOD)
            status = other.reply().status

    assert (200, []) == (status, caplog.records)
