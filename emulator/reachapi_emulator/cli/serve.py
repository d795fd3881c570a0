"""The program: command line and environment -> Settings -> serve."""

import asyncio
import contextlib
import io
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from dataclasses import fields
from typing import Any

import click

from reachapi_emulator import __version__, logs
from reachapi_emulator.cli.dataset import dataset
from reachapi_emulator.cli.documents import ca, openapi
from reachapi_emulator.cli.health import health
from reachapi_emulator.cli.options import PREFIX, advice, settings, settings_options
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.errors import StartError, StoreError
from reachapi_emulator.settings import Settings

log = logging.getLogger("reachapi_emulator.cli.serve")

_STOPPING = (signal.SIGTERM, signal.SIGINT)

WELCOME = r"""ReachAPI emulator {version} on {url}
  key  demo-api-key
  try  curl -X POST -H 'X-API-Key: demo-api-key' \
         {url}/api/v2/retrive/users/active/credits"""
WELCOME_TLS = """\
  tls  {url}
  ca   {certificate} (how to trust it: docs/tls.md)"""

_REFUSING = ("strict", "surrogateescape")
"""What Python does about a character that an encoding lacks, if it is left alone."""

UNUSABLE = 2
"""Exit status when a value, file or address cannot be used."""


@click.group(
    invoke_without_command=True,
    context_settings={
        "auto_envvar_prefix": PREFIX,
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@settings_options
@click.version_option(__version__, prog_name="reachapi-emulator")
@click.pass_context
def cli(context: click.Context, /, **values: Any) -> None:  # noqa: ANN401 # one of each setting
    """Serve a local double of ReachAPI.

    Every option can be set by an environment variable too: --rate-limit by
    REACHAPI_EMULATOR_RATE_LIMIT. For an option that may be repeated, separate the
    values by spaces.
    """
    for line in advice(os.environ, [row.name for row in fields(Settings)]):
        click.echo(f"reachapi-emulator: {line}", err=True)
    if context.invoked_subcommand is None:
        serve(settings(**values))


cli.add_command(ca)
cli.add_command(dataset)
cli.add_command(health)
cli.add_command(openapi)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what cannot be used ends it with status 2, in words."""
    _print_anything()
    try:
        sys.exit(cli.main(arguments, "reachapi-emulator", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(UNUSABLE)
    except click.ClickException as error:
        click.echo(f"reachapi-emulator: {error.format_message()}", err=True)
        sys.exit(UNUSABLE)
    except click.Abort:
        sys.exit(1)


def _print_anything() -> None:
    """Let no character that a terminal's encoding lacks end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in _REFUSING:
            stream.reconfigure(errors="replace")


def serve(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C.

    Raises:
        click.ClickException: the emulator cannot start.
    """
    logs.configure(settings.log_level, settings.log_format)
    try:
        _run(_serve(settings))
    except DatasetError as error:
        raise click.ClickException(f"--dataset is refused:\n{error}") from None
    except (StartError, StoreError) as error:
        raise click.ClickException(str(error)) from None


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop  # noqa: PLC0415 # there is none on Windows
    except ImportError:  # pragma: no cover # Windows
        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)


async def _serve(settings: Settings) -> None:
    from reachapi_emulator.server import Server  # noqa: PLC0415 # `dataset` needs no server

    asked_to_stop = _asked_to_stop()
    emulator = Server(settings)
    await emulator.start()
    click.echo(WELCOME.format(version=__version__, url=emulator.url))
    if emulator.tls_url:
        click.echo(
            WELCOME_TLS.format(
                url=emulator.tls_url, certificate=emulator.ca_certificate
            )
        )
    try:
        await asked_to_stop.wait()
    finally:
        log.info("stopping within 5 seconds; Ctrl-C again ends it at once")
        await emulator.stop()


def _asked_to_stop() -> asyncio.Event:
    """Return what SIGTERM or Ctrl-C sets; a second one ends the process at once."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopped.set()
        for number in _STOPPING:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in _STOPPING:
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C cancels us
            loop.add_signal_handler(number, stop)
    return stopped
