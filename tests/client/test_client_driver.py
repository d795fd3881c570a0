"""The driver of an emulator: connecting, accounts, and the whole."""

from collections.abc import Iterator

import pytest

from reachapi_emulator import __version__, services
from reachapi_emulator.client import (
    ConnectionLost,
    Driver,
    EmulatorError,
    NotAnEmulator,
    WaitTimeout,
)
from reachapi_emulator.embedded import Emulator
from support.driven import check_credits, submit
from support.start import free_port
from support.stub import Stub


@pytest.fixture
def emu(emulator: Emulator) -> Iterator[Driver]:
    """A driver that was connected to the shared emulator, as it was at its start."""
    with Driver.connect(f"{emulator.url}/") as driver:
        driver.reset()
        yield driver


async def test_it_tells_what_it_is_connected_to(emulator: Emulator) -> None:
    async with Driver.connect(emulator.url) as driver:
        seen = driver.url, driver.version, driver.contacts

    assert (emulator.url, __version__, 10_000) == seen


def test_nobody_there_is_a_lost_connection() -> None:
    url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(ConnectionLost, match=f"{url} does not answer: is an emulator"):
        Driver.connect(url)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}), "is no emulator: .* 404"),
        ((200, []), "is no emulator: .* 200"),
        ((200, b"<html>"), "is no emulator: .* 200"),
        ((200, {"status": "ok"}), "is no emulator: .* 200"),
        (b"-ERR unknown command\r\n", "does not answer in HTTP"),
    ],
)
def test_something_else_there_is_no_emulator(
    stub: Stub, answer: bytes | tuple[int, object], said: str
) -> None:
    stub.answers["GET /health"] = answer

    with pytest.raises(NotAnEmulator, match=f"{stub.url} {said}"):
        Driver.connect(stub.url)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:9010",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:x",
        "http://127.0.0.1:9010/api",
        "http://127.0.0.1?a",
        "http://me@127.0.0.1",
        "",
    ],
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(EmulatorError, match=r"give one such as http://127.0.0.1:9010"):
        Driver.connect(url)


def test_a_token_is_sent_with_every_request(stub: Stub) -> None:
    with Driver.connect(stub.url, token="let-me-in"):
        assert {"Bearer let-me-in"} == set(stub.tokens)


def test_a_token_that_is_refused_is_found_out_at_once(stub: Stub) -> None:
    """Though /health, which needs none, answers."""
    stub.answers["GET /clock"] = 401, {"error": "a token is needed"}

    with pytest.raises(EmulatorError, match="a token is needed") as refused:
        Driver.connect(stub.url)

    assert 401 == refused.value.status


def test_one_that_is_not_connected_says_so() -> None:
    driver = Driver()

    with pytest.raises(EmulatorError, match="it is not running"):
        _ = driver.url

    driver.close()


def test_a_new_account_is_isolated_and_deleted_after_the_block(emu: Driver) -> None:
    with emu.account() as one, emu.account() as other:
        assert one.id.startswith("test-")
        assert one.id == one.api_key != other.id

    assert ["demo"] == [account.id for account in emu.accounts]


def test_an_account_that_is_there_is_taken_as_it_is(emu: Driver) -> None:
    with emu.account("demo") as demo:
        assert ("demo-api-key", "demo-webhook-secret") == (
            demo.api_key,
            demo.webhook_secret,
        )

    assert ["demo"] == [account.id for account in emu.accounts]


def test_an_account_can_be_opened_with_what_one_likes(emu: Driver) -> None:
    url = "http://127.0.0.1:1/hook"
    account = emu.account("acme", credits=7, name="Acme", webhook=url)

    assert ("acme", 7) == (account.id, account.credits)
    assert emu.account("acme").api_key == account.api_key
    assert emu.account(webhook=None).webhook_secret is None


def test_an_account_cannot_be_opened_anew_or_under_no_id(emu: Driver) -> None:
    with pytest.raises(EmulatorError) as refused:
        emu.account("demo", credits=5)

    assert 409 == refused.value.status
    with pytest.raises(EmulatorError, match="id"):
        emu.account("a/b")


def test_jobs_and_requests_are_those_asked_for(emu: Driver) -> None:
    with emu.account() as one, emu.account() as other:
        job = submit(one)
        one.wait_for_job(job)
        check_credits(other)

        assert [job] == [each.unique_processing_id for each in emu.jobs()]
        assert [] == emu.jobs(account=other.id) == emu.jobs(state="exhausted")
        assert ["fetch", "credits"] == [each.operation for each in emu.requests()]
        assert 1 == len(emu.requests(operation="credits", status=200, limit=5))
        assert 1 == len(emu.requests(account=one.id))
        assert emu.requests() == emu.wait_for_requests(2)


def test_a_job_can_be_waited_for(emu: Driver) -> None:
    with emu.account() as account:
        job = submit(account)

        assert "delivered" == emu.wait_for_job(job).state
        assert 1 == emu.wait_for_job(job, attempts=1).ended_attempts
        with pytest.raises(WaitTimeout, match=f"job {job} .*attempts 2") as missed:
            emu.wait_for_job(job, attempts=2, timeout=0)
        assert "attempt 1  first  http://127.0.0.1:" in str(missed.value)


def test_the_global_clock_is_turned(emu: Driver) -> None:
    emu.clock.freeze()
    before = emu.clock.now
    emu.clock.advance(60)

    assert (before + 60, True) == (emu.clock.now, emu.clock.frozen)

    emu.clock.resume()

    assert not emu.clock.frozen


def test_a_report_of_all_accounts(stub: Stub) -> None:
    busiest = {"requests": 1, "limit": 10}
    report = {"account": None, "clean": True, "requests": 3, "evicted": 0}
    stub.answers["GET /report"] = (
        200,
        {**report, "busiest_second": busiest, "findings": []},
    )

    with Driver.connect(stub.url) as driver:
        found = driver.report()
        found.assert_clean()

    assert "nothing was done wrong in 3 requests of all accounts" == str(found)


def test_accounts_are_tidied_up(emu: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, in as many calls as it takes."""
    monkeypatch.setattr(services, "MAX_TIDIED", 2)
    names = [emu.account(f"test-tidy-{letter}").id for letter in "abc"]
    other = emu.account("other").id
    idle = [each.id for each in emu.idle_accounts(0, prefix="test-tidy-")]
    busy = emu.idle_accounts(3_600)
    deleted = emu.delete_accounts(prefix="test-tidy-", idle=0)

    assert (names, names, []) == (idle, deleted, busy)
    assert ["demo", other] == [each.id for each in emu.accounts]
    with pytest.raises(EmulatorError, match="say which accounts"):
        emu.delete_accounts()
