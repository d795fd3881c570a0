"""Every setting: its row in the table, its bounds, and its ways in."""

import math
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from reachapi_emulator.settings import (
    MAX_VALUES,
    Settings,
    SettingsError,
    settings_of,
)

ROWS = {row.name: row for row in fields(Settings)}
BOUNDED = [name for name, row in ROWS.items() if row.metadata["least"] is not None]
CHOSEN = [name for name, row in ROWS.items() if row.metadata["choices"]]
SEVERAL = [name for name, row in ROWS.items() if isinstance(row.default, tuple)]
WHOLE = [name for name, row in ROWS.items() if row.type is int]
FLAGS = [name for name, row in ROWS.items() if row.type is bool]
PATHS = [name for name, row in ROWS.items() if row.type == Path | None]
HERE = Path("/project")


NEEDED: dict[str, dict[str, Any]] = {"durability": {"state": Path("state.db")}}
"""What a setting makes no sense without."""


def made(name: str, value: object) -> object:
    several = isinstance(ROWS[name].default, tuple)
    given: dict[str, Any] = {name: (value,) if several else value}
    taken: object = getattr(Settings(**given, **NEEDED.get(name, {})), name)
    return taken[0] if isinstance(taken, tuple) else taken


def refused(**given: Any) -> str:  # noqa: ANN401 # the mistakes
    with pytest.raises(SettingsError) as refusal:
        Settings(**given)
    assert f"{refusal.value.name} {refusal.value.reason}" == str(refusal.value)
    return str(refusal.value)


def test_the_defaults_are_those_of_the_rulings() -> None:
    """Rulings 8, 9, 17, 19 and 29."""
    expected = {
        "credits": 10_000,
        "rate_limit": 10,
        "port": 9010,
        "counts_preview": 10,
        "retry_schedule": (1, 5, 15, 60, 300),
        "connect_timeout": 5,
        "webhook_timeout": 30,
    }

    assert expected == {name: getattr(Settings(), name) for name in expected}


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_is_described_and_takes_its_default(name: str) -> None:
    row = ROWS[name]
    given: dict[str, Any] = {name: row.default}
    is_number = row.type in {int, float, tuple[float, ...]}

    assert row.metadata["help"][0].isupper()
    assert row.metadata["help"].endswith(".")
    assert Settings() == Settings(**given)
    assert is_number is (name in BOUNDED)


@pytest.mark.parametrize("name", BOUNDED)
def test_a_number_is_taken_within_its_bounds(name: str) -> None:
    row = ROWS[name].metadata
    least, most = row["least"], row["most"]
    below = least - 1 if name in WHOLE else math.nextafter(least, -math.inf)
    above = most + 1 if name in WHOLE else math.nextafter(most, math.inf)

    assert [least, most] == [made(name, bound) for bound in (least, most)]
    for value in (below, above, math.nan):
        with pytest.raises(SettingsError) as refusal:
            made(name, value)
        assert f"{name} must be from {least:,} to {most:,}: {value!r} is not" == str(
            refusal.value
        )


@pytest.mark.parametrize("name", BOUNDED)
def test_what_is_no_number_is_refused(name: str) -> None:
    part = 0.5 if name in WHOLE else "1"
    for value in (math.inf, -math.inf, True, False, None, "1", (1,), [1], part):
        with pytest.raises(SettingsError, match=f"^{name} must be "):
            made(name, value)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_choice_is_one_of_those_listed(name: str) -> None:
    choices = ROWS[name].metadata["choices"]

    assert [*choices] == [made(name, choice) for choice in choices]
    for value in ("loud", "", "INFO", None, 1):
        expected = f"{name} must be one of {', '.join(choices)}: {value!r} is not"
        assert expected == refused(**{name: value})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"retry_schedule": (1, -2, 3)}, "retry_schedule must be from 0 to 604,800"),
        ({"retry_schedule": [1.0]}, "retry_schedule must be a tuple: [1.0] is not"),
        *(
            ({"tls": True, name: value}, f"{name} must {reason}")
            for name in SEVERAL
            for value, reason in (
                ("x.test", "be a tuple: 'x.test' is"),
                ((1.0,) * (MAX_VALUES + 1), "have at most 100 values: 101 are given"),
            )
        ),
        *(
            ({name: value}, f"{name} must be True or False: {value!r} is not")
            for name in FLAGS
            for value in ("off", "", 0, None)
        ),
        *(
            ({name: value}, f"{name} must be a path: {value!r} is not")
            for name in PATHS
            for value in ("", "a\0b", b"x", 5)
        ),
        ({"host": None}, "host must be text: None is not"),
        ({"cors": ("*", "http://a b")}, "cors must be an origin such as"),
        ({"tls": True, "tls_name": ("x.test", "a b")}, "tls_name must be a DNS name"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    given: dict[str, Any], reason: str
) -> None:
    assert refused(**given).startswith(reason)


@pytest.mark.parametrize(
    "given",
    [
        {"port": 0, "tls": True, "tls_port": 0},
        {"port": 9443},  # that of https, which is off
        {"retry_schedule": ()},
        {"retry_schedule": (1.0,) * MAX_VALUES},
        {"control_token": "!" * 8},
        {"control_token": "~" * 200},
    ],
)
def test_settings_that_fit_are_taken_and_do_not_change(given: dict[str, Any]) -> None:
    settings = Settings(**given)

    assert given == {name: getattr(settings, name) for name in given}
    with pytest.raises(FrozenInstanceError):
        settings.port = -1  # type: ignore[misc] # the mistake


@pytest.mark.parametrize("name", PATHS)
def test_a_path_may_be_text(name: str) -> None:
    assert Path("a/b") == made(name, "a/b") == made(name, Path("a/b"))


@pytest.mark.parametrize("token", ["", "short-1", "x" * 201, "with space", "é" * 8, 8])
def test_a_token_is_shown_neither_in_a_refusal_nor_in_settings(token: object) -> None:
    """A test that fails prints them."""
    expected = (
        "control_token must be 8 to 200 visible ASCII characters, without spaces; "
        "leave it out for none"
    )

    assert expected == refused(control_token=token)
    assert "secret-token" not in repr(Settings(control_token="secret-token"))


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
        ("lenient = y", "lenient", True),
        ("log_level = debug", "log_level", "debug"),
        ("dataset = data/mine.ndjson", "dataset", HERE / "data/mine.ndjson"),
    ],
)
def test_a_line_sets_one_of_the_defaults_on_free_ports(
    line: str, name: str, value: object
) -> None:
    changed: dict[str, Any] = {"port": 0, "tls_port": 0, name: value}

    assert Settings(**changed) == settings_of([line], HERE)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("credit = 5", "credit is no setting: do you mean credits[?]"),
        ("rate-limits = 5", "do you mean rate_limit[?]"),
        ("zzzzzzzz = 1", "zzzzzzzz is no setting: known are host, port"),
        ("credits", "credits cannot be '': give a whole number"),
        ("validation_delay = soon", "cannot be 'soon': give numbers"),
        ("retry_schedule = 1;2", "cannot be '1;2': give numbers"),
        ("state =", "state must be a path: '' is not"),
        ("lenient = perhaps", "cannot be 'perhaps': say on or off"),
        ("log_level = loud", "log_level must be one of debug"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(line: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=f"^.*{reason}.*$"):
        settings_of([line], HERE)
