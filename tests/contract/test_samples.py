"""The page's samples in every language, under the vendor's own host names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from support import vendor_host
from support.contacts import Contact, contacts, values_of
from support.sample_answers import (
    PRESETS,
    containing,
    delivered,
    in_c_suite,
    success,
)
from support.sample_clients import FOLDER, client_of, programs, proven
from support.start import start
from support.surface import SDK_FIELDS
from support.vendor_host import NotAloneError, VendorHost

pytestmark = pytest.mark.slow

Account = dict[str, Any]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VendorHost]:
    """An emulator that the vendor's host names lead to."""
    reason = vendor_host.missing()
    if reason:
        pytest.skip(reason)
    with start("vendor", tmp_path_factory.mktemp("vendor")) as host:
        yield host


@pytest.fixture
def account(host: VendorHost, request: pytest.FixtureRequest) -> Account:
    """An account of the test's own."""
    name = re.sub(r"[^\w.-]", "-", request.node.name).strip("-")
    opened: Account = host.control("POST", "/accounts", {"id": f"test-{name}"})
    return opened


def printed(host: VendorHost, program: Path, account: Account, **more: str) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return what a program prints for an account, parsed."""
    secret = account["webhook"]["secret"]
    variables = {"API_KEY": account["api_key"], "WEBHOOK_SECRET": secret, **more}
    return orjson.loads(output(host, program, **variables))


def output(host: VendorHost, program: Path, **variables: str) -> str:
    """Run a program; skip where its client is missing."""
    client = client_of(program)
    if host.try_to_run(*client.probe).returncode:
        pytest.skip(f"{client.name} needs {client.needs}")
    return host.run(*client.command, str(program), **variables)


def named(program: Path) -> str:
    """Return how a program is called in the name of its test."""
    return program.name


def test_every_folder_is_run() -> None:
    """By a test below; the programs of a new one need theirs."""
    assert {"batch", "counts", "credits", "fetch", "presets", "sdk"} == set(proven())


@pytest.mark.parametrize("program", programs("presets"), ids=named)
def test_presets(host: VendorHost, account: Account, program: Path) -> None:
    """The values that contain what was asked for."""
    expected = success("Success", containing(*PRESETS[program.stem]))

    assert expected == printed(host, program, account)


@pytest.mark.parametrize("program", programs("credits"), ids=named)
def test_credits(host: VendorHost, account: Account, program: Path) -> None:
    """What the account has."""
    expected = success("success", {"available_credit": account["credits"]})

    assert expected == printed(host, program, account)


@pytest.mark.parametrize("program", programs("counts"), ids=named)
def test_counts(host: VendorHost, account: Account, program: Path) -> None:
    """All contacts for curl's empty filter, else those in the C-Suite."""
    wanted = contacts() if program.stem == "curl" else in_c_suite()
    answer = printed(host, program, account)

    assert (200, "success") == (answer["status"], answer["message"])
    assert len(wanted) == answer["data"]["counts"]
    assert wanted[0]["id"] == answer["data"]["records"][0]["id"]


@pytest.mark.parametrize("program", programs("fetch"), ids=named)
def test_fetch(host: VendorHost, account: Account, program: Path) -> None:
    """The request is accepted, and its records arrive under the account's secret."""
    answer = printed(host, program, account)
    job = answer["data"]["unique_processing_id"]
    host.control("POST", f"/jobs/{job}/wait", {"state": "delivered"})
    [delivery] = host.control("GET", f"/inbox/{account['id']}")

    expected = {"unique_processing_id": job}
    assert success("Records processing initiated", expected) == answer
    assert job == delivery["body"]["unique_processing_id"]
    assert account["webhook"]["secret"] == delivery["headers"]["webhook_secret_key"]
    assert delivered(program.stem) == ids(delivery["body"]["data"])


def test_batch(host: VendorHost, account: Account) -> None:
    """Polled before its validation it is under way, afterwards it has its records."""
    submit, poll = FOLDER / "batch/curl_submit.sh", FOLDER / "batch/curl_poll.sh"
    clock = f"/accounts/{account['id']}/clock"
    host.control("PATCH", clock, {"frozen": True})
    answer = printed(host, submit, account)
    batch = str(answer["data"]["batch_process_id"])
    early = printed(host, poll, account, BATCH_PROCESS_ID=batch)
    host.control("POST", f"{clock}/advance", {"seconds": 1})
    host.control("POST", f"/jobs/{answer['data']['unique_processing_id']}/wait", {})
    late = printed(host, poll, account, BATCH_PROCESS_ID=batch)

    under_way = "Request is still being processed"
    assert {"status": 400, "message": under_way, "data": None} == early
    assert (200, "success") == (late["status"], late["message"])
    assert delivered("curl") == ids(late["data"])


@pytest.mark.parametrize("program", programs("sdk"), ids=named)
def test_sdk(host: VendorHost, program: Path) -> None:
    """All eleven paths answer, without a key, with all values of their fields."""
    lines = (line.split(" ", 1) for line in output(host, program).splitlines())
    answers = {kind: orjson.loads(body) for kind, body in lines}
    every = {kind: values_of(*names) for kind, names in SDK_FIELDS.items()}

    assert {k: success("Success", found) for k, found in every.items()} == answers


def ids(records: list[Contact]) -> list[int]:
    """Return the ids of records."""
    return [record["id"] for record in records]


def test_nothing_but_loopback_is_there(host: VendorHost) -> None:
    """So no program can reach the vendor."""
    links = host.run("ip", "-o", "link", "show", "up").splitlines()

    assert ["lo"] == [link.split(": ")[1] for link in links]


def test_a_program_is_not_started_where_there_is_more(
    host: VendorHost, tmp_path: Path
) -> None:
    """The guard before it refuses."""
    two = tmp_path / "ip"
    two.write_text("#!/bin/sh\nprintf '1: lo: <UP>\\n2: eth0: <UP>\\n'\n")
    two.chmod(0o755)
    path = f"{tmp_path}:{vendor_host.SEARCHED}"

    with pytest.raises(NotAloneError, match="eth0"):
        host.run("echo", "started", PATH=path)


def test_a_program_that_does_not_trust_has_no_answer(host: VendorHost) -> None:
    """So those above have checked the certificate."""
    [program] = programs("credits")
    bare = {"CURL_CA_BUNDLE": "/dev/null", "SSL_CERT_FILE": "/dev/null"}
    done = host.try_to_run("sh", "-eu", str(program), API_KEY="test-bare", **bare)

    assert ("", True) == (done.stdout, "certificate" in done.stderr)
