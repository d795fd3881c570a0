"""Settings as lines of text: `name = value`."""

from collections.abc import Callable, Iterable
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reachapi_emulator.settings import Settings, SettingsError

_FLAGS = {
    **dict.fromkeys(("on", "yes", "true", "1"), True),
    **dict.fromkeys(("off", "no", "false", "0"), False),
}


def parse(lines: Iterable[str], folder: Path) -> Settings:
    """Return the settings that lines say, on a free port unless one says which.

    Args:
        lines: such as `rate_limit = 0`; a list's values separated by commas.
        folder: to which files are relative.

    Raises:
        SettingsError: a line makes no sense.
    """
    values: dict[str, Any] = {"port": 0}
    rows = {row.name: row for row in fields(Settings)}
    for line in lines:
        name, _, text = (part.strip() for part in line.partition("="))
        if name not in rows:
            raise SettingsError(name, f"is no setting: {_meant(name, rows)}")
        values[name] = _value(rows[name], text, folder)
    return Settings(**values)


def _meant(name: str, rows: Iterable[str]) -> str:
    near = get_close_matches(name.replace("-", "_"), rows, 1)
    return f"do you mean {near[0]}?" if near else f"known are {', '.join(rows)}"


def _value(row: Field[Any], text: str, folder: Path) -> Any:  # noqa: ANN401 # of the setting's type
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
        return lambda text: folder / text
    if row.type is bool:
        return lambda text: _FLAGS[text.lower()]
    if "int" in kind:
        return int
    return float if "float" in kind else str


def _wanted(row: Field[Any]) -> str:
    if row.type is bool:
        return "say on or off"
    return "give a whole number" if row.type is int else "give numbers"
