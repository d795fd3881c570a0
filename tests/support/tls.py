"""An emulator that serves https, and what tests of it share."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from reachapi_emulator.tls import Authority
from support.process import running

PATIENCE = 10.0
"""Real seconds for a connection to this machine."""


@dataclass(frozen=True)
class Secured:
    """A started program that serves https, and the file to trust for it."""

    process: subprocess.Popen[str]
    url: str
    tls_url: str
    certificate: Path


@contextmanager
def secured(folder: Path, *arguments: str, **variables: str) -> Iterator[Secured]:
    """Run the program with https on free ports until the block ends."""
    options = ("--tls", "--tls-port", "0", "--ca-dir", str(folder), *arguments)
    with running(*options, **variables) as program:
        stdout = program.process.stdout
        if stdout is None:
            raise AssertionError("the program was started without a pipe")
        *_, tls, certificate = (stdout.readline().split() for _ in range(5))
        yield Secured(program.process, program.url, tls[1], Path(certificate[1]))


def trusting(certificate: Path) -> ssl.SSLContext:
    """Return the context of a client that trusts one authority and no other.

    It is as strict as Python is by itself from 3.13 on.
    """
    context = ssl.create_default_context(cafile=str(certificate))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def address(url: str) -> tuple[str, int]:
    """Return host and port of an address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


def shaken(authority: Authority, server: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """Let a client that trusts an authority greet a server by a name, in memory.

    Raises:
        ssl.SSLCertVerificationError: the client does not take the certificate.
    """
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusts = trusting(authority.certificate)
    trusts.set_alpn_protocols(["h2", "http/1.1"])
    client = trusts.wrap_bio(to_client, to_server, server_hostname=name)
    sides = [client, server.wrap_bio(to_server, to_client, server_side=True)]
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                continue
    return client
