"""https beside http: the same emulator, trusted by whoever trusts its authority."""

import asyncio
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.errors import StartError
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from reachapi_emulator.tls import Authority
from support.api import Api
from support.embedded import embedded, free_port
from support.flow import set_webhook
from support.process import ENDS_WITHIN
from support.tls import PATIENCE, address, secured, trusting


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Https on free ports, with an authority of the test's own."""
    return Settings(port=0, tls=True, tls_port=0, ca_dir=tmp_path)


async def _both(running: Server, session: aiohttp.ClientSession) -> tuple[Api, Api]:
    """Return a client over http and one over https."""
    return Api(running.url, session), Api(running.tls_url, session)


def _session(folder: Path) -> aiohttp.ClientSession:
    """Return a session that trusts the authority of a folder."""
    trust = trusting(Authority(folder).certificate)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust))


async def test_both_lead_to_the_same_emulator(
    dataset: Dataset, settings: Settings, tmp_path: Path
) -> None:
    """What is asked over https is seen over http."""
    async with (
        embedded(dataset, settings) as running,
        _session(tmp_path) as session,
    ):
        plain, secure = await _both(running, session)
        job = await secure.fetch(2)
        delivered = await plain.wait(job)

    assert running.tls_url.startswith("https://127.0.0.1:")
    assert ("delivered", 2) == (delivered["state"], delivered["charged"])


async def test_the_certificate_to_trust_is_served(
    dataset: Dataset, settings: Settings, tmp_path: Path
) -> None:
    """As in its file, over http, where nothing has to be trusted yet."""
    async with (
        embedded(dataset, settings) as running,
        _session(tmp_path) as session,
    ):
        plain, _ = await _both(running, session)
        answer = await plain.send("GET", "/_emulator/ca.pem")

    assert (200, "application/x-pem-file") == (
        answer.status,
        answer.headers["Content-Type"],
    )
    assert running.ca_certificate == Authority(tmp_path).certificate
    assert Authority(tmp_path).pem == answer.body


async def test_without_the_option_there_is_no_certificate(api: Api) -> None:
    """404 says how to get one."""
    answer = await api.send("GET", "/_emulator/ca.pem")

    assert (404, {"error": "https is off: start the emulator with --tls"}) == (
        answer.status,
        answer.json,
    )


async def test_without_the_option_there_is_no_https(dataset: Dataset) -> None:
    """Nor a file, nor an address."""
    async with embedded(dataset, Settings(port=0)) as running:
        assert ("", None) == (running.tls_url, running.ca_certificate)


@pytest.mark.parametrize("host", ["127.0.0.2", "0.0.0.0", ""])
async def test_the_host_is_on_the_certificate(
    dataset: Dataset, tmp_path: Path, host: str
) -> None:
    """Wherever it listens, its https address can be used as it is."""
    settings = Settings(host=host, port=0, tls=True, tls_port=0, ca_dir=tmp_path)
    async with (
        embedded(dataset, settings) as running,
        _session(tmp_path) as session,
    ):
        _, secure = await _both(running, session)
        health = await secure.control("GET", "/health")

    assert "ok" == health["status"]


def test_a_name_can_be_added(tmp_path: Path) -> None:
    """Under it, and under the vendor's, the certificate is believed."""
    names = ("--tls-name", "other.test", "--tls-name", "*.own.test")
    with secured(tmp_path, *names) as program:
        trust = trusting(program.certificate)
        for name in ("a.own.test", "other.test", "api-prd.reachstream.com"):
            with (
                socket.create_connection(address(program.tls_url), PATIENCE) as raw,
                trust.wrap_socket(raw, server_hostname=name) as wrapped,
            ):
                assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}


def test_the_program_says_what_to_trust(tmp_path: Path) -> None:
    """The file of the certificate, in the folder that it was given."""
    with secured(tmp_path) as program:
        assert tmp_path / "ca" / "ca.pem" == program.certificate
        assert Authority(tmp_path).pem == program.certificate.read_bytes()


def test_a_client_that_does_not_trust_it_is_no_fault(tmp_path: Path) -> None:
    """Neither it nor one that speaks no TLS disturbs the emulator or fills its log."""
    distrust = ssl.create_default_context(cafile=None, cadata=_other(tmp_path))
    with secured(tmp_path / "own", "--log-level", "warning") as program:
        where = address(program.tls_url)
        with (
            socket.create_connection(where, PATIENCE) as raw,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            distrust.wrap_socket(raw, server_hostname="localhost")
        with socket.create_connection(where, PATIENCE) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            raw.recv(100)
        trust = trusting(program.certificate)
        with (
            socket.create_connection(where, PATIENCE) as raw,
            trust.wrap_socket(raw, server_hostname="localhost") as wrapped,
        ):
            wrapped.sendall(b"GET /_emulator/health HTTP/1.0\r\n\r\n")
            status = wrapped.recv(15)
        program.process.terminate()
        _, log = program.process.communicate(timeout=ENDS_WITHIN)

    assert (b"HTTP/1.0 200 OK"[9:], "") == (status[9:], log)


def _other(folder: Path) -> str:
    return Authority(folder / "other").pem.decode()


async def test_a_taken_port_is_refused_in_words(
    dataset: Dataset, tmp_path: Path
) -> None:
    """The message names the option; the port of http is free again."""
    plain, secure = free_port(), free_port()
    settings = Settings(port=plain, tls=True, tls_port=secure, ca_dir=tmp_path)
    with socket.create_server(("127.0.0.1", secure)):
        with pytest.raises(StartError) as refusal:
            await Server(settings, dataset).start()
        socket.create_server(("127.0.0.1", plain)).close()

    assert (
        f"127.0.0.1:{secure} is in use: stop what listens there, or choose another "
        "--tls-port (0 takes a free one)"
    ) == str(refusal.value)


async def test_a_stop_does_not_wait_for_idle_connections(
    dataset: Dataset, settings: Settings, tmp_path: Path
) -> None:
    """A client that keeps one open, and says no goodbye, holds nobody up."""
    running = Server(settings, dataset)
    await running.start()
    trust = trusting(Authority(tmp_path).certificate)
    reader, writer = await asyncio.open_connection(
        *address(running.tls_url), ssl=trust, server_hostname="localhost"
    )
    writer.write(b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")

    await asyncio.wait_for(running.stop(), timeout=5)

    writer.transport.abort()


async def _delivery_over_https(program_url: str, tls_url: str) -> list[object]:
    """Let a program deliver to its own inbox over https; return how it ended."""
    async with aiohttp.ClientSession() as session:
        api = Api(program_url, session)
        await set_webhook(api, f"{tls_url}/_emulator/inbox/secure")
        job = await api.wait(await api.fetch(1), attempts=1)
        return [job["attempts"][0][key] for key in ("status", "error")]


async def test_a_receivers_certificate_is_trusted_by_a_variable(
    tmp_path: Path,
) -> None:
    """SSL_CERT_FILE names what has signed it."""
    trusted = str(Authority(tmp_path).certificate)
    with secured(tmp_path, SSL_CERT_FILE=trusted) as program:
        ended = await _delivery_over_https(program.url, program.tls_url)

    assert [200, None] == ended


async def test_a_receivers_certificate_is_not_trusted_by_itself(
    tmp_path: Path,
) -> None:
    """Not even the emulator's own: the vendor would not trust it either."""
    with secured(tmp_path) as program:
        ended = await _delivery_over_https(program.url, program.tls_url)

    assert [None, "tls"] == ended
