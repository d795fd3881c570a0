import math
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from reachapi_emulator.settings import MAX_VALUES, Settings, SettingsError

ROWS = {row.name: row for row in fields(Settings)}
BOUNDED = [name for name, row in ROWS.items() if row.metadata["least"] is not None]
CHOSEN = [name for name, row in ROWS.items() if row.metadata["choices"]]
SEVERAL = [name for name, row in ROWS.items() if isinstance(row.default, tuple)]
WHOLE = [name for name, row in ROWS.items() if row.type is int]


def made(name: str, value: object) -> object:
    """Make settings with one of them given, and return it as they have it."""
    several = isinstance(ROWS[name].default, tuple)
    given: dict[str, Any] = {name: (value,) if several else value}
    settings = Settings(**given)
    taken: object = getattr(settings, name)
    return taken[0] if isinstance(taken, tuple) else taken


def refused(name: str, value: object) -> SettingsError:
    """Make settings that are refused, and return why."""
    with pytest.raises(SettingsError) as refusal:
        made(name, value)
    return refusal.value


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_has_help(name: str) -> None:
    """A sentence, for the command line and the README."""
    text = ROWS[name].metadata["help"]

    assert text[0].isupper()
    assert text.endswith(".")


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_has_a_default_that_will_do(name: str) -> None:
    """Given by a user, it is taken."""
    row = ROWS[name]
    given: dict[str, Any] = {name: row.default}

    assert Settings() == Settings(**given)


@pytest.mark.parametrize("name", ROWS)
def test_every_number_has_bounds(name: str) -> None:
    """Text and switches have none."""
    is_number = ROWS[name].type in {int, float, tuple[float, ...]}

    assert is_number is (name in BOUNDED)


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("bound", ["least", "most"])
def test_the_bounds_are_within(name: str, bound: str) -> None:
    """Both of them will do."""
    value = ROWS[name].metadata[bound]

    assert value == made(name, value)


@pytest.mark.parametrize("name", BOUNDED)
def test_less_than_the_least_is_refused(name: str) -> None:
    """By however little."""
    least = ROWS[name].metadata["least"]
    value = least - 1 if name in WHOLE else math.nextafter(least, -math.inf)

    assert name == refused(name, value).name


@pytest.mark.parametrize("name", BOUNDED)
def test_more_than_the_most_is_refused(name: str) -> None:
    """By however little."""
    most = ROWS[name].metadata["most"]
    value = most + 1 if name in WHOLE else math.nextafter(most, math.inf)

    assert name == refused(name, value).name


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, True, False, None, "1", (1,), [1]]
)
def test_what_is_no_number_is_refused(name: str, value: object) -> None:
    """A switch is none either, though Python counts with it."""
    assert name == refused(name, value).name


@pytest.mark.parametrize("name", WHOLE)
def test_a_part_of_a_whole_number_is_refused(name: str) -> None:
    """Nobody listens on port 9010.5."""
    default: Any = ROWS[name].default

    assert name == refused(name, default + 0.5).name


@pytest.mark.parametrize("name", BOUNDED)
def test_a_refusal_names_setting_bounds_and_value(name: str) -> None:
    """So that it can be mended without the documentation."""
    row = ROWS[name].metadata
    expected = f"{name} must be from {row['least']:,} to {row['most']:,}: nan is not"

    assert expected == str(refused(name, math.nan))


@pytest.mark.parametrize("name", CHOSEN)
@pytest.mark.parametrize("value", ["loud", "", "INFO", None, 1])
def test_another_choice_is_refused(name: str, value: object) -> None:
    """The message lists those that there are."""
    choices = ", ".join(ROWS[name].metadata["choices"])
    expected = f"{name} must be one of {choices}: {value!r} is not"

    assert expected == str(refused(name, value))


@pytest.mark.parametrize("name", CHOSEN)
def test_every_choice_will_do(name: str) -> None:
    """All that are listed."""
    choices = list(ROWS[name].metadata["choices"])

    assert choices == [made(name, choice) for choice in choices]


def test_a_refusal_is_told_apart_from_its_setting() -> None:
    """The command line calls a setting by its option."""
    error = refused("rate_limit", -1)

    assert "rate_limit" == error.name
    assert f"rate_limit {error.reason}" == str(error)


def test_one_bad_wait_refuses_the_schedule() -> None:
    """Wherever it stands."""
    with pytest.raises(SettingsError, match=r"retry_schedule must be from 0 .*: -2 is"):
        Settings(retry_schedule=(1, -2, 3))


@pytest.mark.parametrize("waits", [0, MAX_VALUES])
def test_a_schedule_may_be_empty_or_long(waits: int) -> None:
    """Up to a hundred waits."""
    schedule = (1.0,) * waits

    assert schedule == Settings(retry_schedule=schedule).retry_schedule


def test_a_schedule_beyond_that_is_refused() -> None:
    """The message says how many it may have."""
    with pytest.raises(SettingsError, match="retry_schedule must have at most 100"):
        Settings(retry_schedule=(1.0,) * (MAX_VALUES + 1))


def test_a_schedule_is_no_list() -> None:
    """Settings don't change once they are made."""
    with pytest.raises(SettingsError, match="retry_schedule must be a tuple"):
        Settings(retry_schedule=[1.0])  # type: ignore[arg-type] # the mistake


def test_settings_do_not_change() -> None:
    """They were checked as a whole."""
    settings = Settings()

    with pytest.raises(FrozenInstanceError):
        settings.port = -1  # type: ignore[misc] # the mistake


def test_files_are_paths() -> None:
    """Left out, there are none."""
    settings = Settings(state=Path("state.db"))

    assert (Path("state.db"), None) == (settings.state, settings.dataset)


def test_the_defaults_are_those_of_the_rulings() -> None:
    """Rulings 8, 9, 17, 19 and 29."""
    settings = Settings()

    assert (10_000, 10, 9010, 10) == (
        settings.credits,
        settings.rate_limit,
        settings.port,
        settings.counts_preview,
    )
    assert ((1, 5, 15, 60, 300), 5, 30) == (
        settings.retry_schedule,
        settings.connect_timeout,
        settings.webhook_timeout,
    )


@pytest.mark.parametrize("name", ["tls_name", "cors"])
def test_one_bad_name_refuses_the_setting(name: str) -> None:
    """Wherever it stands."""
    given: dict[str, Any] = {"tls": True, name: ("*", "http://a b", "x.test")}

    with pytest.raises(SettingsError, match=f"^{name} must be "):
        Settings(**given)


@pytest.mark.parametrize("name", SEVERAL)
def test_a_text_is_no_tuple(name: str) -> None:
    """One value stands in a tuple as well."""
    given: dict[str, Any] = {"tls": True, name: "x.test"}

    with pytest.raises(SettingsError, match=f"^{name} must be a tuple: 'x.test' is"):
        Settings(**given)


@pytest.mark.parametrize("name", ["tls_name", "cors"])
def test_too_many_names_are_refused(name: str) -> None:
    """The message says how many there may be."""
    given: dict[str, Any] = {"tls": True, name: ("*",) * (MAX_VALUES + 1)}

    with pytest.raises(SettingsError) as refusal:
        Settings(**given)

    assert f"{name} must have at most 100 values: 101 are given" == str(refusal.value)


def test_a_name_without_a_certificate_is_refused() -> None:
    """It would do nothing."""
    with pytest.raises(SettingsError) as refusal:
        Settings(tls_name=("x.test",))

    assert "tls_name is for a certificate: give --tls as well" == str(refusal.value)


def test_one_port_cannot_serve_both() -> None:
    """Neither http nor https could be told from the other."""
    with pytest.raises(SettingsError) as refusal:
        Settings(port=9443, tls=True)

    assert "tls_port must be another than --port: both are 9443" == str(refusal.value)


@pytest.mark.parametrize(
    "given", [{"port": 0, "tls": True, "tls_port": 0}, {"port": 9443}]
)
def test_ports_that_are_not_the_same_will_do(given: dict[str, Any]) -> None:
    """Two free ones, or where https is off."""
    assert given["port"] == Settings(**given).port


@pytest.mark.parametrize("token", ["!" * 8, "~" * 200, None])
def test_a_control_token_will_do(token: str | None) -> None:
    """Of 8 to 200 visible characters, or none."""
    assert token == Settings(control_token=token).control_token


@pytest.mark.parametrize("token", ["", "short-1", "x" * 201, "with space", "é" * 8, 8])
def test_another_control_token_is_refused(token: str) -> None:
    """The message does not repeat it."""
    with pytest.raises(SettingsError) as refusal:
        Settings(control_token=token)

    expected = "control_token must be 8 to 200 visible ASCII characters, without spaces"
    assert expected == str(refusal.value)


def test_settings_that_are_shown_do_not_show_the_token() -> None:
    """A test that fails prints them."""
    assert "secret-token" not in repr(Settings(control_token="secret-token"))
