"""An account as the driver shows and turns it."""

import math
from urllib.request import Request, urlopen

import pytest

from reachapi_emulator.client import (
    INBOX,
    Account,
    EmulatorError,
    LedgerEntry,
    WaitTimeout,
)
from reachapi_emulator.embedded import Emulator
from support.driven import check_credits, submit
from support.start import free_port


def test_credits_ledger_jobs_journal_and_inbox_tell_the_same(account: Account) -> None:
    job = submit(account, 2)
    account.wait_for_job(job)
    opened, charge = account.ledger
    (arrival,) = account.inbox

    assert (9_998, 0) == (account.credits, account.reserved)
    assert LedgerEntry(charge.at, -2, 9_998, "charge", job) == charge
    assert "opened" == opened.reason
    assert [job] == [each.unique_processing_id for each in account.jobs]
    assert ["fetch"] == [each.operation for each in account.requests]
    assert 2 == len(arrival.records)
    assert account.webhook_secret == arrival.headers["webhook_secret_key"]


def test_it_can_be_suspended_for_a_while_and_given_credits(account: Account) -> None:
    account.suspend()
    suspended = check_credits(account)
    account.suspend(suspended=False)
    account.set_credits(3)

    assert (403, 200) == (suspended, check_credits(account))
    assert 3 == account.credits


def test_new_credentials_take_the_place_of_the_old(account: Account) -> None:
    old = account.api_key, account.webhook_secret
    new = account.generate_api_key(), account.generate_webhook_secret()
    account.wait_for_job(submit(account))

    assert set() == {*old} & {*new}
    assert new == (account.api_key, account.webhook_secret)
    assert new[1] == account.inbox[0].headers["webhook_secret_key"]


def test_a_webhook_can_be_set_and_set_back_to_the_inbox(account: Account) -> None:
    account.freeze()
    account.set_webhook(f"http://127.0.0.1:{free_port()}")
    job = submit(account)
    account.wait_for_job(job, attempts=1)
    account.set_webhook(INBOX)
    account.advance(1)
    account.wait_for_job(job)

    assert ["refused", None] == [each.error for each in account.jobs[0].attempts]
    assert 1 == len(account.inbox)


@pytest.mark.parametrize(("url", "active"), [(INBOX, False), (None, True)])
def test_a_webhook_can_be_inactive_or_none(
    account: Account, url: str | None, *, active: bool
) -> None:
    account.set_webhook(url, active=active)

    with pytest.raises(AssertionError, match="fetch: 400"):
        submit(account)


def test_lists_are_whole_though_they_come_in_pages(
    emulator: Emulator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("PAGE_SIZE", "MAX_PAGE"):
        monkeypatch.setattr(f"reachapi_emulator.web.control.paging.{bound}", 2)
    with emulator.account(), emulator.account():
        jobs = [submit(account) for _ in range(3)]
        for job in jobs:
            account.wait_for_job(job)
        accounts = [each.id for each in emulator.accounts]

    assert jobs == [each.unique_processing_id for each in account.jobs]
    assert jobs == sorted(each.body["unique_processing_id"] for each in account.inbox)
    assert ["opened", *["charge"] * 3] == [each.reason for each in account.ledger]
    assert 3 == len(account.requests)
    newest = emulator.requests(account=account.id, limit=3)
    assert account.requests == newest
    assert newest[1:] == emulator.requests(account=account.id, limit=2)
    assert account.id in accounts[-3:]


def test_a_number_beyond_all_bounds_is_read_from_an_inbox(account: Account) -> None:
    """A body as large as this is not parsed when it arrives."""
    body = b'{"a":"%b","b":1e999}' % (b"x" * 1024 * 1024)
    post = f"{account.url}/_emulator/inbox/{account.id}"
    with urlopen(Request(post, body)) as answer:  # noqa: S310 # http
        assert 200 == answer.status

    assert math.inf == account.inbox[0].body["b"]


def test_an_inbox_answers_as_scripted(account: Account) -> None:
    account.freeze()
    account.script_inbox([500, {"drop": True}])
    assert [500, 200] == [step["status"] for step in account.inbox_script]
    job = submit(account)
    for attempts, seconds in ((1, 1), (2, 5), (3, 0)):
        account.wait_for_job(job, attempts=attempts)
        account.advance(seconds)

    errors = [attempt.error for attempt in account.jobs[0].attempts]
    assert ["unexpected_status", "disconnected", None] == errors


def test_a_frozen_clock_is_told_where_a_job_waits_for_it(account: Account) -> None:
    account.freeze()
    account.script_inbox([500])
    job = submit(account)
    account.wait_for_job(job, attempts=1)
    with pytest.raises(WaitTimeout, match=r"state delivered; its clock is frozen: adv"):
        account.wait_for_job(job, state="delivered", timeout=0.01)


def test_its_clock_is_its_own_until_it_follows_again(
    emulator: Emulator, account: Account
) -> None:
    account.freeze()
    before = account.clock.now
    account.advance(1_000)

    assert (before + 1_000, True) == (account.clock.now, account.clock.frozen)
    assert not emulator.clock.frozen

    account.resume()

    assert not account.clock.frozen

    account.clock.follow()

    assert account.clock.now < before + 1_000


def test_its_requests_can_be_waited_for_and_forgotten(account: Account) -> None:
    account.freeze()
    for _ in range(11):
        check_credits(account)
    found = account.wait_for_requests(operation="credits", status=429)

    assert [account.id] == [each.account for each in found]
    with pytest.raises(TimeoutError, match=r"1 of 2 requests .*status 429"):
        account.wait_for_requests(2, status=429, timeout=0)

    account.clear_requests()

    assert [] == account.requests


async def test_a_job_is_awaited_while_the_loop_goes_on(account: Account) -> None:
    job = await account.async_wait_for_job(submit(account), state="delivered")

    assert job == account.jobs[0]
    with pytest.raises(WaitTimeout, match="attempts 2"):
        await account.async_wait_for_job(
            job.unique_processing_id, attempts=2, timeout=0
        )


def test_its_next_request_can_be_told_to_fail(
    emulator: Emulator, account: Account
) -> None:
    """Once, and nobody else's; the rule goes with the account."""
    fault = account.fail_next("credits", status=503)
    account.fail_next(kind="delay", seconds=2, phase="webhook")
    everyones = emulator.faults.add("status", status=500, operation="sdk")

    assert [503, 200] == [check_credits(account) for _ in range(2)]
    assert [(fault.id, 1, 503), (fault.id + 1, 0, None)] == [
        (each.id, each.struck, each.status) for each in account.faults
    ]

    account.faults.clear()
    fault.remove()  # though it is gone

    assert [everyones.id] == [each.id for each in emulator.faults]

    account.fail_next("credits", status=503)
    account.close()
    emulator.faults.clear()

    assert [] == [*emulator.faults]


def test_a_reset_brings_it_back_to_its_opening(account: Account) -> None:
    submit(account)
    account.wait_for_webhook()
    key = account.api_key
    account.generate_api_key()
    account.reset()

    assert (key, 10_000, []) == (account.api_key, account.credits, account.jobs)

    submit(account)

    assert 2 == len(account.wait_for_webhook().records)


def test_it_can_be_closed_twice_and_read_no_more(emulator: Emulator) -> None:
    account = emulator.account()
    account.close()
    account.close()

    assert account.id not in [each.id for each in emulator.accounts]
    with pytest.raises(EmulatorError, match=f"there is no account '{account.id}'"):
        _ = account.credits
