"""The command line: its commands, and every refusal in words."""

import io
import json
import pwd
import socket
import sys
from pathlib import Path

import pytest

import reachapi_emulator
from reachapi_emulator.cli.serve import main
from reachapi_emulator.contacts.file import default_path
from reachapi_emulator.web.application import openapi_document
from support.command import Run

CA_DIR = "REACHAPI_EMULATOR_CA_DIR"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "many"], "'--port': 'many' is not a valid integer."),
        (["--port", "65536"], "--port must be from 0 to 65,535: 65536 is not"),
        (["--rate-limit=-1"], "--rate-limit must be from 0 to 1,000,000: -1 is not"),
        (["--validation-delay", "nan"], "--validation-delay must be from 0 to"),
        (["--retry-schedule", "1,soon"], "'1,soon' is no list of seconds such as"),
        (["--retry-schedule", "1," * 101], "--retry-schedule must have at most 100"),
        (["--tls", "--tls-name", "a_b"], "--tls-name must be a DNS name such as"),
        (["--durability", "power"], "--durability is for a file: give --state as"),
        (["--tls-name", "a.test"], "--tls-name is for a certificate: give --tls as"),
        (["--tls", "--tls-port", "9010"], "--tls-port must be another than --port"),
        (["--cors", "localhost:3000"], "--cors must be an origin such as http://loc"),
        (["--cors", "*", "--cors", "http://a/"], "write http://a for 'http://a/'"),
        (["--allowed-host", "a.test:1"], "--allowed-host must be a host name such"),
        (["--control-token", "short"], "--control-token must be 8 to 200 visible"),
        (["--log-level", "loud"], "'loud' is not one of 'debug', 'info'"),
        (["--nonsense"], "No such option '--nonsense'"),
        (["serve"], "No such command 'serve'"),
        (["--host", "999.9.9.9"], "999.9.9.9:9010 is no address that can be"),
        (["--state", "/"], "/ cannot be used as state: unable to open database file"),
        (["--state", ""], "--state must be a path: '' is not"),
        (["--ca-dir", "", "ca"], "--ca-dir must be a path: '' is not"),
        (["ca", "--ca-dir", ""], "--ca-dir must be a path: '' is not"),
        (["--state", "/gone/state"], "/gone/state cannot be made: there is no such"),
        (["--dataset", "gone"], "--dataset is refused:\ngone: No such file or direc"),
        (["dataset", "check", "gone.ndjson"], "gone.ndjson: No such file"),
        (["dataset", "generate", "--out", "/gone/x"], "/gone/x cannot be written: No"),
        (["dataset", "generate", "--size", "0", "--out", "x"], "'--size': 0 is not in"),
    ],
)
def test_a_wrong_value_is_one_line(run: Run, arguments: list[str], said: str) -> None:
    status, printed, line = run(*arguments)

    assert said in line
    assert (2, "") == (status, printed)
    assert line.startswith("reachapi-emulator: ")
    assert said.count("\n") == line.count("\n") - 1


@pytest.mark.parametrize("arguments", [["ca"], ["--tls", "--port", "0"]])
def test_a_folder_for_certificates_that_cannot_be_written_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CA_DIR, str(tmp_path / "file" / "x"))
    status, printed, said = run(*arguments)

    assert (2, "", 1) == (status, printed, said.count("\n"))
    assert said.startswith("reachapi-emulator: no certificate authority can be kept in")
    assert said.endswith("Not a directory; name another folder with --ca-dir\n")


def test_a_port_in_use_is_one_line_and_no_authority_is_made(
    run: Run, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        tls = ("--tls", "--tls-port", "0", "--ca-dir", str(tmp_path))
        _, _, line = run("--port", str(port), *tls)

    assert (
        f"reachapi-emulator: 127.0.0.1:{port} is in use: stop what listens there, or "
        "choose another --port (0 takes a free one)\n"
    ) == line
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "70000", "--port must be from 0 to 65,535"),
        ("PORT", "tpc://10.0.0.1:9010", "'tpc://10.0.0.1:9010' is not a valid integer"),
        ("CONTROL_TOKEN", "", "--control-token must be 8 to 200 visible"),
        ("TLS", "perhaps", "'--tls': 'perhaps' is not a valid boolean"),
        ("CORS", "http://a.test http://b.test/", "write http://b.test for 'http://b"),
    ],
)
def test_a_variable_stands_for_an_option(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"REACHAPI_EMULATOR_{variable}", value)

    assert said in run()[2]


def test_what_a_platform_sets_for_a_service_of_its_name_has_no_effect(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kubernetes, and Docker's links; one line tells of what is a setting's name."""
    made = {
        "PORT": "tcp://10.0.0.1:9010",
        "TLS_PORT": "udp://[fd00::1]:9443",
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT": "9010",
        "SERVICE_PORT_HTTP": "9010",
        "PORT_9010_TCP": "tcp://10.0.0.1:9010",
        "PORT_9010_TCP_PORT": "9010",
        "TLS_PORT_9443_TCP_ADDR": "10.0.0.1",
        "NAME": "/app/reachapi-emulator",
        "ENV_TLS_PORTS": "1",
        "CREDITS": "",
        "LOG_LEVL": "debug",
    }
    for name, value in made.items():
        monkeypatch.setenv(f"REACHAPI_EMULATOR_{name}", value)
    status, _, said = run("--dataset", "gone")

    assert (
        "reachapi-emulator: REACHAPI_EMULATOR_PORT, REACHAPI_EMULATOR_TLS_PORT was "
        "made by the platform for a service of that name and has no effect\n"
        "reachapi-emulator: REACHAPI_EMULATOR_LOG_LEVL is no setting and has no "
        "effect: do you mean REACHAPI_EMULATOR_LOG_LEVEL?\n"
        "reachapi-emulator: --dataset is refused:\ngone: No such file or directory\n"
    ) == said
    assert 2 == status


def test_a_character_that_the_encoding_lacks_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As that of a Windows console, or of a system without a locale."""
    file = tmp_path / "\u0142.ndjson"
    file.write_bytes(default_path().read_bytes().partition(b"\n")[0])
    said = io.TextIOWrapper(io.BytesIO(), "cp1252", errors="strict", newline="")
    monkeypatch.setattr(sys, "stdout", said)
    with pytest.raises(SystemExit):
        main(["dataset", "check", str(file)])
    said.seek(0)

    assert f"{tmp_path}/?.ndjson: 1 contacts, all good\n" == said.read()


@pytest.mark.parametrize("arguments", [["ca"], ["--tls", "--port", "0"]])
def test_a_user_without_a_home_is_told_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """As in a container that runs as a user of whom it knows nothing."""
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)

    status, _, said = run(*arguments)

    assert 2 == status
    assert (
        "reachapi-emulator: this user has no home for a certificate authority: name a "
        "folder with --ca-dir, or set HOME\n"
    ) == said


def test_the_version_is_told_and_a_group_shows_its_help(run: Run) -> None:
    assert (0, "reachapi-emulator, version 0.1.0\n", "") == run("--version")
    assert "Usage: reachapi-emulator dataset" == run("dataset")[2][:32]


def test_a_data_set_is_made_and_found_good(run: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "own.ndjson")
    made = run("dataset", "generate", "--size", "20", "--seed", "3", "--out", file)

    assert 0 == made[0]
    assert (0, f"{file}: 20 contacts, all good\n", "") == run("dataset", "check", file)


def test_a_bad_data_set_is_refused_line_by_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.ndjson"
    file.write_text('{"id": 1}\nnonsense\n')
    status, _, said = run("--dataset", str(file))
    first, *lines = said.splitlines()

    assert (2, "reachapi-emulator: --dataset is refused:") == (status, first)
    assert [f"{file}:1", f"{file}:2"] == [line.partition(": ")[0] for line in lines]


def test_generating_without_faker_says_how_to_get_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faker", None)
    for module in ("draws", "contacts"):
        name = f"reachapi_emulator.contacts.generate.{module}"
        monkeypatch.delitem(sys.modules, name, raising=False)
    said = run("dataset", "generate", "--out", str(tmp_path / "x"))[2]

    assert "pip install 'reachapi-emulator[dataset]'" in said


def test_a_data_set_that_cannot_be_written_leaves_nothing_behind(
    run: Run, tmp_path: Path
) -> None:
    status, _, said = run("dataset", "generate", "--size", "1", "--out", str(tmp_path))

    assert (2, []) == (status, list(tmp_path.iterdir()))
    assert "cannot be written: Is a directory; choose another --out" in said


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (["ca"], "environment"),
        (["ca", "--ca-dir", "{}/named"], "named"),
        (["--ca-dir", "{}/named", "ca"], "named"),  # it is the option of --tls, too
    ],
)
def test_the_path_of_the_certificate_is_all_that_ca_prints(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    folder: str,
) -> None:
    """So that "$(reachapi-emulator ca)" can be handed on; it is made if need be."""
    monkeypatch.setenv(CA_DIR, str(tmp_path / "environment"))
    file = tmp_path / folder / "ca" / "ca.pem"

    assert (0, f"{file}\n", "") == run(*(each.format(tmp_path) for each in arguments))
    assert file.read_text().startswith("-----BEGIN CERTIFICATE-----\n")


def test_the_openapi_document_is_printed_in_json_or_as_it_was_written(run: Run) -> None:
    written = Path(reachapi_emulator.__file__).parent / "web" / "openapi.yaml"
    _, text, _ = run("openapi")

    assert openapi_document() == json.loads(text)
    assert text.startswith('{\n  "openapi": "3.1.0",\n')
    assert text.endswith("}\n")
    assert written.read_text(encoding="utf-8") == run("openapi", "--yaml")[1]
