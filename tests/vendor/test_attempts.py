"""What one attempt leaves behind: in the log, and where a fault postpones it."""

import logging
from collections.abc import Callable

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.testing.faults import FaultKind
from reachapi_emulator.vendor import attempt_log
from support.in_process import URL, InProcess, steps
from support.scripted import ACKNOWLEDGED, REFUSED, Hanging, Outcome, answers

MOVED = Outcome(301, "unexpected_status", "", 3, "http://new.example/")
CREATED = Outcome(201, "unexpected_status", "", 3)
REDIRECTED = "Redirects are not followed: give http://new.example/ as the URL instead."


async def line(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, url: str = URL
) -> logging.LogRecord:
    """Return what is logged of an attempt."""
    emulator = InProcess(receiver=answers([outcome]), schedule=[5 * SECOND])
    emulator.open(url=url)
    emulator.ask(1)
    with caplog.at_level(logging.INFO, "reachapi_emulator.attempts"):
        await emulator.rest()
    (record,) = caplog.records
    return record


@pytest.mark.parametrize(
    ("outcome", "url", "level", "expected"),
    [
        (ACKNOWLEDGED, URL, "INFO", f"{URL} -> 200, 1 ms, delivered"),
        (REFUSED, URL, "WARNING", f"{URL} -> refused, 1 ms, next in 5 s"),
        (
            *(CREATED, URL, "WARNING"),
            f"{URL} -> 201, 3 ms, next in 5 s (201 answered: only 200 acknowledges.)",
        ),
        (
            *(MOVED, URL, "WARNING"),
            f"{URL} -> 301, 3 ms, next in 5 s ({REDIRECTED})",
        ),
        (
            *(REFUSED, "http://ann:word@receiver.example/hook?t=word", "WARNING"),
            "http://****@receiver.example/hook?t=**** -> refused, 1 ms, next in 5 s",
        ),
    ],
    ids=["acknowledged", "refused", "created", "moved", "password"],
)
async def test_an_attempt_is_one_line(
    caplog: pytest.LogCaptureFixture,
    outcome: Outcome,
    url: str,
    level: str,
    expected: str,
) -> None:
    """What, where to, how it ended, what follows, and what is probably wrong."""
    record = await line(caplog, outcome, url)

    assert level == record.levelname
    assert f"job 1300 attempt 1 {expected}" == record.getMessage()
    assert "word" not in str(vars(record))


async def test_a_line_has_its_parts_as_fields(caplog: pytest.LogCaptureFixture) -> None:
    """For programs that read it as JSON."""
    fields = vars(await line(caplog, CREATED))["fields"]
    due_at = fields.pop("next_due_at")

    assert {
        "unique_processing_id": 1300,
        "attempt": 1,
        "url": URL,
        "status": 201,
        "error": "unexpected_status",
        "duration_ms": 3,
        "state": "delivering",
        "hint": "201 answered: only 200 acknowledges.",
    } == fields
    assert isinstance(due_at, float)


async def test_a_hint_knows_of_the_container(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where localhost is the container itself."""
    monkeypatch.setattr(attempt_log, "in_container", lambda: True)

    text = (await line(caplog, REFUSED, "http://localhost/hook")).getMessage()

    assert "host.docker.internal" in text


@pytest.fixture
def emulator() -> InProcess:
    """Accounts ann and bob on a frozen clock; there are two retries."""
    emulator = InProcess(schedule=[5 * SECOND] * 2)
    emulator.do(emulator.services.clock.freeze)
    emulator.open("ann")
    emulator.open("bob")
    return emulator


async def asked(emulator: InProcess, account: str = "ann") -> int:
    """Submit a request, see all that is due to its end, and return the job."""
    job = emulator.ask(1, account)
    await emulator.rest()
    return job


async def later(emulator: InProcess, seconds: int) -> list[int]:
    """Let time pass, and what falls due be done; return all that was posted."""
    emulator.advance(seconds * SECOND)
    await emulator.rest()
    return emulator.posted()


def wait_of(emulator: InProcess, job: int) -> float:
    """Return in how many seconds a job is due."""
    row = emulator.row(job)
    return float(row["due_at"] - emulator.now(row["account"])) / SECOND


def triggered(emulator: InProcess) -> list[object]:
    """Return how often each rule has triggered."""
    return [each["struck"] for each in emulator.do(emulator.services.faults.to_json)]


async def test_an_attempt_is_postponed_once(emulator: InProcess) -> None:
    """A rule without a bound triggers on the retry anew, and not on the same again."""
    emulator.rule(FaultKind.DELAY, seconds=30.0)
    emulator.client.receiver = answers([REFUSED])
    job = await asked(emulator)
    before = emulator.attempts(job, "number")
    for seconds in (30, 5, 30):
        await later(emulator, seconds)

    assert ([], [2]) == (before, triggered(emulator))
    assert [1, 1] == emulator.attempts(job, "fault")
    assert "delivered" == emulator.row(job)["state"]


@pytest.mark.parametrize(
    "change",
    [
        lambda emulator: emulator.do(emulator.services.clock.follow, "ann"),
        lambda emulator: emulator.do(emulator.services.faults.clear),
    ],
    ids=["another clock", "the rule is removed"],
)
async def test_what_is_postponed_stays_as_far_away(
    emulator: InProcess, change: Callable[[InProcess], object]
) -> None:
    emulator.rule(FaultKind.DELAY, seconds=30.0)
    emulator.advance(1_000 * SECOND, "ann")
    job = await asked(emulator)

    change(emulator)

    assert 30 == wait_of(emulator, job)


async def test_a_redelivery_waits_for_no_delay(emulator: InProcess) -> None:
    """A tester wants it now; the rule has triggered all the same."""
    emulator.rule(FaultKind.DELAY, seconds=30.0)
    job = await asked(emulator)
    emulator.redeliver(job)
    await emulator.rest()

    assert ([1], [1]) == (triggered(emulator), emulator.attempts(job, "fault"))


async def test_the_outcome_of_a_duplicate_is_the_first_ones(
    emulator: InProcess,
) -> None:
    """The receiver refused that; the second it took."""
    emulator.rule(FaultKind.DUPLICATE, times=1)
    emulator.client.receiver = answers([REFUSED])
    job = await asked(emulator)

    assert ([job, job], "delivering") == (emulator.posted(), emulator.row(job)["state"])


async def test_an_attempt_that_fails_overtakes_as_well(emulator: InProcess) -> None:
    """It arrived first, however it was answered."""
    emulator.rule(FaultKind.REORDER, times=1)
    emulator.client.receiver = answers([REFUSED])
    first, second = await asked(emulator), await asked(emulator)

    assert [second, first] == emulator.posted()


async def test_an_attempt_in_flight_already_does_not_overtake(
    emulator: InProcess,
) -> None:
    """It began before: only one that began after it would arrive out of order."""
    receiver = emulator.client.receiver = Hanging()
    waits, jobs = [], []
    for index in range(3):
        if index == 1:
            emulator.rule(FaultKind.REORDER, times=1)
        jobs.append(emulator.ask(1))
        await emulator.worker.run_due()
        await steps(20)
        if index:
            receiver.tell(ACKNOWLEDGED)
            await steps(20)
            waits.append(wait_of(emulator, jobs[1]))

    assert [60, 0] == waits
    assert [jobs[0], jobs[2]] == emulator.posted()


async def test_another_accounts_delivery_does_not_overtake(emulator: InProcess) -> None:
    emulator.rule(FaultKind.REORDER, account="ann")
    first, other = await asked(emulator), await asked(emulator, "bob")

    assert ([other], 60) == (emulator.posted(), wait_of(emulator, first))


async def test_what_nothing_overtakes_is_attempted_by_itself(
    emulator: InProcess,
) -> None:
    """After a minute of its account's time, and overtakes those that wait as well."""
    emulator.rule(FaultKind.REORDER)
    jobs = []
    for _ in range(3):
        jobs.append(await asked(emulator))
        await later(emulator, 1)

    too_soon = await later(emulator, 56)

    assert ([], jobs) == (too_soon, await later(emulator, 1))


@pytest.mark.parametrize("times", [1, None])
async def test_a_broken_attempt_is_one_of_the_schedule(
    emulator: InProcess, times: int | None
) -> None:
    """A rule without a bound exhausts the delivery, once an attempt."""
    emulator.rule(FaultKind.EMPTY, times=times)
    job = await asked(emulator)
    for _ in range(3):
        await later(emulator, 5)

    expected = ([1, 1, 1], "exhausted") if times is None else ([1, None], "delivered")
    assert expected == (emulator.attempts(job, "fault"), emulator.row(job)["state"])


async def test_an_attempt_cut_off_by_a_crash_triggers_anew(emulator: InProcess) -> None:
    """The one that is made again is another attempt."""
    emulator.rule(FaultKind.DELAY, seconds=30.0)
    job = await asked(emulator)
    emulator.advance(30 * SECOND)
    jobs, carrier = emulator.services.jobs, emulator.worker._carrier  # noqa: SLF001 # what it hands to `begin`
    assert job == emulator.claim()
    assert emulator.do(jobs.begin, job, carrier.interfere, carrier.address)

    emulator.do(jobs.start)
    await emulator.rest()

    assert [2] == triggered(emulator)
    assert ["interrupted"] == emulator.attempts(job, "error")
