"""Settings by options and environment variables, and those that a platform makes."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from reachapi_emulator.settings import Settings, SettingsError

F = TypeVar("F", bound=Callable[..., Any])

PREFIX = "REACHAPI_EMULATOR"
"""Begins the variable of every option."""

_TOKEN = f"{PREFIX}_CONTROL_TOKEN"

_ADDRESS_OF_SERVICE = re.compile(r"(tcp|udp|sctp)://\S+")
"""What Kubernetes, and Docker's links, put into NAME_PORT for a service NAME."""

_OF_SERVICE = re.compile(
    r"_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$"
    rf"|^{PREFIX}_(NAME|ENV_\w+)$"
)
"""The other variables that they make."""


class _Schedule(click.ParamType[tuple[float, ...]]):
    """Seconds separated by commas; an empty text is no retry at all."""

    name = "seconds"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:  # noqa: ANN401 # click's own signature
        try:
            return tuple(float(part) for part in value.split(",") if part.strip())
        except ValueError:
            self.fail(f"{value!r} is no list of seconds such as 1,5,15", param, ctx)


class _Path(click.ParamType[str]):
    """A path as it is written: the settings say whether it is one."""

    name = "path"


_TYPES: dict[Any, Any] = {
    bool: bool,
    int: int,
    float: float,
    str: str,
    str | None: str,
    Path | None: _Path(),
    tuple[float, ...]: _Schedule(),
    tuple[str, ...]: str,
}


class _Option(click.Option):
    """An option that no platform sets by chance, nor an empty variable.

    But an empty token is refused: who meant to protect the control API must not
    leave it open.
    """

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return what the option's variable says; None where it says nothing."""
        value = super().resolve_envvar_value(ctx)
        if value is None and self.name == "control_token":
            return os.environ.get(_TOKEN)
        return None if value is None or _is_of_platform(value) else value


def option(name: str) -> Callable[[F], F]:
    """Return the option of a setting."""
    row = next(row for row in fields(Settings) if row.name == name)
    unit = row.metadata["unit"]
    default: Any = row.default
    if row.type == tuple[float, ...]:
        default = ",".join(f"{wait:g}" for wait in default)
    return click.option(
        f"--{row.name.replace('_', '-')}",
        row.name,
        cls=_Option,
        type=_type(row),
        is_flag=row.type is bool,
        multiple=row.type == tuple[str, ...],
        default=default,
        show_default=row.type is not bool and default not in (None, ()),
        help=row.metadata["help"] + (f" [{unit}]" if unit else ""),
    )


def _type(row: Field[Any]) -> Any:  # noqa: ANN401 # whatever click takes for a type
    choices = row.metadata["choices"]
    return click.Choice(choices) if choices else _TYPES[row.type]


def settings_options(command: F) -> F:
    """Give a command an option for each setting."""
    for row in reversed(fields(Settings)):
        command = option(row.name)(command)
    return command


def settings(**values: Any) -> Settings:  # noqa: ANN401 # one of each setting
    """Return the settings that options say.

    Raises:
        click.ClickException: one makes no sense; the text names its option.
    """
    try:
        return Settings(**values)
    except SettingsError as error:
        name = error.name.replace("_", "-")
        raise click.ClickException(f"--{name} {error.reason}") from None


def _is_of_platform(value: str) -> bool:
    return _ADDRESS_OF_SERVICE.fullmatch(value) is not None


def advice(environment: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    """Say of variables that look like settings why they have no effect.

    Args:
        environment: the values by name.
        names: those of the settings, such as `rate_limit`.
    """
    known = [f"{PREFIX}_{name.upper()}" for name in names]
    if made := [each for each in known if _is_of_platform(environment.get(each, ""))]:
        yield (
            f"{', '.join(made)} was made by the platform for a service of that name "
            "and has no effect"
        )
    for name in sorted(set(environment) - set(known)):
        if name.startswith(f"{PREFIX}_") and not _OF_SERVICE.search(name):
            for near in get_close_matches(name, known, 1, 0.9):
                yield f"{name} is no setting and has no effect: do you mean {near}?"
