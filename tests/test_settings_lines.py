"""Settings as lines of text."""

from pathlib import Path

import pytest

from reachapi_emulator.settings import Settings, SettingsError, settings_of

HERE = Path("/project")


def test_no_line_is_the_defaults_on_a_free_port() -> None:
    """Tests do not meet on one."""
    assert Settings(port=0) == settings_of([], HERE)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("credits = 500", "credits", 500),
        ("port=9010", "port", 9010),
        ("validation_delay = 0.5", "validation_delay", 0.5),
        ("retry_schedule = 1, 2.5", "retry_schedule", (1.0, 2.5)),
        ("retry_schedule =", "retry_schedule", ()),
        ("lenient = on", "lenient", True),
        ("lenient = False", "lenient", False),
        ("log_level = debug", "log_level", "debug"),
        ("dataset = data/mine.ndjson", "dataset", HERE / "data/mine.ndjson"),
    ],
)
def test_a_line_sets_one(line: str, name: str, value: object) -> None:
    """Read as its type; a file is relative to the folder."""
    assert value == getattr(settings_of([line], HERE), name)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("credit = 5", "credit is no setting: do you mean credits[?]"),
        ("rate-limits = 5", "do you mean rate_limit[?]"),
        ("zzzzzzzz = 1", "zzzzzzzz is no setting: known are host, port"),
        ("credits", "credits cannot be '': give a whole number"),
        ("credits = many", "credits cannot be 'many': give a whole number"),
        ("credits = -1", "credits must be from 0"),
        ("validation_delay = soon", "cannot be 'soon': give numbers"),
        ("retry_schedule = 1;2", "cannot be '1;2': give numbers"),
        ("lenient = perhaps", "cannot be 'perhaps': say on or off"),
        ("log_level = loud", "log_level must be one of debug"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(line: str, reason: str) -> None:
    """In one line that says what would."""
    with pytest.raises(SettingsError, match=reason) as refused:
        settings_of([line], HERE)

    assert 1 == len(str(refused.value).splitlines())
