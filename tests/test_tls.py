"""https beside http: the same emulator, trusted by whoever trusts its authority."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest

from reachapi_emulator.errors import StartError
from reachapi_emulator.tls import Authority
from support.client import Api, point
from support.start import Program, address, free_port, server, start
from support.tls import PATIENCE, trusting


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="module")
def program(folder: Path) -> Iterator[Program]:
    variables = {"SSL_CERT_FILE": str(Authority(folder).certificate)}
    names = ("other.test", "*.own.test")
    with start(
        "program", variables, tls=True, tls_port=0, ca_dir=folder, tls_name=names
    ) as program:
        yield program


@asynccontextmanager
async def secured(
    folder: Path, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Api, Api]]:
    running = server(tls=True, ca_dir=folder, host=host)
    await running.start()
    trust = trusting(Authority(folder).certificate)
    connector = aiohttp.TCPConnector(ssl=trust)
    try:
        async with (
            Api.to(running.url) as plain,
            aiohttp.ClientSession(connector=connector) as session,
        ):
            yield plain, Api(running.tls_url, session)
    finally:
        await running.stop()


@contextmanager
def greeted(
    program: Program, trust: ssl.SSLContext, name: str
) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(address(program.tls_url), PATIENCE) as raw,
        trust.wrap_socket(raw, server_hostname=name) as wrapped,
    ):
        yield wrapped


async def test_both_lead_to_the_same_emulator(tmp_path: Path) -> None:
    """Over http, where nothing has to be trusted yet, the certificate is served."""
    async with secured(tmp_path) as (plain, secure):
        job = await secure.fetch(2)
        delivered = await plain.wait(job)
        answer = await plain.send("GET", "/_emulator/ca.pem")

    assert ("delivered", 2) == (delivered["state"], delivered["charged"])
    assert "application/x-pem-file" == answer.headers["Content-Type"]
    assert Authority(tmp_path).pem == answer.body


async def test_a_taken_port_is_refused_in_words(tmp_path: Path) -> None:
    plain, secure = free_port(), free_port()
    refused = server(port=plain, tls=True, tls_port=secure, ca_dir=tmp_path)
    with socket.create_server(("127.0.0.1", secure)):
        with pytest.raises(StartError, match=f":{secure} is in use.* another --tls-po"):
            await refused.start()
        socket.create_server(("127.0.0.1", plain)).close()


async def test_without_the_option_there_is_no_https() -> None:
    running = server()
    await running.start()
    async with Api.to(running.url) as api:
        answer = await api.send("GET", "/_emulator/ca.pem")
    await running.stop()

    assert ("", None) == (running.tls_url, running.ca_certificate)
    assert (404, {"error": "https is off: start the emulator with --tls"}) == (
        answer.status,
        answer.json,
    )


@pytest.mark.parametrize("host", ["127.0.0.2", "0.0.0.0", ""])
async def test_the_host_is_on_the_certificate(tmp_path: Path, host: str) -> None:
    async with secured(tmp_path, host=host) as (_, secure):
        assert "ok" == (await secure.control("GET", "/health"))["status"]


@pytest.mark.parametrize(
    "name", ["a.own.test", "other.test", "api-prd.reachstream.com"]
)
def test_the_program_is_believed_under_its_names(
    program: Program, folder: Path, name: str
) -> None:
    trust = trusting(Authority(folder).certificate)
    assert Authority(folder).certificate == program.certificate
    with greeted(program, trust, name) as wrapped:
        assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}


def test_a_client_that_does_not_trust_it_is_no_fault(tmp_path: Path) -> None:
    other = Authority(tmp_path / "other").pem.decode()
    distrust = ssl.create_default_context(cafile=None, cadata=other)
    own = tmp_path / "own"
    with start(
        "program", log_level="warning", tls=True, tls_port=0, ca_dir=own
    ) as program:
        with (
            pytest.raises(ssl.SSLCertVerificationError),
            greeted(program, distrust, "localhost"),
        ):
            pass
        with socket.create_connection(address(program.tls_url), PATIENCE) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            raw.recv(100)
        trust = trusting(Authority(own).certificate)
        with greeted(program, trust, "localhost") as wrapped:
            wrapped.sendall(b"GET /_emulator/health HTTP/1.0\r\n\r\n")
            status = wrapped.recv(15)

        assert (b"200 OK", (0, "")) == (status[9:], program.end())


async def test_a_stop_does_not_wait_for_idle_connections(tmp_path: Path) -> None:
    running = server(tls=True, ca_dir=tmp_path)
    await running.start()
    trust = trusting(Authority(tmp_path).certificate)
    reader, writer = await asyncio.open_connection(
        *address(running.tls_url), ssl=trust, server_hostname="localhost"
    )
    writer.write(b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")

    await asyncio.wait_for(running.stop(), timeout=5)

    writer.transport.abort()


@pytest.mark.parametrize(
    ("told", "expected"), [(True, (200, None)), (False, (None, "tls"))]
)
async def test_a_receivers_certificate_is_trusted_by_a_variable_alone(
    program: Program, tmp_path: Path, *, told: bool, expected: tuple[object, object]
) -> None:
    """Not even the emulator's own is otherwise: the vendor would not trust it."""
    async with secured(tmp_path) as (other, secure), Api.to(program.url) as believer:
        url, api = (program.tls_url, believer) if told else (secure.url, other)
        await point(api, f"{url}/_emulator/inbox/secure")
        job = await api.wait(await api.fetch(1), attempts=1)

    assert expected == (job["attempts"][0]["status"], job["attempts"][0]["error"])
