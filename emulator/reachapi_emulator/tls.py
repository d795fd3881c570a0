"""A certificate authority of the user's own, and the certificates that it signs.

It signs for whatever name it is asked to, so whoever trusts it trusts its key:
that stays in a file which only the user can read.
"""

import logging
import os
import secrets
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from platformdirs import user_data_path
from trustme import CA

from reachapi_emulator.errors import StartError
from reachapi_emulator.real_time import real_time

log = logging.getLogger("reachapi_emulator.tls")

NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "api-prd.reachstream.com",
    "stag-apigateway.reachstream.com",
)
"""On every certificate: this machine, and the hosts of the vendor's page and SDK."""

LIFETIME = timedelta(days=397)
"""Of a certificate: browsers take none for more than 398 days."""

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"

_DAY = timedelta(days=1)
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound)
"""What the libraries raise over a file that is not what they look for."""


class Authority:
    """A certificate authority, made when its folder is first named.

    Args:
        folder: where it is kept; left out, in the user's data directory.

    Attributes:
        certificate: the file of its certificate.
        pem: what that file holds.

    Raises:
        StartError: the folder cannot be used, or what it holds is no good.
    """

    def __init__(self, folder: Path | None = None) -> None:
        home = (folder or _users_folder()) / "ca"
        self.certificate = (home / CERTIFICATE).absolute()
        try:
            if not self.certificate.exists():
                _make(home)
            self.pem, key = self.certificate.read_bytes(), (home / KEY).read_bytes()
            _warn_of_readers(home / KEY)
        except FileNotFoundError as error:
            raise _no_good(home, f"{error.filename} is missing") from None
        except OSError as error:
            raise StartError(
                f"no certificate authority can be kept in {home}: {error.strerror}; "
                "name another folder with --ca-dir"
            ) from None
        self._authority = _read(home, self.pem, key)

    def certify(self, context: ssl.SSLContext, names: Iterable[str] = ()) -> None:
        """Give a context a certificate with NAMES, and those given.

        Raises:
            StartError: there is no temporary directory to hand it over in.
        """
        now = _now()
        certificate = self._authority.issue_cert(
            *dict.fromkeys((*NAMES, *names)),
            organization_name="reachapi-emulator",
            not_before=now - _DAY,
            not_after=now - _DAY + LIFETIME,
        )
        try:
            certificate.configure_cert(context)
        except OSError as error:
            raise StartError(f"the certificate cannot be loaded: {error}") from None


def uncertified() -> ssl.SSLContext:
    """Return what https can be served with, once it has a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _warn_of_readers(key: Path) -> None:
    """Say that others can read a key; on Windows, modes do not tell."""
    if os.name == "posix" and key.stat().st_mode & 0o077:
        log.warning(
            "others can read %s, and sign for any host name with it: chmod 600 %s",
            *(key, key),
        )


def _users_folder() -> Path:
    try:
        return user_data_path("reachapi-emulator", appauthor=False).expanduser()
    except RuntimeError:
        raise StartError(
            "this user has no home for a certificate authority: name a folder with "
            "--ca-dir, or set HOME"
        ) from None


def _now() -> datetime:
    """Return the time by which clients judge a certificate."""
    return datetime.fromtimestamp(real_time()() / 1_000_000, UTC)


def _make(home: Path) -> None:
    """Make an authority, unless somebody else is quicker.

    Both files appear at once: a folder is filled elsewhere, then renamed.
    """
    authority = CA(
        path_length=0,
        organization_name="reachapi-emulator",
        organization_unit_name=f"Local certificate authority {secrets.token_hex(4)}",
    )
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".ca-", dir=home.parent) as folder:
        new = Path(folder, home.name)
        new.mkdir(mode=0o755)
        _write(new / KEY, authority.private_key_pem.bytes(), 0o600)
        _write(new / CERTIFICATE, authority.cert_pem.bytes(), 0o644)
        try:
            new.rename(home)
        except OSError:
            if not home.is_dir():
                raise


def _write(file: Path, content: bytes, mode: int) -> None:
    file.touch(mode=mode)
    file.write_bytes(content)


def _read(home: Path, pem: bytes, key: bytes) -> CA:
    """Return the authority of two files, once it has shown that it can sign."""
    try:
        authority = CA.from_pem(pem, key)
        own = x509.load_pem_x509_certificate(pem)
        _sign_once(authority).verify_directly_issued_by(own)
        signs = own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except InvalidSignature:
        raise _no_good(home, "its key is another's") from None
    except _UNREADABLE:
        raise _no_good(home, "a file of it is broken") from None
    if not signs:
        raise _no_good(home, "its certificate is not one of an authority")
    if not own.not_valid_before_utc <= _now() < own.not_valid_after_utc:
        raise _no_good(home, "its certificate is not valid today")
    return authority


def _sign_once(authority: CA) -> x509.Certificate:
    signed = authority.issue_cert("localhost").cert_chain_pems[0]
    return x509.load_pem_x509_certificate(signed.bytes())


def _no_good(home: Path, reason: str) -> StartError:
    return StartError(
        f"the certificate authority in {home} is no good, for {reason}: delete that "
        "folder, a new one is made then; clients have to trust the new one"
    )
