"""The line that each attempt leaves in the log."""

import logging

import pytest

from reachapi_emulator.delivery.outcome import Outcome
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor import worker as work
from support.house import URL, House
from support.scripted import ACKNOWLEDGED, REFUSED, answers

MOVED = Outcome(301, "unexpected_status", "", 3, "http://new.example/")
CREATED = Outcome(201, "unexpected_status", "", 3)


async def line(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, url: str = URL
) -> logging.LogRecord:
    """Return what is logged of an attempt."""
    house = House(receiver=answers([outcome]), schedule=[5 * SECOND])
    house.open("ann", url=url)
    job = house.ask(1)
    house.store.run("job_claim", id=job)
    await house.work.validate(job)
    with caplog.at_level(logging.INFO, "reachapi_emulator.attempts"):
        await house.work.deliver(job)
    (record,) = caplog.records
    return record


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (ACKNOWLEDGED, f"job 1300 attempt 1 {URL} -> 200, 1 ms, delivered"),
        (REFUSED, f"job 1300 attempt 1 {URL} -> refused, 1 ms, next in 5 s"),
    ],
)
async def test_an_attempt_is_one_line(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, expected: str
) -> None:
    """What, where to, how it ended, and what became of the delivery."""
    assert expected == (await line(caplog, outcome)).getMessage()


@pytest.mark.parametrize(
    ("outcome", "hint"),
    [(CREATED, "only 200 acknowledges"), (MOVED, "http://new.example/")],
)
async def test_a_likely_mistake_comes_with_a_hint(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, hint: str
) -> None:
    """In brackets, at the end."""
    text = (await line(caplog, outcome)).getMessage()

    assert hint in text.partition(", next in 5 s (")[2]


async def test_a_hint_knows_of_the_container(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where localhost is the container itself."""
    monkeypatch.setattr(work, "in_container", lambda: True)

    text = (await line(caplog, REFUSED, "http://localhost/hook")).getMessage()

    assert "host.docker.internal" in text


@pytest.mark.parametrize(
    ("outcome", "level"), [(ACKNOWLEDGED, logging.INFO), (REFUSED, logging.WARNING)]
)
async def test_a_failure_weighs_more(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, level: int
) -> None:
    """So that a quiet log shows it."""
    assert level == (await line(caplog, outcome)).levelno


async def test_a_line_has_its_parts_as_fields(caplog: pytest.LogCaptureFixture) -> None:
    """For programs that read it as JSON."""
    record = await line(caplog, CREATED)
    fields = vars(record)["fields"]
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


async def test_a_password_in_the_url_is_masked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In the text and in the fields."""
    record = await line(caplog, REFUSED, "http://ann:word@receiver.example/hook")

    assert "http://****@receiver.example/hook -> refused" in record.getMessage()
    assert "word" not in str(vars(record))
