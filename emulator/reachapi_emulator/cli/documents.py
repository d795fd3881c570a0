"""Commands that print what others need: OpenAPI document, certificate to trust."""

from pathlib import Path

import click
import orjson

from reachapi_emulator.errors import StartError


@click.command()
@click.option("--yaml", is_flag=True, help="Print YAML instead of JSON.")
def openapi(*, yaml: bool) -> None:
    """Print the OpenAPI document of the emulated API."""
    from reachapi_emulator.web.application import openapi_document, openapi_text  # noqa: PLC0415 # not for the others

    if yaml:
        click.echo(openapi_text(), nl=False)
    else:
        click.echo(orjson.dumps(openapi_document(), option=orjson.OPT_INDENT_2))


@click.command()
@click.option(
    "--ca-dir",
    type=click.Path(path_type=Path),
    help="Folder of the certificate authority; by default in the user's data folder.",
)
@click.pass_context
def ca(context: click.Context, /, ca_dir: Path | None) -> None:
    """Print the path of the certificate to trust for --tls.

    The certificate authority is created if there is none yet.
    """
    from reachapi_emulator.tls import Authority  # noqa: PLC0415 # 70 ms

    folder = ca_dir or context.find_root().params["ca_dir"]
    try:
        click.echo(Authority(folder).certificate)
    except StartError as error:
        raise click.ClickException(str(error)) from None
