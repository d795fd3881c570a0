"""The command that prints the OpenAPI document."""

import click
import orjson


@click.command()
@click.option("--yaml", is_flag=True, help="As it was written, instead of JSON.")
def openapi(*, yaml: bool) -> None:
    """Print the OpenAPI document of the vendor's surface."""
    from reachapi_emulator.web.openapi import document, text  # noqa: PLC0415 # not for the others

    if yaml:
        click.echo(text(), nl=False)
    else:
        click.echo(orjson.dumps(document(), option=orjson.OPT_INDENT_2))
