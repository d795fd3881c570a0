"""The certificate authority: made once, kept private, and believed."""

import os
import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from trustme import CA

from reachapi_emulator import tls as certificates
from reachapi_emulator.errors import StartError
from reachapi_emulator.tls import CERTIFICATE, KEY, NAMES, Authority
from support.tls import certified, shaken


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _replace_key(home: Path) -> None:
    (home / KEY).write_bytes(CA().private_key_pem.bytes())


def _replace_both_by_a_leaf(home: Path) -> None:
    leaf = CA().issue_cert("localhost")
    (home / KEY).write_bytes(leaf.private_key_pem.bytes())
    (home / CERTIFICATE).write_bytes(leaf.cert_chain_pems[0].bytes())


def _truncate(name: str) -> Callable[[Path], None]:
    def spoil(home: Path) -> None:
        (home / name).write_bytes((home / name).read_bytes()[:90])

    return spoil


def test_it_is_kept_private(tmp_path: Path) -> None:
    """Nobody else can put another in its place, whatever new files are by default."""
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        home = Authority(tmp_path / "new" / "folder").certificate.parent
        Authority(there)
    finally:
        os.umask(before)

    paths = (home.parent, home, home / KEY, home / CERTIFICATE, there)
    assert [0o700, 0o755, 0o600, 0o644, 0o755] == [_mode(path) for path in paths]
    assert ["ca"] == [path.name for path in there.iterdir()]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604])
def test_a_key_that_others_can_read_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    key = Authority(tmp_path).certificate.parent / KEY
    key.chmod(mode)
    Authority(tmp_path)
    said = f"others can read {key}, and sign for any host name with it: chmod 600 {key}"

    assert ([said] if mode & 0o077 else []) == caplog.messages


def test_it_is_kept_in_the_users_data_if_no_folder_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a path that can be used from anywhere, as that of a folder that is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(certificates, "user_data_path", lambda name, **_: Path(name))
    made = [Authority().certificate, Authority(Path("own")).certificate]

    assert made == [
        tmp_path / folder / "ca" / CERTIFICATE
        for folder in ("reachapi-emulator", "own")
    ]


def test_one_that_was_made_meanwhile_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quicker = []

    def slow(**how: Any) -> CA:  # noqa: ANN401 # as the library's
        monkeypatch.undo()
        quicker.append(Authority(tmp_path).pem)
        return CA(**how)

    monkeypatch.setattr(certificates, "CA", slow)

    assert [Authority(tmp_path).pem] == quicker


def test_it_is_made_once_and_another_has_another_name(tmp_path: Path) -> None:
    """Whoever trusted it goes on trusting it, and may trust the other beside it."""
    first, second, other = (Authority(tmp_path / name) for name in ("a", "a", "b"))
    subject, its = (
        x509.load_pem_x509_certificate(each.pem).subject for each in (first, other)
    )

    assert first.pem == second.pem == first.certificate.read_bytes()
    assert shaken(first, certified(second), "localhost")
    assert subject != its


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_replace_key, "its key is another's"),
        (_replace_both_by_a_leaf, "its certificate is not one of an authority"),
        (_truncate(KEY), "a file of it is broken"),
        (_truncate(CERTIFICATE), "a file of it is broken"),
        (lambda home: (home / KEY).unlink(), "{home}/ca-key.pem is missing"),
        (lambda home: (home / CERTIFICATE).unlink(), "{home}/ca.pem is missing"),
    ],
)
def test_one_that_is_no_good_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    home = Authority(tmp_path).certificate.parent
    spoil(home)
    before = {path: path.read_bytes() for path in home.iterdir()}

    with pytest.raises(StartError) as refusal:
        Authority(tmp_path)

    assert (
        f"the certificate authority in {home} is no good, for "
        f"{reason.format(home=home)}: delete that folder, a new one is made then; "
        "clients have to trust the new one"
    ) == str(refusal.value)
    assert before == {path: path.read_bytes() for path in home.iterdir()}


def test_one_that_has_expired_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Authority(tmp_path)
    late = int(datetime(3001, 1, 1, tzinfo=UTC).timestamp())
    monkeypatch.setattr(certificates, "real_time", lambda: lambda: late * 1_000_000)

    with pytest.raises(StartError, match="its certificate is not valid today"):
        Authority(tmp_path)


@pytest.mark.parametrize("taken", ["file", "file/below", "folder"])
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, taken: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "ca").touch()

    with pytest.raises(StartError) as refusal:
        Authority(tmp_path / taken)

    said = str(refusal.value)
    assert said.startswith(
        f"no certificate authority can be kept in {tmp_path / taken / 'ca'}: "
    )
    assert said.endswith("; name another folder with --ca-dir")


@pytest.mark.parametrize("name", [*NAMES, "own.example", "a.own.test", "192.0.2.7"])
def test_a_certificate_is_believed(tmp_path: Path, name: str) -> None:
    authority = Authority(tmp_path)
    served = certified(authority, "own.example", "*.own.test", "192.0.2.7", "localhost")

    assert "http/1.1" == shaken(authority, served, name).selected_alpn_protocol()


@pytest.mark.parametrize(
    ("trusted", "name"),
    [("own", "other.example"), ("own", "192.0.2.8"), ("other", "localhost")],
)
def test_a_certificate_is_not_believed_otherwise(
    tmp_path: Path, trusted: str, name: str
) -> None:
    served = certified(Authority(tmp_path / "own"))
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(Authority(tmp_path / trusted), served, name)


def test_a_certificate_lives_no_longer_than_browsers_allow(tmp_path: Path) -> None:
    """It is valid already where a clock is a little slow."""
    authority = Authority(tmp_path)

    client = shaken(authority, certified(authority), "localhost")

    certificate = x509.load_der_x509_certificate(
        client.getpeercert(binary_form=True) or b""
    )
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert ends - begins <= timedelta(days=398)
    assert begins < datetime.now(UTC) - timedelta(hours=1)


def test_the_key_of_a_certificate_passes_through_a_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is gone afterwards; a folder that cannot be had is told."""
    authority = Authority(tmp_path / "authority")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    certified(authority)

    assert [] == list((tmp_path / "temporary").iterdir())

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StartError, match=r"the certificate cannot be loaded: .* No"):
        certified(authority)
