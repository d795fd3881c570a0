"""The command that says where the certificate authority's certificate is."""

from pathlib import Path

import click

from reachapi_emulator.errors import StartError


@click.command()
@click.option(
    "--ca-dir",
    type=click.Path(path_type=Path),
    help="Folder of the certificate authority; left out, one of the user's data.",
)
@click.pass_context
def ca(context: click.Context, /, ca_dir: Path | None) -> None:
    """Print the path of the certificate to trust for --tls.

    The certificate authority is made if there is none yet.
    """
    from reachapi_emulator.certificates import Authority  # noqa: PLC0415 # 70 ms

    folder = ca_dir or context.find_root().params["ca_dir"]
    try:
        click.echo(Authority(folder).certificate)
    except StartError as error:
        raise click.ClickException(str(error)) from None
