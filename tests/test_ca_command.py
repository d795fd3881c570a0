"""`reachapi-emulator ca`: where the certificate to trust is."""

from pathlib import Path

import pytest

from reachapi_emulator.cli.serve import main

VARIABLE = "REACHAPI_EMULATOR_CA_DIR"


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command line; return its status and what it says."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to name, while the environment names another."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "of-the-environment"))
    return tmp_path / "named"


def test_the_path_is_all_it_prints(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that "$(reachapi-emulator ca)" can be handed on."""
    said = _run(capsys, "ca", "--ca-dir", str(folder))

    assert (0, f"{folder / 'ca' / 'ca.pem'}\n", "") == said


def test_what_it_names_is_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made if need be, and the same the next time."""
    certificates = {
        Path(_run(capsys, "ca", "--ca-dir", str(folder))[1].strip()).read_text()
        for _ in range(2)
    }

    assert ["-----BEGIN CERTIFICATE-----"] == [
        certificate.splitlines()[0] for certificate in certificates
    ]


def test_the_folder_may_be_named_before_the_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the option of `--tls` as well."""
    said = _run(capsys, "--ca-dir", str(folder), "ca")

    assert (0, f"{folder / 'ca' / 'ca.pem'}\n", "") == said


def test_the_environment_names_it_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the variable that the emulator itself reads."""
    said = _run(capsys, "ca")

    assert f"{folder.parent / 'of-the-environment' / 'ca' / 'ca.pem'}\n" == said[1]


@pytest.mark.parametrize("arguments", [["ca"], ["--tls", "--port", "0"]])
def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    """Status 2; the same for the command and for a start."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "x"))

    status, out, said = _run(capsys, *arguments)

    assert (2, "") == (status, out)
    assert said.startswith("reachapi-emulator: no certificate authority can be kept in")
    assert said.endswith("Not a directory; name another folder with --ca-dir\n")
    assert 1 == said.count("\n")
