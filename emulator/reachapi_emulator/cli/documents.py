"""Commands that print what others need: OpenAPI document, certificate to trust."""

import os

import click
import orjson

from reachapi_emulator.cli.options import option, settings
from reachapi_emulator.errors import StartError


@click.command()
@click.option("--yaml", is_flag=True, help="Print YAML instead of JSON.")
def openapi(*, yaml: bool) -> None:
    """Print the OpenAPI document of the emulated API."""
    from reachapi_emulator.web.application import openapi_document, openapi_text  # noqa: PLC0415 # not for the others

    if yaml:
        click.echo(openapi_text().encode(), nl=False)
    else:
        click.echo(orjson.dumps(openapi_document(), option=orjson.OPT_INDENT_2))


@click.command()
@option("ca_dir")
@click.pass_context
def ca(context: click.Context, /, ca_dir: str | None) -> None:
    """Print the path of the certificate to trust for --tls.

    The certificate authority is created if there is none yet.
    """
    from reachapi_emulator.tls import Authority  # noqa: PLC0415 # 70 ms

    named = context.find_root().params["ca_dir"] if ca_dir is None else ca_dir
    folder = settings(ca_dir=named).ca_dir
    try:
        # As bytes: "$(reachapi-emulator ca)" is a path whatever the encoding.
        click.echo(os.fsencode(Authority(folder).certificate))
    except StartError as error:
        raise click.ClickException(str(error)) from None
