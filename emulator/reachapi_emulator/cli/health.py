"""Whether an emulator serves: what a container's health check asks."""

import re
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import click

from reachapi_emulator.cli.options import settings
from reachapi_emulator.hostnames import url_of
from reachapi_emulator.settings import Settings

MAX_WAIT = 600.0
MAX_URL = 1_000
PATH = "/_emulator/health"
_URL = re.compile(r"http://\S+:\d+")
UNHEALTHY = 1
"""Exit status: Docker knows 0 and 1, and reserves 2."""


@click.command()
@click.option(
    "--timeout",
    type=click.FloatRange(0, MAX_WAIT, min_open=True),
    default=2.0,
    show_default=True,
    help="Time-out for connecting, and for the answer. [seconds]",
)
@click.pass_context
def health(context: click.Context, /, timeout: float) -> None:
    """Ask the emulator whether it serves; the exit status is 0 if it does.

    It is asked where --url-file says, else at --host and --port, which stand before
    the command. Proxies play no part.
    """
    given: dict[str, Any] = context.find_root().params
    url = _url(settings(**given))
    try:
        status = _status(url, timeout)
    except (OSError, HTTPException, ValueError) as error:
        fault = str(error) or type(error).__name__
    else:
        if status == 200:  # noqa: PLR2004 - the one that is documented
            click.echo(f"{url} serves")
            return
        fault = f"{PATH} answers {status}"
    click.echo(f"reachapi-emulator: {url} does not serve: {fault}", err=True)
    context.exit(UNHEALTHY)


def _url(known: Settings) -> str:
    """Return where the emulator of these settings listens."""
    if known.url_file is not None:
        try:
            with known.url_file.open(encoding="ascii") as file:
                if _URL.fullmatch(url := file.read(MAX_URL).strip()):
                    return url
        except (OSError, ValueError):
            pass  # it could not be written, or is yet to be
    if known.port == 0:
        raise click.ClickException(
            "--port 0 takes a free port, and which one only --url-file tells"
        )
    return url_of(known.host, known.port)


def _status(url: str, timeout: float) -> int:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=timeout)
    try:
        connection.request("GET", PATH)
        return connection.getresponse().status
    finally:
        connection.close()
