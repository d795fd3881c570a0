"""Every setting of the emulator: one table of name, default, bounds, unit, help."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

from reachapi_emulator.budget import DEFAULT_MIB
from reachapi_emulator.hostnames import check_host, check_origin, check_tls_name

MAX_VALUES = 100
"""Values of a setting that takes several."""

_PATH = Path | None

_TOKEN = re.compile(r"[!-~]{8,200}")

_FLAGS = {
    **dict.fromkeys(("on", "yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("off", "no", "n", "false", "f", "0"), False),
}


class SettingsError(ValueError):
    """A setting makes no sense; the text names it and says what would.

    Attributes:
        name: the setting's.
        reason: what it must be.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}")
        self.name = name
        self.reason = reason


def _check_token(token: str | None) -> None:
    """Accept a token that a header can hold; the text does not show it.

    Raises:
        ValueError: it is too short or too long, or has other characters.
    """
    if token is None or (isinstance(token, str) and _TOKEN.fullmatch(token)):
        return
    raise ValueError(
        "must be 8 to 200 visible ASCII characters, without spaces; "
        "leave it out for none"
    )


def _setting(
    default: object,
    text: str,
    *,
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
    check: Callable[[str], None] | None = None,
) -> Any:  # noqa: ANN401 # as dataclasses.field, it stands for any type
    return field(
        default=default,
        repr=check is not _check_token,  # no log shows it
        metadata={
            "help": text,
            "unit": unit,
            "least": least,
            "most": most,
            "kind": type(default),
            "choices": choices,
            "check": check,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may set, checked as a whole when it is made.

    Raises:
        SettingsError: a value is out of its bounds.
    """

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(
        9010, "Port to listen on; 0 takes a free one.", least=0, most=65_535
    )
    tls: bool = _setting(
        default=False, text="Serve https as well, with a generated certificate."
    )
    tls_port: int = _setting(
        9443, "Port for https; 0 takes a free one.", least=0, most=65_535
    )
    tls_name: tuple[str, ...] = _setting(
        (),
        "Additional host name or IP address for the certificate; may be repeated.",
        check=check_tls_name,
    )
    ca_dir: Path | None = _setting(
        None,
        "Folder of the certificate authority; by default in the user's data folder.",
    )
    cors: tuple[str, ...] = _setting(
        (),
        "Origin allowed to call the API (CORS), such as http://localhost:3000; "
        "* for any; may be repeated.",
        check=check_origin,
    )
    allowed_host: tuple[str, ...] = _setting(
        (),
        "Additional host name for the control API, besides local ones and IP "
        "addresses; may be repeated.",
        check=check_host,
    )
    control_token: str | None = _setting(
        None,
        "Bearer token required by the control API; better set as a variable.",
        check=_check_token,
    )
    dataset: Path | None = _setting(
        None, "Data set file to serve; by default the bundled one."
    )
    state: Path | None = _setting(
        None, "File to keep the state in; by default it is lost at exit."
    )
    durability: str = _setting(
        "process",
        "What the state survives: an end of the process, or of power too.",
        choices=("process", "power"),
    )
    url_file: Path | None = _setting(
        None, "File to write the address into while serving; health reads it."
    )
    credits: int = _setting(
        10_000,
        "Initial credits of the demo account, and of others by default.",
        least=0,
        most=1_000_000_000_000,
    )
    rate_limit: int = _setting(
        10,
        "Maximum requests per second for each key; 0 turns the limit off.",
        least=0,
        most=1_000_000,
    )
    validation_delay: float = _setting(
        0.05,
        "Delay between accepting a request and validating its emails.",
        unit="seconds",
        least=0,
        most=86_400,
    )
    retry_schedule: tuple[float, ...] = _setting(
        (1.0, 5.0, 15.0, 60.0, 300.0),
        "Intervals between the attempts of a delivery, separated by commas.",
        unit="seconds",
        least=0,
        most=604_800,
    )
    connect_timeout: float = _setting(
        5.0,
        "Time-out for connecting to a webhook.",
        unit="seconds",
        least=0.001,
        most=600,
    )
    webhook_timeout: float = _setting(
        30.0, "Time-out for a whole attempt.", unit="seconds", least=0.001, most=600
    )
    counts_preview: int = _setting(
        10, "Maximum number of masked records in a counts answer.", least=0, most=1_000
    )
    lenient: bool = _setting(
        default=False, text="Ignore unknown filter fields instead of refusing them."
    )
    no_auto_accounts: bool = _setting(
        default=False, text="Do not open an account when a test- key is first used."
    )
    rate_limit_headers: bool = _setting(
        default=False, text="Send RateLimit and Retry-After headers."
    )
    keep_jobs: int = _setting(
        10_000,
        "Maximum number of jobs that have ended, and of ledger entries.",
        least=1,
        most=1_000_000,
    )
    journal_size: int = _setting(
        10_000, "Maximum number of requests in the journal.", least=1, most=1_000_000
    )
    keep_alive_timeout: float = _setting(
        75.0,
        "Time after which an idle connection is closed.",
        unit="seconds",
        least=0.1,
        most=3_600,
    )
    memory_budget: int = _setting(
        DEFAULT_MIB,
        "Memory for what is kept and under way, in shares (docs/limits.md).",
        unit="MiB",
        least=16,
        most=1_048_576,
    )
    log_level: str = _setting(
        "info",
        "Minimum log level.",
        choices=("debug", "info", "warning", "error"),
    )
    log_format: str = _setting("text", "Log format.", choices=("text", "json"))

    def __post_init__(self) -> None:
        """Refuse what makes no sense; a path may be given as text."""
        for row in fields(self):
            value = getattr(self, row.name)
            several = isinstance(row.default, tuple)
            for part in _several(row.name, value) if several else (value,):
                _check(row.name, part, row.metadata)
            if row.type == _PATH:
                object.__setattr__(self, row.name, _path(row.name, value))
        self._check_tls()
        if self.durability == "power" and self.state is None:
            raise SettingsError("durability", "is for a file: give --state as well")

    def _check_tls(self) -> None:
        if self.tls_name and not self.tls:
            raise SettingsError("tls_name", "is for a certificate: give --tls as well")
        if self.tls and self.tls_port == self.port != 0:
            raise SettingsError(
                "tls_port", f"must be another than --port: both are {self.port}"
            )


def _several(name: str, values: object) -> tuple[object, ...]:
    if not isinstance(values, tuple):
        raise SettingsError(name, f"must be a tuple: {values!r} is not")
    if len(values) > MAX_VALUES:
        raise SettingsError(
            name, f"must have at most {MAX_VALUES} values: {len(values):,} are given"
        )
    return values


def _path(name: str, value: object) -> Path | None:
    if value is None:
        return None
    if isinstance(value, str | PathLike) and value and "\0" not in str(value):
        return Path(value)
    raise SettingsError(name, f"must be a path: {value!r} is not")


def _check(name: str, value: Any, row: Any) -> None:  # noqa: ANN401 # the metadata above
    least, most, choices = row["least"], row["most"], row["choices"]
    if row["kind"] is bool and not isinstance(value, bool):
        raise SettingsError(name, f"must be True or False: {value!r} is not")
    fits = row["kind"] is not int or isinstance(value, int)
    if least is not None and not (fits and _within(value, least, most)):
        raise SettingsError(
            name, f"must be from {least:,} to {most:,}: {value!r} is not"
        )
    if choices and value not in choices:
        raise SettingsError(
            name, f"must be one of {', '.join(choices)}: {value!r} is not"
        )
    if row["kind"] is str and not isinstance(value, str):
        raise SettingsError(name, f"must be text: {value!r} is not")
    if row["check"] is not None:
        try:
            row["check"](value)
        except ValueError as error:
            raise SettingsError(name, str(error)) from None


def _within(value: object, least: float, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and least <= value <= most


FREE_PORTS = {"port": 0, "tls_port": 0}
"""The defaults in a test's process, where several may serve at a time."""


def settings_of(lines: Iterable[str], folder: Path) -> Settings:
    """Return the settings that lines say, on free ports unless they say which.

    Args:
        lines: such as `rate_limit = 0`; a list's values separated by commas.
        folder: to which files are relative.

    Raises:
        SettingsError: a line makes no sense.
    """
    values: dict[str, Any] = dict(FREE_PORTS)
    rows = {row.name: row for row in fields(Settings)}
    for line in lines:
        name, _, text = (part.strip() for part in line.partition("="))
        if name not in rows:
            raise SettingsError(name, f"is no setting: {_meant(name, rows)}")
        values[name] = _value_of_line(rows[name], text, folder)
    return Settings(**values)


def _meant(name: str, rows: Iterable[str]) -> str:
    near = get_close_matches(name.replace("-", "_"), rows, 1)
    return f"do you mean {near[0]}?" if near else f"known are {', '.join(rows)}"


def _value_of_line(row: Field[Any], text: str, folder: Path) -> Any:  # noqa: ANN401 # of the setting's type
    read = _reader(row, folder)
    try:
        if isinstance(row.default, tuple):
            return tuple(read(part.strip()) for part in text.split(",") if part.strip())
        return read(text)
    except (ValueError, KeyError):
        raise SettingsError(row.name, f"cannot be {text!r}: {_wanted(row)}") from None


def _reader(row: Field[Any], folder: Path) -> Callable[[str], Any]:
    kind = str(row.type)
    if "Path" in kind:
        return lambda text: text and folder / text
    if row.type is bool:
        return lambda text: _FLAGS[text.lower()]
    if "int" in kind:
        return int
    return float if "float" in kind else str


def _wanted(row: Field[Any]) -> str:
    if row.type is bool:
        return "say on or off"
    return "give a whole number" if row.type is int else "give numbers"
