import io
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from reachapi_emulator.logs import configure


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put the emulator's logger back as it was."""
    logger = logging.getLogger("reachapi_emulator")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], level, logger.propagate = before
    logger.setLevel(level)


@pytest.fixture
def stream() -> io.StringIO:
    """Return where the lines go."""
    return io.StringIO()


log = logging.getLogger("reachapi_emulator.tests")


def lines(stream: io.StringIO) -> list[Any]:
    """Return the lines as they were parsed."""
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_of_text_has_time_level_and_message(stream: io.StringIO) -> None:
    """For people."""
    configure("info", "text", stream)

    log.warning("attempt %d failed", 2)

    date, time, level, message = stream.getvalue().split(maxsplit=3)
    assert ("WARNING", "attempt 2 failed\n") == (level, message)
    assert (2, 2) == (date.count("-"), time.count(":"))


def test_a_line_of_json_has_the_same(stream: io.StringIO) -> None:
    """For programs: time in seconds since the epoch."""
    configure("info", "json", stream)

    log.warning("attempt %d failed", 2)

    (line,) = lines(stream)
    assert isinstance(line.pop("time"), float)
    assert {
        "level": "warning",
        "logger": "reachapi_emulator.tests",
        "text": "attempt 2 failed",
    } == line


def test_a_line_of_json_has_its_fields(stream: io.StringIO) -> None:
    """Beside what every line has."""
    configure("info", "json", stream)

    log.info("served", extra={"fields": {"status": 200, "account": None}})

    (line,) = lines(stream)
    assert (200, None, "served") == (line["status"], line["account"], line["text"])


def test_fields_may_be_anything(stream: io.StringIO) -> None:
    """What JSON does not know is shown as text."""
    configure("info", "json", stream)

    log.info("served", extra={"fields": {"error": ValueError("why")}})

    assert "why" == lines(stream)[0]["error"]


@pytest.mark.parametrize("shape", ["text", "json"])
def test_a_line_has_its_traceback(stream: io.StringIO, shape: str) -> None:
    """When something was raised."""
    configure("info", shape, stream)

    log.error("failed", exc_info=ValueError("why"))

    assert "ValueError: why" in stream.getvalue()


def test_a_line_of_json_is_one_line(stream: io.StringIO) -> None:
    """Whatever is in it."""
    configure("info", "json", stream)

    log.error("two\nlines", exc_info=ValueError("why"))

    assert 1 == len(lines(stream))


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_lighter_lines_are_left_out(
    stream: io.StringIO, level: str, expected: list[str]
) -> None:
    """As the user wants it."""
    configure(level, "json", stream)

    for weight in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        log.log(weight, "line")

    assert expected == [line["level"] for line in lines(stream)]


def test_configuring_again_leaves_nothing_of_before(stream: io.StringIO) -> None:
    """No line is written twice."""
    configure("debug", "text", stream)
    configure("info", "json", stream)

    log.info("line")

    assert 1 == len(lines(stream))


def test_other_loggers_are_left_alone(
    stream: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    """The emulator's lines are its own, and those of others theirs."""
    configure("info", "text", stream)

    log.info("ours")
    logging.getLogger("another").warning("theirs")

    assert ["theirs"] == caplog.messages
    assert "theirs" not in stream.getvalue()
