"""The log's lines, as text and as JSON."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from reachapi_emulator.logs import configure

log = logging.getLogger("reachapi_emulator.tests")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    logger = logging.getLogger("reachapi_emulator")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], level, logger.propagate = before
    logger.setLevel(level)


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def lines(stream: io.StringIO) -> list[Any]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_path_that_is_no_unicode_is_escaped(stream: io.StringIO) -> None:
    configure("info", "json", stream)
    log.warning("%s is missing", "a\udcff")

    assert '"text": "a\\udcff is missing"' in stream.getvalue()


def test_a_line_of_text_has_time_level_and_message(stream: io.StringIO) -> None:
    configure("info", "text", stream)
    log.warning("attempt %d failed", 2)
    date, time, level, message = stream.getvalue().split(maxsplit=3)

    assert ("WARNING", "attempt 2 failed\n") == (level, message)
    assert (2, 2) == (date.count("-"), time.count(":"))


def test_a_line_of_json_has_the_same_and_its_fields(stream: io.StringIO) -> None:
    configure("info", "json", stream)
    fields = {"status": 200, "account": None, "error": ValueError("why")}
    log.warning("attempt %d\nfailed", 2, extra={"fields": fields})
    (line,) = lines(stream)

    assert isinstance(line.pop("time"), float)
    assert {
        "level": "warning",
        "logger": "reachapi_emulator.tests",
        "text": "attempt 2\nfailed",
        "status": 200,
        "account": None,
        "error": "why",
    } == line


@pytest.mark.parametrize("shape", ["text", "json"])
def test_a_line_has_its_traceback(stream: io.StringIO, shape: str) -> None:
    configure("info", shape, stream)
    log.error("failed", exc_info=ValueError("why"))

    assert "ValueError: why" in stream.getvalue()
    assert "text" == shape or 1 == len(lines(stream))


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
    configure("debug", "text", stream)  # of which nothing is left
    configure(level, "json", stream)
    for weight in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        log.log(weight, "line")

    assert expected == [line["level"] for line in lines(stream)]


def test_other_loggers_are_left_alone(
    stream: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    configure("info", "text", stream)
    log.info("ours")
    logging.getLogger("another").warning("theirs")

    assert ["theirs"] == caplog.messages
    assert "theirs" not in stream.getvalue()
