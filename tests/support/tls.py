"""Clients that trust an authority, and no other."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

import ssl
from pathlib import Path

from reachapi_emulator.tls import Authority, uncertified
from support.start import address as address

PATIENCE = 10.0
"""Real seconds for a connection to this machine."""


def trusting(certificate: Path) -> ssl.SSLContext:
    """Return the context of a client that trusts one authority and no other.

    It is as strict as Python is by itself from 3.13 on.
    """
    context = ssl.create_default_context(cafile=str(certificate))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def certified(authority: Authority, *names: str) -> ssl.SSLContext:
    """Return what https is served with, under further names."""
    context = uncertified()
    authority.certify(context, names)
    return context


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
