"""The command line: serving as a program, and every refusal in words."""

import json
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from reachapi_emulator.cli.serve import main
from support.process import ENDS_WITHIN, running, start


def _refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command line, expect status 2, return what it says."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    assert ended.value.code == 2
    return capsys.readouterr().err


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
        (["--state", "/"], "'--state': File '/' is a directory."),
        (["--state", "/gone/state"], "/gone/state cannot be made: there is no such"),
        (["dataset", "check", "gone.ndjson"], "gone.ndjson: No such file"),
        (["dataset", "generate", "--out", "/gone/x"], "/gone/x cannot be written: No"),
        (["dataset", "generate", "--size", "0", "--out", "x"], "'--size': 0 is not in"),
    ],
)
def test_a_wrong_value_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """What cannot be used is said in one line, with status 2."""
    line = _refusal(capsys, *arguments)

    assert said in line
    assert ("reachapi-emulator: ", 1) == (line[:19], line.count("\n"))


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that is taken says so, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        line = _refusal(capsys, "--port", str(port))

    advice = "is in use: stop what listens there, or choose another --port"
    assert (
        f"reachapi-emulator: 127.0.0.1:{port} {advice} (0 takes a free one)\n" == line
    )


def test_a_variable_stands_for_an_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """REACHAPI_EMULATOR_PORT is --port."""
    monkeypatch.setenv("REACHAPI_EMULATOR_PORT", "70000")

    assert "--port must be from 0 to 65,535" in _refusal(capsys)


def test_a_variable_holds_several_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Separated by spaces, where an option can be repeated."""
    monkeypatch.setenv("REACHAPI_EMULATOR_CORS", "http://a.test http://b.test/")

    assert "write http://b.test for 'http://b.test/'" in _refusal(capsys)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """--version names the program and its version."""
    with pytest.raises(SystemExit):
        main(["--version"])

    assert "reachapi-emulator, version 0.1.0\n" == capsys.readouterr().out


def test_it_says_where_it_listens_and_what_to_try() -> None:
    """On start it prints its address, the demo key and a first command."""
    with running() as program:
        assert program.process.stdout is not None
        lines = [program.process.stdout.readline().strip() for _ in range(3)]

    credits_ = f"{program.url}/api/v2/retrive/users/active/credits"
    assert [
        "key  demo-api-key",
        "try  curl -X POST -H 'X-API-Key: demo-api-key' \\",
        credits_,
    ] == lines


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quietly(number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end it with status 0 and no traceback."""
    with running("--log-level", "warning") as program:
        program.process.send_signal(number)
        _, log = program.process.communicate(timeout=ENDS_WITHIN)

    assert (0, "") == (program.process.returncode, log)


def _send(url: str, body: object, method: str) -> None:
    headers = {"X-API-Key": "demo-api-key"}
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 # loopback
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 # loopback


def _log_of_a_delivery(*arguments: str) -> list[str]:
    """Submit a request whose receiver answers 201 first; return the log."""
    options = ("--retry-schedule", "0", "--validation-delay", "0", *arguments)
    with running(*options) as program:
        control = f"{program.url}/_emulator"
        fetch = f"{program.url}/api/v2/async/records/filter"
        _send(f"{control}/inbox/demo/script", [{"status": 201}], "PUT")
        _send(fetch, {"fetchCount": 1, "filter": {}}, "POST")
        _send(f"{control}/jobs/1300/wait", {"state": "delivered"}, "POST")
        program.process.send_signal(signal.SIGTERM)
        _, log = program.process.communicate(timeout=ENDS_WITHIN)
    return log.splitlines()


def test_the_log_has_a_line_a_request_and_one_an_attempt() -> None:
    """A mistake that is likely comes with a hint."""
    request, failed, delivered, _ = _log_of_a_delivery()

    assert "demo POST /api/v2/async/records/filter -> 200 Records" in request
    assert "job 1300 attempt 1 http://127.0.0.1:" in failed
    assert "-> 201" in failed
    assert "only 200 acknowledges" in failed
    assert "job 1300 attempt 2" in delivered


def test_the_log_can_be_json() -> None:
    """--log-format json writes one object a line, with fields to search for."""
    lines = [json.loads(line) for line in _log_of_a_delivery("--log-format", "json")]

    assert [("fetch", 200), (None, 201), (None, 200), (None, None)] == [
        (line.get("operation"), line.get("status")) for line in lines
    ]


def test_a_data_set_is_made_checked_and_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`dataset generate` makes a file that `check` finds good."""
    file = tmp_path / "own.ndjson"
    for arguments in (
        ["dataset", "generate", "--size", "20", "--seed", "3", "--out", str(file)],
        ["dataset", "check", str(file)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert not ended.value.code

    assert f"{file}: 20 contacts, all good" in capsys.readouterr().out


def test_a_bad_data_set_is_refused_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each bad line is named with its reason, and nothing is served."""
    file = tmp_path / "bad.ndjson"
    file.write_text('{"id": 1}\nnonsense\n')

    said = _refusal(capsys, "--dataset", str(file))

    assert [f"{file}:1: ", f"{file}:2: "] == [
        f"{file}:{number}: " for number in (1, 2) if f"{file}:{number}: " in said
    ]


def test_generating_without_faker_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing Faker is named with the extra that brings it."""
    monkeypatch.setitem(sys.modules, "faker", None)
    monkeypatch.delitem(
        sys.modules, "reachapi_emulator.contacts.generate.draws", raising=False
    )
    monkeypatch.delitem(
        sys.modules, "reachapi_emulator.contacts.generate.contacts", raising=False
    )

    out = str(tmp_path / "x")
    said = _refusal(capsys, "dataset", "generate", "--out", out)

    assert "pip install 'reachapi-emulator[dataset]'" in said


def test_a_file_is_replaced_only_when_it_is_written(tmp_path: Path) -> None:
    """A data set that cannot be made leaves nothing behind."""
    process = start("dataset", "generate", "--out", str(tmp_path))

    _, said = process.communicate(timeout=ENDS_WITHIN)

    assert (2, []) == (process.returncode, list(tmp_path.iterdir()))
    assert "is a directory" in said


def test_a_data_set_that_is_gone_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The file is named with the reason."""
    said = _refusal(capsys, "--dataset", "gone.ndjson")

    problem = "gone.ndjson: No such file or directory\n"
    assert f"reachapi-emulator: --dataset is refused:\n{problem}" == said


def test_a_group_without_a_command_shows_its_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`dataset` alone tells what can be done with one."""
    assert "Usage: reachapi-emulator dataset" == _refusal(capsys, "dataset")[:32]


def test_stopping_is_said() -> None:
    """The grace period of a delivery under way is no hang."""
    assert "stopping: what is under way gets a few" in _log_of_a_delivery()[-1]
