"""The certificate authority: made once, kept private, and believed."""

import os
import ssl
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography import x509
from trustme import CA

from reachapi_emulator import tls as certificates
from reachapi_emulator.errors import StartError
from reachapi_emulator.tls import CERTIFICATE, KEY, NAMES, Authority
from support.tls import shaken

AT_ONCE = 4


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


def test_it_is_made_once(tmp_path: Path) -> None:
    first = Authority(tmp_path)
    second = Authority(tmp_path)

    assert first.pem == second.pem == first.certificate.read_bytes()
    assert shaken(first, second.context(), "localhost")


def test_it_is_kept_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Authority(tmp_path / "new" / "folder").certificate.parent
    finally:
        os.umask(before)

    paths = (home.parent, home, home / KEY, home / CERTIFICATE)
    assert [0o700, 0o755, 0o600, 0o644] == [_mode(path) for path in paths]


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)

    Authority(folder)

    assert 0o755 == _mode(folder)
    assert ["ca"] == [path.name for path in folder.iterdir()]


def test_it_is_kept_in_the_users_data_if_no_folder_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def users(name: str, **_: object) -> Path:
        return tmp_path / name

    monkeypatch.setattr(certificates, "user_data_path", users)

    assert (
        tmp_path / "reachapi-emulator" / "ca" / CERTIFICATE == Authority().certificate
    )


def test_its_path_can_be_used_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert tmp_path / "own" / "ca" / CERTIFICATE == Authority(Path("own")).certificate


def test_those_made_at_once_are_the_same(tmp_path: Path) -> None:
    ready = Barrier(AT_ONCE)

    def make(_: int) -> bytes:
        ready.wait(timeout=10)
        return Authority(tmp_path / "shared").pem

    with ThreadPoolExecutor(AT_ONCE) as threads:
        pems = set(threads.map(make, range(AT_ONCE)))

    assert 1 == len(pems)
    assert ["ca"] == [path.name for path in (tmp_path / "shared").iterdir()]


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


def test_two_of_them_can_be_trusted_side_by_side(tmp_path: Path) -> None:
    """They bear different names: a client finds the right one by it."""
    subjects = {
        x509.load_pem_x509_certificate(Authority(tmp_path / name).pem).subject
        for name in ("one", "other")
    }

    assert 2 == len(subjects)


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
    class Late(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Late":
            return cls(3001, 1, 1, tzinfo=tz)

    Authority(tmp_path)
    monkeypatch.setattr(certificates, "datetime", Late)

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
    served = authority.context(["own.example", "*.own.test", "192.0.2.7", "localhost"])

    assert "http/1.1" == shaken(authority, served, name).selected_alpn_protocol()


@pytest.mark.parametrize(
    ("trusted", "name"),
    [("own", "other.example"), ("own", "192.0.2.8"), ("other", "localhost")],
)
def test_a_certificate_is_not_believed_otherwise(
    tmp_path: Path, trusted: str, name: str
) -> None:
    served = Authority(tmp_path / "own").context()
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(Authority(tmp_path / trusted), served, name)


def test_a_certificate_lives_no_longer_than_browsers_allow(tmp_path: Path) -> None:
    """It is valid already where a clock is a little slow."""
    authority = Authority(tmp_path)

    client = shaken(authority, authority.context(), "localhost")

    certificate = x509.load_der_x509_certificate(
        client.getpeercert(binary_form=True) or b""
    )
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert ends - begins <= timedelta(days=398)
    assert begins < datetime.now(UTC) - timedelta(hours=1)


def test_its_key_is_not_left_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path / "authority")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    authority.context()

    assert [] == list((tmp_path / "temporary").iterdir())


def test_a_missing_temporary_directory_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(StartError, match=r"the certificate cannot be loaded: .* No"):
        authority.context()
