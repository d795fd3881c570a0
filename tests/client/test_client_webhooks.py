"""Waiting for the deliveries of an account."""

from threading import Thread

import pytest

from reachapi_emulator.client import (
    Account,
    EmulatorError,
    WaitTimeout,
    waiting as webhooks,
)
from reachapi_emulator.embedded import Emulator
from support.driven import submit
from support.receiver import Receiver, Serving
from support.start import free_port


def delivered_meanwhile(account: Account) -> int:
    client = Thread(target=submit, args=(account,))
    client.start()
    delivery = account.wait_for_webhook()
    client.join()
    return delivery.unique_processing_id


def stuck(account: Account) -> int:
    account.freeze()
    account.script_inbox([500])
    job = submit(account)
    account.wait_for_job(job, attempts=1)
    return job


def test_a_delivery_tells_its_job_attempt_and_records(account: Account) -> None:
    job = submit(account, 3)
    delivery = account.wait_for_webhook()

    assert job == delivery.unique_processing_id == delivery.body["unique_processing_id"]
    assert (1, 200) == (delivery.attempt.number, delivery.attempt.status)
    assert account.inbox[0].records == delivery.records
    assert 3 == len(delivery.records)


def test_each_delivery_is_returned_once(account: Account) -> None:
    jobs = []
    for _ in range(2):
        jobs.append(submit(account))
        account.wait_for_job(jobs[-1])

    assert jobs == [account.wait_for_webhook().unique_processing_id for _ in range(2)]
    with pytest.raises(
        WaitTimeout, match=r"no further webhook .* 0 s; 2 before, each of which was ret"
    ):
        account.wait_for_webhook(timeout=0)
    assert jobs[-1] < delivered_meanwhile(account)


def test_a_job_that_is_stuck_holds_no_other_up(account: Account) -> None:
    assert stuck(account) < delivered_meanwhile(account)

    account.advance(1)

    assert 2 == account.wait_for_webhook().attempt.number


def test_a_redelivery_is_a_delivery_of_its_own(
    emulator: Emulator, account: Account
) -> None:
    job = submit(account)
    account.wait_for_webhook()
    emulator._reached.send("POST", f"/jobs/{job}/redeliver")  # noqa: SLF001 # a tester's curl

    assert "redelivery" == account.wait_for_webhook().attempt.trigger


def test_a_missing_job_is_told(account: Account) -> None:
    with pytest.raises(WaitTimeout, match=r"within 0\.01 s: it has no job; was a data"):
        account.wait_for_webhook(timeout=0.01)


def test_a_frozen_clock_is_told_with_the_attempts(account: Account) -> None:
    account.freeze()
    account.set_webhook(f"http://127.0.0.1:{free_port()}")
    account.wait_for_job(submit(account), attempts=1)
    with pytest.raises(
        WaitTimeout, match=r"its clock is frozen: advance\(\)"
    ) as missed:
        account.wait_for_webhook(timeout=0)

    assert "attempt 1  first" in str(missed.value)


def test_too_full_a_journal_is_told(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MAX_COUNTED", 1)
    submit(account)
    account.wait_for_webhook()
    with pytest.raises(EmulatorError, match=r"clear_requests\(\) first"):
        account.wait_for_webhook()

    stuck(account)
    with pytest.raises(WaitTimeout):
        account.wait_for_webhook(timeout=0.01)


async def test_a_receiver_on_the_loop_of_the_test_can_answer(
    account: Account, aiohttp_raw_server: Serving
) -> None:
    receiver = Receiver()
    server = await aiohttp_raw_server(receiver.handle)
    account.set_webhook(str(server.make_url("/hook")))
    submit(account)
    delivery = await account.async_wait_for_webhook()

    assert ["/hook"] == [arrival.path for arrival in receiver.arrivals]
    assert str(server.make_url("/hook")) == delivery.attempt.url
