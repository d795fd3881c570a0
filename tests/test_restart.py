"""A state file outlives the emulator: everything is there after a stop."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from reachapi_emulator.real_time import real_time
from reachapi_emulator.state import clock, events as feed
from support.client import (
    CREDITS,
    Api,
    account,
    ask,
    begin,
    job_of,
    opened,
    point,
    ready,
    rule,
    script,
)
from support.events import following
from support.receiver import receiving
from support.start import start
from support.steering import held_validation, turn_everything

Start = Callable[..., AbstractAsyncContextManager[Api]]
HOUR = 3_600
ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")
CUT_OFF = "reachapi_emulator.server.GRACE"


@pytest.fixture
def run(tmp_path: Path) -> Start:
    return partial(start, "loop", state=tmp_path / "state.db")


async def _seen(api: Api) -> dict[str, Any]:
    paths = ("/accounts", "/jobs", "/accounts/demo/ledger", "/inbox/demo")
    return {
        path: ADDRESS.sub(b"", (await ask(api, "GET", path)).body) for path in paths
    }


async def _clock(api: Api) -> float:
    now: float = (await api.control("GET", "/clock"))["now"]
    return now


async def _triggers(api: Api, job: int) -> list[str]:
    return [attempt["trigger"] for attempt in (await job_of(api, job))["attempts"]]


async def test_everything_is_there_again(run: Start) -> None:
    async with run() as api:
        await api.freeze()
        await api.control("POST", "/accounts", {"id": "acme", "webhook": None})
        job = await begin(api)
        await api.wait(job)
        await turn_everything(await opened(api, "test-a"), "test-a")
        await api.control("PATCH", "/accounts/demo", {"name": "Other", "credits": 7})
        payload = await ask(api, "GET", f"/jobs/{job}/payload")
        await api.control("POST", "/accounts/demo/api-key")
        before = await _seen(api)
    async with run() as api:
        assert before == await _seen(api)
        assert 403 == (await api.call("POST", CREDITS)).status  # with the key of before
        assert payload.body == (await ask(api, "GET", f"/jobs/{job}/payload")).body


async def test_what_is_counted_goes_on(run: Start) -> None:
    """Ids (ruling 24), the entries of a script, what is left of a fault rule."""
    async with run(credits=5) as api:
        jobs = [await api.fetch(1)]
        await script(api, 500, 503, inbox="hook")
        played = [(await api.send("POST", "/_emulator/inbox/hook")).status]
        await rule(api, "status", status=503, times=2)
        statuses = [(await api.call("POST", CREDITS)).status]
    async with run(credits=9) as api:
        opened_with = (await api.control("GET", "/accounts/demo/ledger"))[0]["balance"]
        played.append((await api.send("POST", "/_emulator/inbox/hook")).status)
        statuses += [(await api.call("POST", CREDITS)).status for _ in range(2)]
        jobs.append(await api.fetch(1))
        (shown,) = await api.control("GET", "/faults")
        journal = await api.control("GET", "/requests")

    assert ([1300, 1301], [500, 503], 5) == (jobs, played, opened_with)
    assert ([503, 503, 200], 2) == (statuses, shown["struck"])
    assert (0, 3) == (journal["evicted"], len(journal["requests"]))


async def test_a_delivery_that_a_fault_has_put_off_falls_due_as_it_would_have(
    run: Start,
) -> None:
    async with run() as api:
        await api.freeze()
        number = await rule(api, "delay", "webhook", seconds=30)
        job = await begin(api, 1)
    async with run() as api:
        await api.advance(30)
        delivered = await api.wait(job, state="delivered")

    assert [number] == [attempt["fault"] for attempt in delivered["attempts"]]


async def test_frozen_clocks_stay_frozen_and_advanced_ones_ahead(run: Start) -> None:
    paths = ("/clock", "/accounts/demo/clock")
    async with run() as api:
        await api.freeze()
        await api.control("POST", "/accounts/demo/clock/advance", {"seconds": HOUR})
        before = [await api.control("GET", path) for path in paths]
    async with run() as api:
        assert before == [await api.control("GET", path) for path in paths]
        await api.control("PATCH", "/clock", {"frozen": False})
        await api.advance(1_000_000)
    async with run() as api:
        after = await api.control("GET", "/clock")

    assert before[0]["now"] < after["now"] - 1_000_000 < before[0]["now"] + 60
    assert after["frozen"] is False


async def test_jobs_wait_on_the_frozen_clock_until_they_are_due(run: Start) -> None:
    async with run() as api:
        await api.freeze()
        job, polled = await api.fetch(), await api.fetch_data()
    async with run() as api:
        await api.advance(0.049)
        early = (await job_of(api, job))["state"], (await api.poll(polled)).status
        await api.advance(0.001)
        late = (await api.wait(job))["state"], (await api.poll(polled)).status

    assert [("submitted", 400), ("delivered", 200)] == [early, late]


async def test_records_that_are_ready_are_the_same_bytes(run: Start) -> None:
    async with run() as api:
        job = await ready(api)
        before = await api.poll(job)
    async with run() as api:
        assert (200, before.body) == (before.status, (await api.poll(job)).body)


async def test_what_fell_due_meanwhile_goes_out(
    run: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(retry_schedule=(HOUR,)) as api:
        await script(api, 500)
        job = await api.fetch()
        due = (await api.wait(job, attempts=1))["due_at"]
    async with run() as api:
        shown = await job_of(api, job)
        assert (due, 1) == (shown["due_at"], len(shown["attempts"]))
    real = real_time()
    later = HOUR * clock.SECOND
    monkeypatch.setattr(clock, "real_time", lambda: lambda: real() + later)
    async with run() as api:
        await api.wait(job)
        assert ["first", "retry"] == await _triggers(api, job)


async def test_after_a_power_failure_no_id_is_issued_twice(
    run: Start, tmp_path: Path
) -> None:
    """It takes what the disk did not have yet: the file beside the state's."""
    copied = tmp_path / "copied.db"
    async with run() as api:
        issued = [await api.fetch(1) for _ in range(3)]
        copyfile(tmp_path / "state.db", copied)
    async with run(state=copied) as api:
        left = [
            job["unique_processing_id"] for job in await api.control("GET", "/jobs")
        ]
        issued.append(await api.fetch(1))

    assert ([1300], [1300, 1301, 1302, 1400]) == (left, issued)


@pytest.mark.parametrize("crashed", [False, True])
async def test_time_goes_on_where_it_was_if_the_machines_clock_is_set_back(
    run: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, crashed: bool
) -> None:
    """So do the numbers of events; and what was due in 2 seconds is, not in an hour.

    After an end, or a crash: its state is a copy of one that goes on.
    """
    state, copied = tmp_path / "state.db", tmp_path / "copied.db"
    async with run(retry_schedule=(2,)) as api, following(api) as events:
        await script(api, 500)
        job = await api.fetch()
        await api.wait(job, attempts=1)
        before, event = await _clock(api), await events.next()
        for suffix in ("", "-wal"):
            copyfile(f"{state}{suffix}", f"{copied}{suffix}")
    real, back = real_time(), HOUR * clock.SECOND
    for module in (clock, feed):
        monkeypatch.setattr(module, "real_time", lambda: lambda: real() - back)
    async with run(state=copied if crashed else state) as api, following(api) as later:
        after, due = await _clock(api), (await job_of(api, job))["due_at"]

    assert before <= after < before + 60
    assert due is None or due <= after + 2
    assert event.id < later.start


async def test_a_delivery_that_was_cut_off_is_made_again(
    run: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ruling 31: it is marked interrupted, and takes no retry away."""
    monkeypatch.setattr(CUT_OFF, 0)
    async with receiving() as receiver, run(retry_schedule=(HOUR,)) as api:
        await api.freeze()
        await point(api, receiver.url)
        receiver.hang()
        job = await begin(api)
        await receiver.arrival()
    async with run(retry_schedule=(HOUR,)) as api:
        await api.wait(job, attempts=2)
        await api.advance(HOUR)
        shown = await api.wait(job)

    assert ("exhausted", [("first", "interrupted"), ("recovery", "refused")]) == (
        shown["state"],
        [(each["trigger"], each["error"]) for each in shown["attempts"][:2]],
    )
    assert "retry" == shown["attempts"][2]["trigger"]


async def test_a_redelivery_that_was_cut_off_is_made_again(
    run: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CUT_OFF, 0)
    async with receiving() as receiver:
        async with run() as api:
            await point(api, receiver.url)
            job = await api.fetch()
            await api.wait(job)
            receiver.hang()
            await api.control("POST", f"/jobs/{job}/redeliver")
            for _ in range(2):
                await receiver.arrival()
        receiver.release()
        async with run() as api:
            state = (await api.wait(job, attempts=3))["state"]
            triggers = await _triggers(api, job)

    assert ("delivered", ["first", "redelivery", "recovery"]) == (state, triggers)


async def test_a_validation_that_was_cut_off_is_made_again_and_charged_once(
    run: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CUT_OFF, 0)
    with held_validation(monkeypatch) as release:
        async with run() as api:
            job = await api.fetch()
            await api.wait(job, state="validating")
        release.set()
        async with run() as api:
            charged = (await api.wait(job))["charged"]
            shown = await account(api)

    assert (10_000 - charged, 0) == (shown["credits"], shown["reserved"])


async def test_a_reset_is_for_good(run: Start) -> None:
    async with run() as api:
        await api.freeze()
        await api.fetch()
        await api.control("POST", "/reset")
        before = await _seen(api)
    async with run() as api:
        after = await _seen(api)
        frozen = (await api.control("GET", "/clock"))["frozen"]
        job = await api.fetch(1)

    assert before == after
    assert (False, 1300) == (frozen, job)
