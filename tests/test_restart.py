"""A state file outlives the emulator: everything is there after a stop."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from reachapi_emulator.state import clock
from reachapi_emulator.state.clock import SECOND
from support.api import CREDITS, Api
from support.embedded import started
from support.hanging import receiving
from support.steering import (
    ask,
    begin,
    held_validation,
    opened,
    point,
    script,
    turn_everything,
    under,
)

Start = Callable[..., AbstractAsyncContextManager[Api]]
HOUR = 3_600
ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")


@pytest.fixture
def start(dataset: Dataset, tmp_path: Path) -> Start:
    """Start an emulator on the state file of this test."""
    state = partial(Settings, port=0, state=tmp_path / "state.db")
    return lambda **settings: started(dataset, state(**settings))


async def _seen(api: Api) -> dict[str, Any]:
    """Return what the control API shows, free of the ports that it listened on."""
    paths = ("/accounts", "/jobs", "/accounts/demo/ledger", "/inbox/demo")
    return {
        path: ADDRESS.sub(b"", (await ask(api, "GET", path)).body) for path in paths
    }


async def test_everything_is_there_again(start: Start) -> None:
    """Accounts, balances, keys, secrets, webhooks, ledger, jobs, deliveries."""
    async with start() as api:
        await api.freeze()
        await api.control("POST", "/accounts", {"id": "acme", "webhook": None})
        await api.wait(await begin(api))
        await turn_everything(await opened(api, "test-a"), "test-a")
        await api.control("PATCH", "/accounts/demo", {"name": "Other", "credits": 7})
        before = await _seen(api)
    async with start() as api:
        after = await _seen(api)

    assert before == after


async def test_regenerated_keys_are_there_again(start: Start) -> None:
    """The new one is good, the old one is still forbidden."""
    async with start() as api:
        new = (await api.control("POST", "/accounts/demo/api-key"))["api_key"]
    async with start() as api:
        statuses = [
            (await under(api, key).call("POST", CREDITS)).status
            for key in (new, "demo-api-key")
        ]

    assert [200, 403] == statuses


async def test_ids_are_counted_on(start: Start) -> None:
    """No id is given twice (ruling 24)."""
    jobs = []
    for _ in range(2):
        async with start() as api:
            jobs.append(await api.fetch(1))

    assert [1300, 1301] == jobs


async def test_a_payload_is_there_again(start: Start) -> None:
    """To the byte."""
    payloads = []
    async with start() as api:
        job = await api.fetch()
        await api.wait(job)
        payloads.append((await ask(api, "GET", f"/jobs/{job}/payload")).body)
    async with start() as api:
        payloads.append((await ask(api, "GET", f"/jobs/{job}/payload")).body)

    assert payloads[0] == payloads[1]


async def test_a_script_goes_on(start: Start) -> None:
    """With the entry after the last that was played."""
    statuses = []
    async with start() as api:
        await script(api, {"status": 500}, {"status": 503}, inbox="hook")
        statuses.append((await api.send("POST", "/_emulator/inbox/hook")).status)
    async with start() as api:
        statuses.append((await api.send("POST", "/_emulator/inbox/hook")).status)

    assert [500, 503] == statuses


async def test_the_opening_credits_are_those_of_the_first_start(start: Start) -> None:
    """Another setting gives an account that is there nothing."""
    async with start(credits=5):
        pass
    async with start(credits=9) as api:
        account = await api.control("GET", "/accounts/demo")

    assert 5 == account["credits"]


async def test_a_frozen_clock_stays_frozen(start: Start) -> None:
    """At the instant where it stood, the global one and an account's own."""
    async with start() as api:
        await api.freeze()
        await api.control("POST", "/accounts/demo/clock/advance", {"seconds": HOUR})
        paths = ("/clock", "/accounts/demo/clock")
        before = [await api.control("GET", path) for path in paths]
    async with start() as api:
        after = [await api.control("GET", path) for path in paths]

    assert before == after


async def test_an_advanced_clock_stays_ahead(start: Start) -> None:
    """It goes on as far from real time as it was."""
    async with start() as api:
        await api.advance(1_000_000)
        before = (await api.control("GET", "/clock"))["now"]
    async with start() as api:
        after = await api.control("GET", "/clock")

    assert before < after["now"] < before + 60
    assert after["frozen"] is False


async def test_a_job_waits_on_the_frozen_clock(start: Start) -> None:
    """After the start as before: it is validated when its time has come."""
    async with start() as api:
        await api.freeze()
        job = await api.fetch()
    async with start() as api:
        await api.advance(0.049)
        early = (await api.control("GET", f"/jobs/{job}"))["state"]
        await api.advance(0.001)
        late = (await api.wait(job))["state"]

    assert ["submitted", "delivered"] == [early, late]


async def test_what_fell_due_meanwhile_goes_out(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retry of an hour ago is made at the start."""
    async with start(retry_schedule=(HOUR,)) as api:
        await script(api, {"status": 500})
        job = await api.fetch()
        await api.wait(job, attempts=1)
    real = clock.real_time()
    monkeypatch.setattr(clock, "real_time", lambda: lambda: real() + HOUR * SECOND)
    async with start() as api:
        shown = await api.wait(job)

    assert ["first", "retry"] == [attempt["trigger"] for attempt in shown["attempts"]]


async def test_what_is_not_due_yet_waits(start: Start) -> None:
    """A start is no reason to try again."""
    async with start(retry_schedule=(HOUR,)) as api:
        await script(api, {"status": 500})
        job = await api.fetch()
        before = await api.wait(job, attempts=1)
    async with start() as api:
        after = await api.control("GET", f"/jobs/{job}")

    assert (before["due_at"], 1) == (after["due_at"], len(after["attempts"]))


async def test_a_delivery_that_was_cut_off_is_made_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its attempt is marked interrupted; the bytes are the same (ruling 31)."""
    monkeypatch.setattr("reachapi_emulator.server.GRACE", 0)
    async with receiving() as receiver:
        async with start() as api:
            await point(api, receiver.url)
            receiver.hang()
            job = await api.fetch()
            await receiver.arrival()
        receiver.release()
        async with start() as api:
            shown = await api.wait(job)
            entries = await api.control("GET", "/accounts/demo/ledger")

    assert [("first", None, "interrupted"), ("recovery", 200, None)] == [
        (attempt["trigger"], attempt["status"], attempt["error"])
        for attempt in shown["attempts"]
    ]
    assert [job] == [e["unique_processing_id"] for e in entries[1:]]
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_an_interrupted_attempt_takes_no_retry_away(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it the schedule is as long as it was."""
    monkeypatch.setattr("reachapi_emulator.server.GRACE", 0)
    async with receiving() as receiver, start(retry_schedule=(HOUR,)) as api:
        await api.freeze()
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        await receiver.arrival()
    async with start(retry_schedule=(HOUR,)) as api:
        await api.wait(job, attempts=2)
        await api.advance(HOUR)
        shown = await api.wait(job)

    assert ("exhausted", ["first", "recovery", "retry"]) == (
        shown["state"],
        [attempt["trigger"] for attempt in shown["attempts"]],
    )


async def test_a_redelivery_that_was_cut_off_is_made_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job stays delivered meanwhile."""
    monkeypatch.setattr("reachapi_emulator.server.GRACE", 0)
    async with receiving() as receiver:
        async with start() as api:
            await point(api, receiver.url)
            job = await api.fetch()
            await api.wait(job)
            receiver.hang()
            await api.control("POST", f"/jobs/{job}/redeliver")
            for _ in range(2):
                await receiver.arrival()
        receiver.release()
        async with start() as api:
            shown = await api.wait(job, attempts=3)

    assert ("delivered", ["first", "redelivery", "recovery"]) == (
        shown["state"],
        [attempt["trigger"] for attempt in shown["attempts"]],
    )


async def test_a_validation_that_was_cut_off_is_made_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had reserved is charged once."""
    monkeypatch.setattr("reachapi_emulator.server.GRACE", 0)
    with held_validation(monkeypatch) as release:
        async with start() as api:
            job = await api.fetch()
            await api.wait(job, state="validating")
        release.set()
        async with start() as api:
            shown = await api.wait(job)
            account = await api.control("GET", "/accounts/demo")

    assert (10_000 - shown["charged"], 0) == (account["credits"], account["reserved"])


async def test_a_reset_is_for_good(start: Start) -> None:
    """What it forgot does not come back with the next start."""
    async with start() as api:
        await api.freeze()
        await api.fetch()
        await api.control("POST", "/reset")
        before = await _seen(api)
    async with start() as api:
        after = await _seen(api)
        frozen = (await api.control("GET", "/clock"))["frozen"]
        job = await api.fetch(1)

    assert before == after
    assert (False, 1300) == (frozen, job)


async def test_the_journal_begins_anew(start: Start) -> None:
    """It is about one run, and is kept in memory alone."""
    async with start() as api:
        await api.call("POST", CREDITS)
    async with start() as api:
        journal = await api.control("GET", "/requests")

    assert {"evicted": 0, "requests": []} == journal
