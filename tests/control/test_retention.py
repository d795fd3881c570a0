"""What is kept of what has ended: so much, the sums of the rest, and a small file."""

from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest

from reachapi_emulator.budget import DEFAULT_MIB, MIB, SHARES
from reachapi_emulator.vendor import credits as credits_of, jobs
from support.client import Api, Serve, ask, attempted, ledger, opened, refused, script
from support.control import ids
from support.in_process import InProcess
from support.scripted import Outcome, answers
from support.start import start
from support.steering import waiting

MEBIBYTE = 1024 * 1024


async def kept(api: Api) -> tuple[list[int], str]:
    """Return the jobs that are listed, and how many are told to have gone."""
    answer = await ask(api, "GET", "/jobs")
    return ids(answer.json), answer.headers["Evicted"]


async def test_jobs_go_when_so_many_others_have_ended_after_them(serve: Serve) -> None:
    """One that goes on is kept, however old, and is the newest when it ends."""
    api = await serve(keep_jobs=2, retry_schedule=(60,))
    await script(api, 500)
    jobs = [await attempted(api) for _ in range(3)]
    before = await kept(api)
    jobs += [await api.fetch_data()]
    await api.advance(1)
    polled = await kept(api)
    await api.advance(60)
    await api.wait(jobs[0])

    assert (jobs[:3], "0") == before
    assert ([jobs[0], *jobs[2:]], "1") == polled
    assert ([jobs[0], jobs[3]], "2") == await kept(api)
    why = "2 that had ended were let go, --keep-jobs keeps more"
    assert (404, f"there is no job {jobs[1]}: {why}") == await refused(
        api, "GET", f"/jobs/{jobs[1]}"
    )
    assert 404 == (await api.poll(jobs[1])).status


async def test_who_waits_for_one_that_goes_is_told_at_once(serve: Serve) -> None:
    api = await serve(keep_jobs=1)
    job = await attempted(api)
    task = await waiting(api, f"/jobs/{job}/wait", {"attempts": 2, "timeout": 60})
    await attempted(api)
    answer = await task

    assert (404, f"job {job} is gone") == (
        answer.status,
        answer.json["error"].partition(":")[0],
    )


async def test_one_that_is_delivered_again_is_kept(serve: Serve) -> None:
    api = await serve(keep_jobs=1)
    first = await attempted(api)
    await script(api, {"delay_s": 600})
    await api.control("POST", f"/jobs/{first}/redeliver")
    polled = [await api.fetch_data() for _ in range(2)]
    await api.advance(1)
    found = await kept(api)
    await api.control("POST", "/reset")  # a stop would give the delivery its time

    assert ([first, polled[1]], "1") == found


async def test_a_reset_counts_anew(serve: Serve) -> None:
    api = await serve(keep_jobs=1)
    for _ in range(2):
        await attempted(api)
    before = await kept(api)
    await api.control("POST", "/reset")

    assert (([1301], "1"), ([], "0")) == (before, await kept(api))


async def test_entries_of_ledgers_are_carried_forward(serve: Serve) -> None:
    """So many of all accounts are kept, and of each what the others came to."""
    api = await serve(keep_jobs=2)
    await opened(api, "test-a")
    for balance in (5, 7):
        await api.control("PATCH", "/accounts/test-a", {"credits": balance})
    for balance in (9_999, 9_000, 8_000):
        await api.control("PATCH", "/accounts/demo", {"credits": balance})
    demo, other = await ledger(api), await ledger(api, "test-a")

    assert [
        ("carried", 9_999, 9_999),
        ("set", -999, 9_000),
        ("set", -1_000, 8_000),
    ] == demo
    assert [("carried", 7, 7)] == other
    for entries in (demo, other):
        sums = accumulate(delta for _, delta, _ in entries)
        assert [balance for _, _, balance in entries] == list(sums)


async def test_bodies_of_answers_are_kept_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All together, in bytes; the oldest go, and an empty one costs nothing."""
    monkeypatch.setattr(jobs, "MAX_BODIES", 45)
    given = ["é" * 10, "", "b" * 20, "c" * 20, "d" * 5]
    outcomes = [Outcome(500, "unexpected_status", body, 1) for body in given]
    emulator = InProcess(receiver=answers(outcomes), schedule=[0] * 4)
    emulator.open()
    job = emulator.ask(1)
    await emulator.rest()

    assert [None, *given[1:]] == emulator.attempts(job, "response_body")


async def test_a_smaller_bound_holds_from_the_next_start(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    async with start("loop", state=state) as api:
        for _ in range(3):
            await attempted(api)
    async with start("loop", state=state, keep_jobs=1) as api:
        assert ([1302], "2") == await kept(api)


async def test_many_entries_are_carried_forward_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no change of a balance takes long, after a start with a smaller bound."""
    monkeypatch.setattr(credits_of, "MAX_CARRIED", 3)
    state, lengths = tmp_path / "state.db", []
    async with start("loop", state=state) as api:
        for balance in range(8):
            await api.control("PATCH", "/accounts/demo", {"credits": balance})
    async with start("loop", state=state, keep_jobs=1) as api:
        for balance in range(10, 14):
            await api.control("PATCH", "/accounts/demo", {"credits": balance})
            lengths.append(len(await ledger(api)))

    assert [7, 5, 3, 2] == lengths


@pytest.mark.parametrize("how", ["reset", "stop"])
async def test_a_state_file_gives_back_what_is_free(tmp_path: Path, how: str) -> None:
    """Which is so after a reset, and after a stop, of what was deleted."""
    state, beside = tmp_path / "state.db", tmp_path / "state.db-wal"
    async with start("loop", state=state) as api:
        for _ in range(8):
            body = b"x" * MEBIBYTE
            await api.send("POST", "/_emulator/inbox/shelf", data=body)
        before = state.stat().st_size + beside.stat().st_size
        if how == "reset":
            await api.control("POST", "/reset")
            after = state.stat().st_size + beside.stat().st_size
        else:
            await api.control("DELETE", "/inbox/shelf")
    if how == "stop":
        after = state.stat().st_size

    assert before > 8 * MEBIBYTE
    assert after < MEBIBYTE
    assert not beside.exists()


@pytest.mark.parametrize(
    ("part", "advice"),
    [
        ("deliveries", "deliveries in inboxes: empty them, DELETE /_emulator/inbox/"),
        ("attempts", "jobs and their attempts: start with a smaller --keep-jobs"),
        ("accounts", "accounts: delete some, DELETE /_emulator/accounts/{id}"),
        ("journal", "the journal: empty it, DELETE /_emulator/requests"),
    ],
)
async def test_a_snapshot_that_is_too_large_says_what_would_make_it_smaller(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, part: str, advice: str
) -> None:
    monkeypatch.setitem(SHARES, "snapshot", Fraction(1_000, DEFAULT_MIB * MIB))
    api = await serve()
    much = "x" * 20_000
    match part:
        case "deliveries":
            await api.send("POST", "/_emulator/inbox/shelf", json=much)
        case "attempts":
            await attempted(api, 1, job_title={str(n): f"{n:0100}" for n in range(200)})
            await api.control("DELETE", "/requests")
        case "accounts":
            for number in range(40):
                name = {"id": f"{number}", "name": "x" * 200}
                await api.control("POST", "/accounts", name)
        case _:
            for _ in range(10):
                await api.send("GET", f"/{much[:3_000]}")
    status, reason = await refused(api, "GET", "/snapshot")

    assert 409 == status
    assert "and at most 1,000 can be restored; " in reason
    assert f" bytes are {advice}" in reason
